"""Reconciliation comes round by itself: once in a while each provider is asked for its books."""

from datetime import timedelta
from uuid import UUID

import structlog

from events.timetable import periodic
from modules.kernel.errors import DomainError
from modules.ledger.commands import reconcile
from modules.ledger.selectors import reconcilable

log = structlog.get_logger(__name__)


@periodic("ledger.reconcile", every=timedelta(hours=1))
def reconcile_all(effect_id: UUID) -> None:
    """Asks every provider; one that does not answer keeps nobody from asking the others."""
    for provider in reconcilable():
        try:
            done = reconcile(provider)
        except DomainError as refusal:
            log.warning("not reconciled", provider=provider, why=refusal.message)
            continue
        if done.opened:
            log.error("reconciliation opened cases", provider=provider, cases=done.opened)
