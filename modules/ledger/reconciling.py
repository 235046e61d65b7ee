"""One reconciliation, from the provider's lines to open cases; every step is safe to repeat.

Lines are kept first. Those that agree with an entry are paired with it. What a line says of a
capture or refund whose outcome never reached us is told to the payments, and so gets into the
books. Fees, payouts and disputes become entries. What is left over on either side is a case.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from django.db.models import Q

from events import follower
from events.database import fetch
from modules.kernel.clock import now
from modules.kernel.identity import derived_id, new_id
from modules.kernel.money import Money
from modules.ledger import statements
from modules.ledger.contracts import Reconciliation, ReconciliationRuns
from modules.ledger.domain.judging import Ours, Theirs, judged
from modules.ledger.models import CaseRow, EntryRow, PassRow, SettlementRow
from modules.ledger.outgoings import LEAVING, book_leaving, book_rounding
from modules.ledger.recording import AgreeCase, OpenCase, agree_case, open_case
from modules.payments.commands import hear_settlement
from modules.payments.contracts import SettlementRecord
from modules.payments.selectors import settlements

JOURNAL = "ledger.journal"
BATCH = 1000
# How far before the last pass the provider is asked again, for lines that it wrote down late.
OVERLAP = timedelta(days=3)
# How long a provider may take to show what it did, before its absence is a difference.
GRACE = timedelta(hours=1)
# What of the books a line can be about; what else there is has no entry before its line.
ENTRIES = {"charge": "capture", "refund": "refund", "dispute": "dispute"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Whose books are looked at, and of what time they are complete: nothing may lack there."""

    provider: str
    source: str
    since: datetime | None
    until: datetime


@dataclass(slots=True)
class Found:
    """What a pass has come to so far."""

    records: int = 0
    new: int = 0
    matched: int = 0
    heard: int = 0
    booked: int = 0
    opened: int = 0
    closed: int = 0
    started_at: datetime = field(default_factory=now)


def with_provider(provider: str, *, grace: timedelta = GRACE) -> Reconciliation:
    """Asks the provider for its lines since a while before the last pass, and compares."""
    last = PassRow.objects.filter(provider=provider, source="provider").order_by("-started_at")
    newest = last.values_list("started_at", flat=True).first()
    since = newest - OVERLAP if newest else None
    books = Books(provider=provider, source="provider", since=since, until=now() - grace)
    return reconcile(books, settlements(provider, since))


def reconcile(books: Books, records: Iterable[SettlementRecord]) -> Reconciliation:
    """Compares lines with the books. Raises: ReconciliationRuns: somebody else does."""
    found = Found()
    with _only_one(books.provider):
        for some in batched(records, BATCH, strict=False):
            found.records += len(some)
            found.new += statements.store(books.provider, books.source, some)
        found.matched = _match(books.provider)
        found.heard = _tell_payments(books.provider)
        for row in _left(books.provider):
            _judge(row, found)
        _miss_there(books, found)
        _agree(books.provider, found)
        return _kept(books, found)


def _match(provider: str) -> int:
    follower.catch_up(JOURNAL)
    return statements.match(provider)


def _left(provider: str) -> list[SettlementRow]:
    rows = SettlementRow.objects.filter(provider=provider, matched=None, booked=False)
    return list(rows.order_by("occurred_at", "id"))


def _tell_payments(provider: str) -> int:
    """Tells the payments what they may not have heard; returns how many lines agree by that."""
    for row in _left(provider):
        if row.payment_id is not None and row.operation_id is not None:
            hear_settlement(provider, _record(row))
    return _match(provider)


def _judge(row: SettlementRow, found: Found) -> None:
    if row.kind in LEAVING and not _told_by_payments(row):
        found.booked += book_leaving(row)
        return
    others = SettlementRow.objects.filter(provider=row.provider, record=row.record)
    said_otherwise = others.exclude(id=row.id).filter(received_at__lte=row.received_at).exists()
    ours = _ours(row)
    theirs = Theirs(
        settlement_id=row.id,
        record=row.record,
        kind=row.kind,
        amount_minor=row.amount_minor,
        currency=row.currency,
    )
    verdict = judged(theirs, ours, said_otherwise=said_otherwise)
    if verdict.case is None:
        assert ours is not None
        found.booked += book_rounding(row, ours, verdict.rounding_minor)
        return
    found.opened += open_case(
        OpenCase(
            case_id=derived_id("ledger.case", row.id),
            provider=row.provider,
            kind=verdict.case,
            settlement_id=row.id,
            position=ours.position if ours else None,
            amount_minor=row.amount_minor,
            currency=row.currency,
            order_id=ours.order_id if ours else None,
            evidence=_evidence(row, ours),
        )
    )


