"""From an event to an entry: the one pure rule of what is booked, when and where.

Policies, named so that they can be found:

REVENUE_AT: revenue, its tax and its discounts are booked when a parcel leaves the house, because
then the goods become the customer's (IFRS 15, paragraph 38). An order that is placed is a promise.
CASH_AT: money is booked when the provider says that it was captured, never when authorised.
REVERSAL_AT: a sale is reversed when money is given back, because until then nobody decided that it
would be. Goods that come back only say which lines and which tax the refund is for.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from modules.ledger.contracts import EntryKind
from modules.ledger.domain import accounts, facts
from modules.ledger.domain.book import Book, Delivery, Line, Share, Shares, net_discount
from modules.ledger.domain.documents import posted as document
from modules.ledger.domain.entries import Entry, Leg, Sheet, require_balance

REVENUE_AT = "orders.order.parcel_shipped"
CASH_AT = "payments.payment.captured"
REVERSAL_AT = "payments.payment.refunded"


def post(book: Book, fact: facts.Fact, stream_id: UUID, order_id: UUID | None) -> Entry | None:
    """Books one fact: changes `book` and returns the entry, None where no money moved.

    `stream_id` is the stream of the event, `order_id` the order that it is about, if any.

    Raises:
        EntryUnbalanced: a rule of this module is wrong.
    """
    entry = RULES[type(fact)](book, fact, stream_id, order_id)
    if entry is None or not entry.legs:
        return None
    require_balance(entry.legs)
    return entry


def placed(book: Book, fact: facts.Placed, stream_id: UUID, order_id: UUID | None) -> None:
    """Nothing is booked: what was quoted is remembered."""
    quote = fact.quote
    book.number, book.currency = fact.number, quote.currency
    book.due += quote.total_minor
    book.lines = [
        Line(part.sku, part.quantity, rate_of(part), off(part, quote)) for part in quote.lines
    ]
    parts = quote.lines
    if quote.delivery:
        part = quote.delivery
        book.delivery = Delivery(rate_of(part), part.net_minor, part.tax_minor, off(part, quote))
        parts = (*parts, part)
    for part in parts:
        add(book.quoted, rate_of(part), part.total_minor, part.tax_minor)


def rate_of(part: facts.QuotedPart) -> str:
    return accounts.rate_name(part.tax_code, part.tax_rate_millionths)


def off(part: facts.QuotedPart, quote: facts.QuoteFact) -> int:
    return net_discount(
        part.discount_minor, part.tax_rate_millionths, tax_included=quote.tax_included
    )


def shipped(book: Book, fact: facts.Shipped, stream_id: UUID, order_id: UUID | None) -> Entry:
    sheet = Sheet(book.currency)
    for units in fact.lines:
        line = book.line(units.sku)
        discount = line.take_discount(units.quantity) if line else 0
        rate = line.rate if line else ""
        sell(sheet, accounts.REVENUE, rate, units.value_minor, units.tax_minor, discount)
        add(book.sold, rate, units.value_minor, units.tax_minor)
    delivery = book.delivery
    if delivery and not delivery.booked:
        delivery.booked = True
        gross = delivery.net_minor + delivery.tax_minor
        rate, tax = delivery.rate, delivery.tax_minor
        sell(sheet, accounts.SHIPPING, rate, gross, tax, delivery.discount_minor)
        add(book.sold, rate, gross, tax)
    return entry(book, "sale", "Parcel sent", sheet, order_id=order_id)


def sell(sheet: Sheet, account: str, rate: str, gross: int, tax: int, discount: int) -> None:
    sheet.debit(accounts.RECEIVABLE, gross)
    sheet.debit(accounts.DISCOUNTS, discount)
    sheet.credit(account, gross - tax + discount)
    if tax:
        sheet.credit(accounts.tax(rate), tax)


def cancelled(book: Book, fact: facts.Cancelled, stream_id: UUID, order_id: UUID | None) -> None:
    """Nothing is booked, for nothing had been: the order is worth less."""
    book.cancel(fact.lines, fact.value_minor)


def ended(book: Book, fact: facts.Ended, stream_id: UUID, order_id: UUID | None) -> Entry:
    """Takes back reductions of a price that is not owed any more: they are repayments now."""
    book.cancel(fact.lines, fact.value_minor)
    sheet = Sheet(book.currency)
    for rate, share in book.reduced.items():
        sheet.debit(accounts.RECEIVABLE, share.gross)
        sheet.credit(accounts.REFUNDS, share.gross - share.tax)
        sheet.credit(accounts.tax(rate), share.tax)
        book.paid_back += share.gross
    book.reduced = {}
    return entry(book, "refund", "Reduction became a repayment", sheet, order_id=order_id)


def returned(book: Book, fact: facts.Returned, stream_id: UUID, order_id: UUID | None) -> None:
    """Nothing is booked before money is given back; then it is for these lines."""
    for units in fact.lines:
        add(book.returned, book.rate_of(units.sku), units.value_minor, units.tax_minor)


def requested(book: Book, fact: facts.Requested, stream_id: UUID, order_id: UUID | None) -> None:
    book.providers[str(stream_id)] = fact.provider


def authorised(book: Book, fact: facts.Authorised, stream_id: UUID, order_id: UUID | None) -> None:
    """Nothing is booked: authorised money is still the shopper's."""
    book.references[str(stream_id)] = fact.provider_reference


