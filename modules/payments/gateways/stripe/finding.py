"""Finding what Stripe has of a payment: by its name there, or by the ids we wrote on it."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from uuid import UUID

from modules.kernel.clock import now
from modules.payments.contracts import ProviderUnavailable
from modules.payments.domain.provider import Operate
from modules.payments.gateways.stripe.objects import Intent, RefundObject, Session, read
from modules.payments.gateways.stripe.service import Refusal, ask, client

# How far back, and through how many, a session is looked for whose name never reached us.
LOOK_BACK = timedelta(hours=26)
SESSIONS_LOOKED_AT = 1_000
REFUNDS_LOOKED_AT = 1_000


def locate(attempt_id: UUID, name: str) -> Session | Intent | None:
    """Returns what Stripe has of an attempt, by its name there or by the id we wrote on it."""
    try:
        if name.startswith("pi_"):
            return intent_named(name)
        session = session_named(name) if name else _search(attempt_id)
        if isinstance(session, Intent):
            return session
    except Refusal as refusal:
        if refusal.code == "resource_missing":
            return None
        raise ProviderUnavailable("Stripe refused to be asked.") from refusal
    if session and session.status == "complete" and isinstance(session.payment_intent, Intent):
        return session.payment_intent
    return session


def intent_of(request: Operate) -> Intent:
    """Raises: ProviderUnavailable: there is none (yet), which may be told of later."""
    found = locate(request.attempt_id, request.provider_reference)
    if not isinstance(found, Intent):
        raise ProviderUnavailable("Stripe does not know this payment yet.")
    return found


def session_named(name: str) -> Session:
    expand = ["payment_intent", "payment_intent.latest_charge"]
    return read(
        ask(lambda: client().v1.checkout.sessions.retrieve(name, {"expand": expand})), Session
    )


def intent_named(name: str) -> Intent:
    return read(
        ask(lambda: client().v1.payment_intents.retrieve(name, {"expand": ["latest_charge"]})),
        Intent,
    )


def refunds_of(intent_name: str) -> Iterator[RefundObject]:
    page = ask(lambda: client().v1.refunds.list({"payment_intent": intent_name, "limit": 100}))
    for each in ask(lambda: list(islice(page.auto_paging_iter(), REFUNDS_LOOKED_AT))):
        yield read(each, RefundObject)


def _search(attempt_id: UUID) -> Session | Intent | None:
    """Looks through the latest sessions and intents: the answer with the name may have got lost."""
    since = int((now() - LOOK_BACK).timestamp())
    pages = ask(
        lambda: client().v1.checkout.sessions.list({"limit": 100, "created": {"gte": since}})
    )
    latest = ask(lambda: list(islice(pages.auto_paging_iter(), SESSIONS_LOOKED_AT)))
    for each in latest:
        session = read(each, Session)
        if session.tags.get("attempt_id") == str(attempt_id):
            return session_named(session.id)
    intents = ask(
        lambda: client().v1.payment_intents.list({"limit": 100, "created": {"gte": since}})
    )
    for found in ask(lambda: list(islice(intents.auto_paging_iter(), SESSIONS_LOOKED_AT))):
        intent = read(found, Intent)
        if intent.tags.get("attempt_id") == str(attempt_id):
            return intent
    return None
