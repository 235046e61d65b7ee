"""What can be done with the books: they are held against others, and put right by new entries."""

from collections.abc import Iterable
from datetime import datetime

from events.commands import command
from events.context import acting
from events.repository import load_or_none, save
from modules.ledger import reconciling
from modules.ledger.contracts import (
    CaseNotFound,
    CloseCase,
    Reconciliation,
    SettlementFile,
)
from modules.ledger.domain import settlement_file
from modules.ledger.domain.case import Case
from modules.payments import selectors as payments
from modules.payments.contracts import ProviderUnknown


def reconcile(provider: str) -> Reconciliation:
    """Holds the books against what a provider says of its own; differences become cases.

    What had not reached the payments is told to them, and so gets into the books. A second pass
    over the same adds nothing.

    Raises:
        ProviderUnknown: none of this code shows its books.
        ProviderUnavailable: it does not answer.
        ReconciliationRuns: another pass with it is under way.
    """
    if provider not in payments.settling_providers():
        raise ProviderUnknown(f"No provider called {provider!r} shows its books.")
    with acting(command_id=None):
        return reconciling.with_provider(provider)


def reconcile_file(file: SettlementFile) -> Reconciliation:
    """Holds the books against a provider's settlement file, of the time that its lines span.

    Raises:
        SettlementFileRefused: lines of it cannot be read; nothing was taken.
        ProviderUnknown: the shop knows no such provider.
        ReconciliationRuns: another pass with it is under way.
    """
    if file.provider not in {each.code for each in payments.payment_methods()}:
        raise ProviderUnknown(f"There is no provider called {file.provider!r}.")
    records = settlement_file.read(file)
    moments: Iterable[datetime] = [each.occurred_at for each in records]
    with acting(command_id=None):
        return reconciling.reconcile(
            reconciling.Books(
                provider=file.provider,
                source=f"file {file.name}"[:200],
                since=min(moments),
                until=max(moments),
            ),
            records,
        )


@command
def close_case(message: CloseCase) -> None:
    """Closes a case by a person's word; the reason is kept for ever.

    Raises:
        CaseNotFound: there is no such case.
        CaseClosed: it is closed already.
        ReasonMissing: fewer than ten characters are no reason.
    """
    case = load_or_none(Case, message.case_id)
    if case is None:
        raise CaseNotFound("There is no such case.", case_id=message.case_id)
    case.close(message.reason)
    save(case)
