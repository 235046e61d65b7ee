"""What can be asked about payments."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Sum

from events.aggregate import Event
from events.database import fetch_any
from events.moments import AsOf, read_streams
from events.store import read_stream
from modules.payments import tallies
from modules.payments.contracts import (
    BankSession,
    HistoryEntry,
    PaymentDetail,
    PaymentMethod,
    PaymentNotFound,
    PaymentTotals,
    ProviderMessage,
    ProviderUnknown,
    Refund,
    SettlementRecord,
)
from modules.payments.domain.payment import Payment
from modules.payments.domain.state import Operation
from modules.payments.domain.totals import totals_from as totals_from
from modules.payments.models import PaymentRow, ProviderReport
from modules.payments.projections import row_of, state_of
from modules.payments.providers import gateways, pretend_bank, settling
from modules.payments.wording import words

MOVING: tuple[type[Event], ...] = (
    Payment.Started,
    Payment.Authorised,
    Payment.Declined,
    Payment.Failed,
    Payment.Expired,
    Payment.CaptureRequested,
    Payment.Captured,
    Payment.CaptureFailed,
    Payment.Voided,
    Payment.VoidFailed,
    Payment.Refunded,
    Payment.RefundFailed,
    Payment.RefundReversed,
    Payment.Lapsed,
    Payment.AuthorisationAdjusted,
    Payment.ChargedBack,
    Payment.ChargeBackReversed,
    Payment.ChargeBackLost,
)


def payment(payment_id: UUID, as_of: AsOf | None = None) -> PaymentDetail:
    """Returns a payment as it is, or as it was at a moment.

    Raises:
        PaymentNotFound: there is none.
        NothingRecordedYet: there was none then.
    """
    row = PaymentRow.objects.filter(id=payment_id).first()
    if row is None:
        raise PaymentNotFound("There is no such payment.", payment_id=payment_id)
    if as_of is None:
        return _detail(row)
    return _detail(row_of(as_of.required(read_stream(payment_id), "this payment")))


def payments_of(reference: UUID, as_of: AsOf | None = None) -> tuple[PaymentDetail, ...]:
    """Returns every payment for a reference, oldest first; the last one is the one that counts.

    As they were at a moment, where one is given.
    """
    return tuple(_detail(row) for row in _rows_of((reference,), as_of)[reference])


def payment_methods() -> tuple[PaymentMethod, ...]:
    """Returns the ways to pay that shoppers may choose, in the order to show them."""
    return tuple(
        PaymentMethod(code=each.code, title=each.title, description=each.description)
        for each in gateways()
        if getattr(each, "chosen", True)
    )


def totals(reference: UUID, as_of: AsOf | None = None) -> PaymentTotals:
    """Returns the sums over all payments of a reference, and one word for them."""
    return totals_of((reference,), as_of)[0]


def totals_of(references: Iterable[UUID], as_of: AsOf | None = None) -> tuple[PaymentTotals, ...]:
    """Returns what `totals` does for each reference, in one query; in two as of a moment."""
    found = _rows_of(references, as_of)
    return tuple(totals_from(each, [state_of(row) for row in rows]) for each, rows in found.items())


def positions(references: Sequence[UUID]) -> dict[UUID, int]:
    """Returns how many events the payments of each of these references have had, if any."""
    rows = PaymentRow.objects.filter(reference__in=references).values_list("reference")
    return dict(rows.annotate(Sum("version")))


def history(payment_id: UUID, as_of: AsOf | None = None) -> tuple[HistoryEntry, ...]:
    """Returns every event of a payment in words, oldest first, or those that count at a moment."""
    entries = []
    titles = {each.code: each.title for each in gateways()}
    stream = read_stream(payment_id)
    for recorded in stream if as_of is None else as_of.events(stream):
        title, detail = words(recorded.event, titles)
        entries.append(
            HistoryEntry(
                stream_id=payment_id,
                version=recorded.version,
                topic=recorded.topic,
                title=title,
                detail=detail,
                actor=recorded.actor,
                recorded_at=recorded.recorded_at,
                hash=recorded.hash.hex(),
            )
        )
    return tuple(entries)


def notifications(payment_id: UUID) -> tuple[ProviderMessage, ...]:
    """Returns all that the provider said about a payment, and what became of each message."""
    rows = ProviderReport.objects.filter(payment_id=payment_id).order_by("received_at", "id")
    return tuple(_message(row) for row in rows)


def parked(limit: int = 100) -> tuple[ProviderMessage, ...]:
    """Returns the newest messages of providers that could not be applied, for staff to look at."""
    rows = ProviderReport.objects.filter(outcome__in=("waiting", "refused"))
    return tuple(_message(row) for row in rows.order_by("-received_at")[:limit])


def set_aside(limit: int = 100) -> tuple[ProviderMessage, ...]:
    """Returns the messages that people set aside lately, with their reasons."""
    rows = ProviderReport.objects.filter(outcome="set-aside")
    return tuple(_message(row) for row in rows.order_by("-aside_at")[:limit])


def parked_count() -> int:
    """Returns how many messages of providers wait for a person."""
    return ProviderReport.objects.filter(outcome__in=("waiting", "refused")).count()


def tallies_of(period: timedelta) -> dict[str, int]:
    """Returns what was counted lately: tries, tries held back, notifications refused or foreign."""
    return tallies.latest(period)


def references_of(payment_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Returns what each of these payments is for; one that does not exist is left out."""
    found = PaymentRow.objects.filter(id__in=set(payment_ids))
    return dict(found.values_list("id", "reference"))