def captured(book: Book, fact: facts.Captured, stream_id: UUID, order_id: UUID | None) -> Entry:
    book.captured += fact.amount_minor
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.settlement(provider(book, stream_id)), fact.amount_minor)
    sheet.credit(accounts.RECEIVABLE, fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id, "operation_id": fact.capture_id}
    made = entry(book, "capture", "Payment captured", sheet, **about)
    return replace(made, amount_minor=fact.amount_minor, currency=fact.currency)


def refunded(book: Book, fact: facts.Refunded, stream_id: UUID, order_id: UUID | None) -> Entry:
    surplus, reversed_ = book.take_refund(fact.amount_minor)
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.RECEIVABLE, surplus)
    for rate, share in reversed_.items():
        sheet.debit(accounts.REFUNDS, share.gross - share.tax)
        sheet.debit(accounts.tax(rate), share.tax)
    sheet.credit(accounts.settlement(provider(book, stream_id)), fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id, "operation_id": fact.refund_id}
    made = entry(book, "refund", "Payment refunded", sheet, **about)
    return replace(made, amount_minor=fact.amount_minor, currency=fact.currency)


def refund_reversed(
    book: Book, fact: facts.RefundReversed, stream_id: UUID, order_id: UUID | None
) -> Entry:
    """The money is back and the customer's: whether it is given back once more is not decided."""
    book.captured += fact.amount_minor
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.settlement(provider(book, stream_id)), fact.amount_minor)
    sheet.credit(accounts.RECEIVABLE, fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id}
    return entry(book, "refund", "Refund came back", sheet, **about)


def charged_back(
    book: Book, fact: facts.ChargedBack, stream_id: UUID, order_id: UUID | None
) -> Entry:
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.DISPUTES, fact.amount_minor)
    sheet.credit(accounts.settlement(provider(book, stream_id)), fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id, "operation_id": fact.dispute_id}
    made = entry(book, "dispute", "Charged back", sheet, **about)
    return replace(made, amount_minor=fact.amount_minor, currency=fact.currency)


def dispute_won(
    book: Book, fact: facts.ChargeBackReversed, stream_id: UUID, order_id: UUID | None
) -> Entry:
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.settlement(provider(book, stream_id)), fact.amount_minor)
    sheet.credit(accounts.DISPUTES, fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id}
    return entry(book, "dispute", "Dispute won", sheet, **about)


def dispute_lost(
    book: Book, fact: facts.ChargeBackLost, stream_id: UUID, order_id: UUID | None
) -> Entry:
    """What was taken back is owed again by who bought."""
    book.captured -= fact.amount_minor
    sheet = Sheet(fact.currency)
    sheet.debit(accounts.RECEIVABLE, fact.amount_minor)
    sheet.credit(accounts.DISPUTES, fact.amount_minor)
    about = {"order_id": order_id, "payment_id": stream_id}
    return entry(book, "dispute", "Dispute lost", sheet, **about)


def booked(book: Book, fact: facts.Booked, stream_id: UUID, order_id: UUID | None) -> Entry:
    """Books legs as somebody recorded them; a correction changes what its order is worth, too."""
    book.due += fact.due_minor
    for leg in fact.legs:
        word, _, rate = leg.account.partition(":")
        if word == accounts.TAX and rate in book.sold:
            # A later refund takes back the tax that is owed now.
            book.sold[rate].add(0, -leg.amount_minor)
    legs = tuple(Leg(leg.account, fact.currency, leg.amount_minor * 1_000_000) for leg in fact.legs)
    return Entry(
        kind=kind_of(fact.reason),
        memo=fact.memo,
        legs=legs,
        order_id=fact.order_id,
        number=fact.order_number,
        provider=fact.provider,
    )


def kind_of(reason: str) -> EntryKind:
    kinds: dict[str, EntryKind] = {
        "fee": "fee",
        "payout": "payout",
        "dispute": "dispute",
        "gift-card": "gift-card",
        "rounding": "rounding",
    }
    return kinds.get(reason, "correction")


def entry(book: Book, kind: EntryKind, memo: str, sheet: Sheet, **about: Any) -> Entry:
    payment = str(about.get("payment_id") or "")
    return Entry(
        kind=kind,
        memo=f"{memo}, order {book.number}" if book.number else memo,
        legs=sheet.legs,
        number=book.number,
        provider=book.providers.get(payment, ""),
        provider_reference=book.references.get(payment, ""),
        **about,
    )


def provider(book: Book, payment_id: UUID) -> str:
    return book.providers.get(str(payment_id), "")


def add(shares: Shares, rate: str, gross: int, tax: int) -> None:
    shares.setdefault(rate, Share()).add(gross, tax)


def documented(book: Book, fact: facts.Document, stream_id: UUID, order_id: UUID | None) -> Entry:
    return document(fact)


RULES: dict[type[facts.Fact], Callable[[Book, Any, UUID, UUID | None], Entry | None]] = {
    facts.Placed: placed,
    facts.Shipped: shipped,
    facts.Cancelled: cancelled,
    facts.Ended: ended,
    facts.Returned: returned,
    facts.Requested: requested,
    facts.Authorised: authorised,
    facts.Captured: captured,
    facts.Refunded: refunded,
    facts.RefundReversed: refund_reversed,
    facts.ChargedBack: charged_back,
    facts.ChargeBackReversed: dispute_won,
    facts.ChargeBackLost: dispute_lost,
    facts.Document: documented,
    facts.Booked: booked,
}
