"""The statements of reconciliation: sets of lines against sets of entries, in the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple
from uuid import UUID

from events.database import execute, fetch
from modules.kernel.clock import now
from modules.kernel.identity import derived_id
from modules.payments.contracts import SettlementRecord

# What of the books a line can agree with: a charge with a capture, a refund with a refund.
_KINDS: LiteralString = (
    "(VALUES ('charge', 'capture'), ('refund', 'refund'), ('dispute', 'dispute'))"
    " AS kinds (theirs, ours)"
)
_STORE: LiteralString = (
    "INSERT INTO ledger_settlement (id, provider, record, said, kind, amount_minor, currency,"
    " occurred_at, payment_id, operation_id, provider_reference, description, source, times,"
    " booked, received_at)"
    " SELECT id, %b, record, said, kind, amount_minor, currency, occurred_at, payment_id,"
    " operation_id, provider_reference, description, %b, times, false, %b"
    " FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::text[],"
    " %b::timestamptz[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::int[])"
    " AS new (id, record, said, kind, amount_minor, currency, occurred_at, payment_id,"
    " operation_id, provider_reference, description, times)"
    " ON CONFLICT (provider, record, said) DO UPDATE"
    " SET times = ledger_settlement.times + excluded.times,"
    # A file may know less than the provider's own answer, and the other way round.
    " payment_id = coalesce(ledger_settlement.payment_id, excluded.payment_id),"
    " operation_id = coalesce(ledger_settlement.operation_id, excluded.operation_id)"
    " RETURNING (xmax = 0)"
)
# Each entry and each line takes part once; of several the oldest.
_BY_OPERATION: LiteralString = (
    "UPDATE ledger_settlement SET matched = pair.position FROM ("
    " SELECT DISTINCT ON (e.position) s.id, e.position FROM ledger_settlement s"
    " JOIN {kinds} ON kinds.theirs = s.kind"
    " JOIN ledger_entry e ON e.operation_id = s.operation_id AND e.kind = kinds.ours"
    "  AND e.provider = s.provider AND e.amount_minor = s.amount_minor"
    "  AND e.currency = s.currency"
    " WHERE s.provider = %s AND s.matched IS NULL AND NOT s.booked"
    "  AND NOT EXISTS (SELECT 1 FROM ledger_settlement t WHERE t.matched = e.position)"
    " ORDER BY e.position, s.occurred_at, s.id"
    ") pair WHERE ledger_settlement.id = pair.id RETURNING 1"
)
# Files often know the provider's own reference only: equal amounts of one reference are paired in
# the order in which both happened.
_BY_REFERENCE: LiteralString = (
    "WITH theirs AS (SELECT s.id, s.provider_reference, kinds.ours AS kind, s.amount_minor,"
    "  s.currency, row_number() OVER (PARTITION BY s.provider_reference, s.kind, s.amount_minor,"
    "  s.currency ORDER BY s.occurred_at, s.id) AS number"
    " FROM ledger_settlement s JOIN {kinds} ON kinds.theirs = s.kind"
    " WHERE s.provider = %s AND s.matched IS NULL AND NOT s.booked AND s.operation_id IS NULL"
    "  AND s.provider_reference <> ''),"
    " ours AS (SELECT e.position, e.provider_reference, e.kind, e.amount_minor, e.currency,"
    "  row_number() OVER (PARTITION BY e.provider_reference, e.kind, e.amount_minor, e.currency"
    "  ORDER BY e.effective_at, e.position) AS number"
    " FROM ledger_entry e WHERE e.provider = %s AND e.operation_id IS NOT NULL"
    "  AND e.provider_reference IN (SELECT provider_reference FROM theirs)"
    "  AND NOT EXISTS (SELECT 1 FROM ledger_settlement t WHERE t.matched = e.position))"
    " UPDATE ledger_settlement SET matched = ours.position FROM theirs JOIN ours"
    " USING (provider_reference, kind, amount_minor, currency, number)"
    " WHERE ledger_settlement.id = theirs.id RETURNING 1"
)


class Unmatched(NamedTuple):
    """An entry that no line of the provider agrees with."""

    position: int
    kind: str
    amount_minor: int
    currency: str
    order_id: UUID | None
    number: str
    effective_at: datetime
    operation_id: UUID


def store(provider: str, source: str, records: Sequence[SettlementRecord]) -> int:
    """Keeps lines; the same line again is only counted. Returns how many are new."""
    found: dict[tuple[str, str], tuple[SettlementRecord, int]] = {}
    for record in records:
        said = f"{record.kind} {record.amount_minor} {record.currency}"
        _, times = found.get((record.id, said), (record, 0))
        found[record.id, said] = record, times + 1
    keys, lines = list(found), [record for record, _ in found.values()]
    rows = fetch(
        _STORE,
        (
            *(provider, source, now()),
            [derived_id("ledger.settlement", provider, *key) for key in keys],
            [record for record, _ in keys],
            [said for _, said in keys],
            [line.kind for line in lines],
            [line.amount_minor for line in lines],
            [line.currency for line in lines],
            [line.occurred_at for line in lines],
            [line.payment_id for line in lines],
            [line.operation_id for line in lines],
            [line.provider_reference for line in lines],
            [line.description for line in lines],
            [times for _, times in found.values()],
        ),
    )
    return sum(row[0] for row in rows)


def known(provider: str, records: Sequence[SettlementRecord]) -> int:
    """Returns how many of our captures and refunds lines name, by our id or the provider's."""
    rows = fetch(
        "SELECT count(*) FROM ledger_entry WHERE provider = %s AND operation_id IS NOT NULL"
        " AND (operation_id = ANY (%s) OR provider_reference = ANY (%s))",
        (
            provider,
            [each.operation_id for each in records if each.operation_id],
            [each.provider_reference for each in records if each.provider_reference],
        ),
    )
    found: int = rows[0][0]
    return found