def bank_session(session_id: str) -> BankSession:
    """Returns what the test bank's page shows. Raises: BankSessionNotFound."""
    return pretend_bank().session(session_id)


def settling_providers() -> tuple[str, ...]:
    """Returns the codes of the providers that show their own books."""
    return tuple(each.code for each in settling())


def settlements(provider: str, since: datetime | None) -> Iterator[SettlementRecord]:
    """Yields what a provider's own books say since a moment (None: since ever).

    Raises:
        ProviderUnknown: none of this code shows its books.
        ProviderUnavailable: it does not answer.
    """
    for each in settling():
        if each.code == provider:
            yield from each.settlements(since)
            return
    raise ProviderUnknown(f"No provider called {provider!r} shows its books.", provider=provider)


def moving_events() -> tuple[type[Event], ...]:
    """Returns the stored events that can change `totals`, for read models of the modules above."""
    return MOVING


# By hand, because every step of an order asks it.
_OF_REFERENCES = """
    SELECT id, reference, provider, status, requested_at, state, times, version
    FROM payments_payment WHERE reference IN {keys} ORDER BY requested_at, id
"""


def _row(*values: Any) -> PaymentRow:
    id, reference, provider, status, requested_at, state, times, version = values
    return PaymentRow(
        id=id,
        reference=reference,
        provider=provider,
        status=status,
        requested_at=requested_at,
        state=msgspec.json.decode(state),
        times=msgspec.json.decode(times),
        version=version,
    )


def _rows_of(references: Iterable[UUID], as_of: AsOf | None) -> dict[UUID, list[PaymentRow]]:
    """Returns the rows of each reference's payments, oldest first."""
    found: dict[UUID, list[PaymentRow]] = {reference: [] for reference in references}
    rows = [_row(*each) for each in fetch_any(_OF_REFERENCES, list(found))]
    if as_of is not None:
        streams = read_streams(row.id for row in rows)
        then = [as_of.events(streams[row.id]) for row in rows]
        rows = [row_of(events) for events in then if events]
    for row in rows:
        found[row.reference].append(row)
    return found


def _detail(row: PaymentRow) -> PaymentDetail:
    state = state_of(row)
    # A provider may have been switched off since; its payments are still shown.
    provider = next((each for each in gateways() if each.code == row.provider), None)
    live = state.live_attempt
    return PaymentDetail(
        id=row.id,
        reference=row.reference,
        provider=row.provider,
        provider_title=provider.title if provider else row.provider,
        provider_reference=state.provider_reference,
        status=state.status,
        currency=state.currency,
        amount_minor=state.amount_minor,
        authorised_minor=state.authorised_minor,
        captured_minor=state.captured_minor,
        voided_minor=state.voided_minor,
        refunded_minor=state.refunded_minor,
        pending_minor=state.pending_captures_minor,
        capturable_minor=state.capturable_minor,
        refundable_minor=state.refundable_minor,
        refunds=tuple(_refund(each, row.times) for each in state.refunds),
        message=state.message,
        version=row.version,
        requested_at=row.requested_at,
        redirect_url=live.redirect_url if live else "",
        manual=provider is not None and provider.manual,
        lapsed_minor=state.lapsed_minor,
        charged_back_minor=state.charged_back_minor,
    )


def _refund(operation: Operation, times: dict[str, str]) -> Refund:
    statuses = {"requested": "requested", "done": "refunded"}
    return Refund(
        id=operation.id,
        amount_minor=operation.amount_minor,
        reason=operation.reason,
        # One that came back is as good as none.
        status=statuses.get(operation.status, "failed"),  # type: ignore[arg-type]  # three words
        message=operation.message,
        requested_at=datetime.fromisoformat(times[str(operation.id)]),
    )


def _message(row: ProviderReport) -> ProviderMessage:
    return ProviderMessage(
        id=row.id,
        provider=row.provider,
        payment_id=row.payment_id,
        source=row.source,  # type: ignore[arg-type]  # stored from the same literal
        kind=row.kind,
        amount_minor=row.content.get("amount_minor"),
        currency=row.content["currency"],
        outcome=row.outcome,  # type: ignore[arg-type]  # stored from the same literal
        reason=row.reason,
        times=row.times,
        received_at=row.received_at,
        aside_by=row.aside_by,
        aside_reason=row.aside_reason,
        aside_at=row.aside_at,
    )
