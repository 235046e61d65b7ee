"""The books over HTTP: trial balance, statements, the entries of an order."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.ledger import selectors
from modules.ledger.contracts import (
    Balance,
    CurrencyTotal,
    JournalEntry,
    Leg,
    StatementQuery,
    StatementRow,
    plain,
)
from modules.wire import DIGITS, Currency, Identifier, Moment, Reply

router = Router(tags=["ledger"])

AccountName = Annotated[
    str,
    Path(
        max_length=120,
        pattern=r"^[0-9A-Za-z:_.-]+$",
        description="As the trial balance names it.",
        examples=["clearing:testbank"],
    ),
]
Amount = Annotated[
    str,
    Field(
        description="A decimal in units of the currency, exact however fine.", examples=["12.90"]
    ),
]


class ClockQuery(BaseModel):
    """Which of the two clocks counts."""

    by: Literal["recorded", "effective"] = Field(
        "recorded", description="recorded: what the shop knew then.", examples=["recorded"]
    )


class BalanceQuery(ClockQuery):
    """As of when."""

    at: Moment | None = Field(
        None, description="The present if left out.", examples=["2026-03-01T12:00:00Z"]
    )


class BalanceReply(Reply):
    """What an account holds; debit is positive."""

    account: str = Field(description="Its name.", examples=["revenue"])
    number: int = Field(description="Its number in the chart.", examples=[4000])
    title: str = Field(description="In words.", examples=["Revenue"])
    type: str = Field(description="asset, liability, income, expense.", examples=["income"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    debit: Amount
    credit: Amount
    amount: Amount
    legs: int = Field(description="How many entries touched it.", examples=[12])


class TotalReply(Reply):
    """All accounts of one currency together."""

    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    debit: Amount
    credit: Amount
    result: Amount
    customers_owe: Amount
    customers_prepaid: Amount
    balanced: bool = Field(description="Debit equals credit.", examples=[True])


class TrialBalanceReply(Reply):
    """Every account as of a time."""

    position: int = Field(description="How far of the log is booked.", examples=[4711])
    balances: tuple[BalanceReply, ...] = Field(description="By currency and number.")
    totals: tuple[TotalReply, ...] = Field(description="One for each currency.")


@router.get("/balance", response=TrialBalanceReply)
def balance(request: HttpRequest, query: Query[BalanceQuery]) -> TrialBalanceReply:
    """Read the trial balance as of a time."""
    found = selectors.trial_balance(query.at, query.by)
    return TrialBalanceReply(
        position=found.position,
        balances=tuple(balance_reply(each) for each in found.balances),
        totals=tuple(total_reply(each) for each in found.totals),
    )


def balance_reply(found: Balance) -> BalanceReply:
    return BalanceReply(
        account=found.account.name,
        number=found.account.number,
        title=found.account.title,
        type=found.account.type,
        currency=found.currency,
        debit=plain(found.debit, found.currency),
        credit=plain(found.credit, found.currency),
        amount=plain(found.amount, found.currency),
        legs=found.legs,
    )


def total_reply(found: CurrencyTotal) -> TotalReply:
    return TotalReply(
        currency=found.currency,
        debit=plain(found.debit, found.currency),
        credit=plain(found.credit, found.currency),
        result=plain(found.result, found.currency),
        customers_owe=plain(found.customers_owe, found.currency),
        customers_prepaid=plain(found.customers_prepaid, found.currency),
        balanced=found.balanced,
    )


class StatementParameters(ClockQuery):
    """Which legs, and which page of them."""

    currency: Currency = Field(description="ISO 4217 code.", examples=["EUR"])
    since: Moment | None = Field(None, description="From then on.")
    until: Moment | None = Field(None, description="Before then.")
    cursor: Annotated[str, Field(max_length=100)] = Field(
        "", description="`next_cursor` of the page before.", examples=[""]
    )
    limit: Annotated[int, Field(ge=1, le=1000), DIGITS] = Field(
        100, description="Rows of a page.", examples=[100]
    )


class StatementRowReply(Reply):
    """One leg with the balance after it."""

    position: int = Field(description="The event's place in the log.", examples=[4711])
    event_id: UUID = Field(description="The event.")
    stream_id: UUID = Field(description="Its stream.")
    version: int = Field(description="Its place in the stream.", examples=[3])
    kind: str = Field(description="What happened.", examples=["sale"])
    memo: str = Field(description="In words.", examples=["Parcel sent, order 7K3M-9QXA"])
    order_id: UUID | None = Field(description="The order, if any.")
    number: str = Field(description="Its number.", examples=["7K3M-9QXA"])
    recorded_at: datetime = Field(description="UTC.")
    effective_at: datetime = Field(description="UTC.")
    amount: Amount
    balance: Amount


class StatementReply(Reply):
    """A page of an account's legs."""

    account: str = Field(description="Its name.", examples=["revenue"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    opening: Amount
    closing: Amount
    rows: tuple[StatementRowReply, ...] = Field(description="In order.")
    next_cursor: str = Field(description="Empty at the end.", examples=[""])


@router.get(
    "/accounts/{account}/statement", response=StatementReply, openapi_extra={"x-refusals": [404]}
)
def statement(
    request: HttpRequest, account: AccountName, query: Query[StatementParameters]
) -> StatementReply:
    """Read the legs of an account, each with the balance after it."""
    found = selectors.statement(
        StatementQuery(
            account=account,
            currency=query.currency,
            since=query.since,
            until=query.until,
            by=query.by,
            cursor=query.cursor,
            limit=query.limit,
        )
    )
    return StatementReply(
        account=account,
        currency=found.currency,
        opening=plain(found.opening, found.currency),
        closing=plain(found.closing, found.currency),
        rows=tuple(row_reply(each, found.currency) for each in found.rows),
        next_cursor=found.next_cursor,
    )


def row_reply(row: StatementRow, currency: str) -> StatementRowReply:
    return StatementRowReply(
        position=row.position,
        event_id=row.event_id,
        stream_id=row.stream_id,
        version=row.version,
        kind=row.kind,
        memo=row.memo,
        order_id=row.order_id,
        number=row.number,
        recorded_at=row.recorded_at,
        effective_at=row.effective_at,
        amount=plain(row.amount, currency),
        balance=plain(row.balance, currency),
    )


class LegReply(Reply):
    """One account's part of an entry; debit is positive."""

    account: str = Field(description="Its name.", examples=["revenue"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    amount: Amount


class EntryReply(Reply):
    """A balanced entry with the event that it comes from."""

    position: int = Field(description="The event's place in the log.", examples=[4711])
    event_id: UUID = Field(description="The event.")
    stream_id: UUID = Field(description="Its stream.")
    version: int = Field(description="Its place in the stream.", examples=[3])
    topic: str = Field(description="Its type.", examples=["payments.payment.captured.v1"])
    kind: str = Field(description="What happened.", examples=["capture"])
    memo: str = Field(description="In words.", examples=["Payment captured"])
    recorded_at: datetime = Field(description="UTC.")
    effective_at: datetime = Field(description="UTC.")
    legs: tuple[LegReply, ...] = Field(description="They sum to zero.")


@router.get("/orders/{order_id}/entries", response=list[EntryReply])
def entries(
    request: HttpRequest, order_id: Annotated[Identifier, Path(description="The order's id.")]
) -> list[EntryReply]:
    """Read what was booked for an order; nothing yet is an empty list."""
    return [entry_reply(each) for each in selectors.order_entries(order_id)]


def entry_reply(entry: JournalEntry) -> EntryReply:
    return EntryReply(
        position=entry.position,
        event_id=entry.event_id,
        stream_id=entry.stream_id,
        version=entry.version,
        topic=entry.topic,
        kind=entry.kind,
        memo=entry.memo,
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        legs=tuple(leg_reply(each) for each in entry.legs),
    )


def leg_reply(leg: Leg) -> LegReply:
    return LegReply(
        account=leg.account, currency=leg.currency, amount=plain(leg.amount, leg.currency)
    )