def match(provider: str) -> int:
    """Pairs lines with the entries that say the same; returns how many pairs are new."""
    by_operation = fetch(_BY_OPERATION.replace("{kinds}", _KINDS), (provider,))
    by_reference = fetch(_BY_REFERENCE.replace("{kinds}", _KINDS), (provider, provider))
    return len(by_operation) + len(by_reference)


def mark_booked(settlement_ids: Iterable[object], position: int | None = None) -> None:
    """Says that lines are in the books, as `position` if they agree with an entry all but."""
    execute(
        "UPDATE ledger_settlement SET booked = true, matched = %s WHERE id = ANY (%s)",
        (position, list(settlement_ids)),
    )


def unmatched_entries(provider: str, since: datetime | None, until: datetime) -> list[Unmatched]:
    """Returns captures and refunds of a time that no line of the provider agrees with.

    Those that a line names are left out: they differ in something, which is that line's case.
    """
    rows = fetch(
        "SELECT e.position, e.kind, e.amount_minor, e.currency, e.order_id, e.number,"
        " e.effective_at, e.operation_id FROM ledger_entry e"
        " WHERE e.provider = %s AND e.operation_id IS NOT NULL"
        " AND (%s::timestamptz IS NULL OR e.effective_at >= %s) AND e.effective_at <= %s"
        " AND NOT EXISTS (SELECT 1 FROM ledger_settlement s WHERE s.matched = e.position)"
        " AND NOT EXISTS (SELECT 1 FROM ledger_settlement s"
        "  WHERE s.provider = e.provider AND s.operation_id = e.operation_id)"
        " ORDER BY e.position",
        (provider, since, since, until),
    )
    return [Unmatched(*row) for row in rows]


def settled_positions(positions: Sequence[int]) -> set[int]:
    """Returns which of these entries a line of the provider agrees with, or at least names."""
    rows = fetch(
        "SELECT e.position FROM ledger_entry e WHERE e.position = ANY (%s) AND EXISTS"
        " (SELECT 1 FROM ledger_settlement s WHERE s.matched = e.position"
        "  OR (s.provider = e.provider AND s.operation_id = e.operation_id))",
        (list(positions),),
    )
    return {row[0] for row in rows}