def _told_by_payments(row: SettlementRow) -> bool:
    """Tells whether a line is a dispute of a payment of ours: its own event books that, once."""
    names = Q()
    if row.payment_id is not None:
        names |= Q(payment_id=row.payment_id)
    if row.operation_id is not None:
        names |= Q(operation_id=row.operation_id)
    if row.provider_reference:
        names |= Q(provider_reference=row.provider_reference)
    entries = EntryRow.objects.filter(names, provider=row.provider, payment_id__isnull=False)
    return row.kind == "dispute" and bool(names) and entries.exists()


def _ours(row: SettlementRow) -> Ours | None:
    """Returns the entry that a line names, by our id or else by the provider's reference."""
    entries = EntryRow.objects.filter(provider=row.provider, kind=ENTRIES[row.kind])
    if row.operation_id is not None:
        named = entries.filter(operation_id=row.operation_id)
    elif row.provider_reference:
        named = entries.filter(provider_reference=row.provider_reference)
    else:
        return None
    entry = named.order_by("position").first()
    if entry is None:
        return None
    return Ours(
        position=entry.position,
        amount_minor=entry.amount_minor or 0,
        currency=entry.currency,
        number=entry.number,
        order_id=entry.order_id,
        provider=entry.provider,
        matched=SettlementRow.objects.filter(matched=entry.position).exists(),
    )


def _evidence(row: SettlementRow, ours: Ours | None) -> dict[str, str]:
    found = {
        "their line": row.record,
        "their kind": row.kind,
        "their amount": str(Money(row.amount_minor, row.currency)),
        "their time": row.occurred_at.isoformat(),
        "their reference": row.provider_reference,
        "their words": row.description,
        "our id of it, as they say": str(row.operation_id or ""),
        "came by": row.source,
    }
    if ours:
        found |= {
            "our amount": str(Money(ours.amount_minor, ours.currency)),
            "our entry": str(ours.position),
            "our order": ours.number,
        }
    return {name: text for name, text in found.items() if text}


def _miss_there(books: Books, found: Found) -> None:
    for entry in statements.unmatched_entries(books.provider, books.since, books.until):
        evidence = {
            "our entry": str(entry.position),
            "our kind": entry.kind,
            "our amount": str(Money(entry.amount_minor, entry.currency)),
            "our order": entry.number,
            "our time": entry.effective_at.isoformat(),
            "our id of it": str(entry.operation_id),
        }
        found.opened += open_case(
            OpenCase(
                case_id=derived_id("ledger.case", books.provider, entry.position),
                provider=books.provider,
                kind="missing-there",
                settlement_id=None,
                position=entry.position,
                amount_minor=entry.amount_minor,
                currency=entry.currency,
                order_id=entry.order_id,
                evidence=evidence,
            )
        )


def _agree(provider: str, found: Found) -> None:
    """Ends the cases whose difference is no more."""
    cases = list(CaseRow.objects.filter(provider=provider, status="open"))
    lines = SettlementRow.objects.filter(id__in=[each.settlement_id for each in cases])
    left = {row.id for row in lines if row.matched is None and not row.booked}
    entries = [each.position for each in cases if each.settlement_id is None and each.position]
    settled = statements.settled_positions(entries)
    for case in cases:
        by_line = case.settlement_id is not None
        if case.settlement_id not in left if by_line else case.position in settled:
            agree_case(AgreeCase(case_id=case.id, reason="Both sides say the same now."))
            found.closed += 1


def _kept(books: Books, found: Found) -> Reconciliation:
    done = Reconciliation(
        id=new_id(),
        provider=books.provider,
        source=books.source,
        started_at=found.started_at,
        records=found.records,
        repeated=found.records - found.new,
        matched=found.matched + found.heard,
        heard=found.heard,
        booked=found.booked,
        opened=found.opened,
        closed=found.closed,
    )
    PassRow.objects.create(**{name: getattr(done, name) for name in done.__dataclass_fields__})
    return done


def _record(row: SettlementRow) -> SettlementRecord:
    return SettlementRecord(
        id=row.record,
        kind=row.kind,  # type: ignore[arg-type]  # stored from the same literal
        amount_minor=row.amount_minor,
        currency=row.currency,
        occurred_at=row.occurred_at,
        payment_id=row.payment_id,
        operation_id=row.operation_id,
        provider_reference=row.provider_reference,
        description=row.description,
    )


@contextmanager
def _only_one(provider: str) -> Iterator[None]:
    """Lets one pass with a provider run at a time."""
    name = f"counterfoil.reconcile.{provider}"
    if not fetch("SELECT pg_try_advisory_lock(hashtext(%s))", (name,))[0][0]:
        raise ReconciliationRuns(
            "A reconciliation with this provider is under way. Wait until it has ended."
        )
    try:
        yield
    finally:
        fetch("SELECT pg_advisory_unlock(hashtext(%s))", (name,))
