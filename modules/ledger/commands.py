"""What can be done with the books: they are held against others, and put right by new entries."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from events import follower
from events.commands import command
from events.context import acting
from events.repository import load_or_none, save
from modules.ledger import reconciling, repeating, statements
from modules.ledger.contracts import (
    CaseNotFound,
    CloseCase,
    CorrectOrder,
    NothingToCorrect,
    Reconciliation,
    SettlementFile,
)
from modules.ledger.domain import settlement_file
from modules.ledger.domain.accounts import RECEIVABLE
from modules.ledger.domain.book import Book
from modules.ledger.domain.booking import BookedLeg
from modules.ledger.domain.case import Case, reason_of
from modules.ledger.domain.correcting import correction
from modules.ledger.models import BookRow
from modules.ledger.projections import Journal
from modules.ledger.recording import RecordBooking, record_booking
from modules.orders.contracts import OrderNotFound
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
    follower.catch_up(Journal.name)
    settlement_file.refuse_foreign(file, records, statements.known(file.provider, records))
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


def correct_order(message: CorrectOrder) -> None:
    """Puts the books of an order right whose quote was wrong, by one more entry; once.

    What was sold stays as it was recorded. Where the customer paid too much, the order is worth
    less now, so that a refund of the difference is a repayment and no reduction.

    Raises:
        OrderNotFound: there is no such order.
        NothingToCorrect: its quote is right, or was corrected already.
        QuoteNotRepeatable: nobody can say what is right.
        ReasonMissing: fewer than ten characters are no reason.
    """
    reason = reason_of(message.reason)
    found = repeating.order(message.order_id)
    if found is None:
        raise OrderNotFound("There is no such order.", order_id=message.order_id)
    follower.catch_up(Journal.name)
    right = repeating.right_quote(found.quote)
    changes = correction(found.quote, right, kept_units(message.order_id))
    if not changes or not record_booking(
        RecordBooking(
            booking_id=repeating.correction_id(message.order_id, right),
            reason="correction",
            memo=f"Order {found.number} corrected: {reason}"[:200],
            currency=found.quote.currency,
            legs=tuple(BookedLeg(account, amount) for account, amount in changes.items()),
            order_id=message.order_id,
            order_number=found.number,
            due_minor=changes.get(RECEIVABLE, 0),
            evidence={
                "total_minor": found.quote.total_minor,
                "right_total_minor": right.total_minor,
                "tax_minor": found.quote.tax_minor,
                "right_tax_minor": right.tax_minor,
            },
        )
    ):
        raise NothingToCorrect(
            f"Order {found.number} is right, or was corrected already.", order_id=message.order_id
        )


def kept_units(order_id: UUID) -> dict[str, int]:
    """Returns how many units of each SKU of an order were not cancelled."""
    row = BookRow.objects.filter(order_id=order_id).first()
    return msgspec.convert(row.state, Book).kept if row else {}
