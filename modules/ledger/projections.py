"""The journal: follows the log and books every event that moves money, each once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString
from uuid import UUID

from events import codec, registry
from events.database import execute, fetch
from events.projections import Projection, RowsProjection, register
from events.store import RecordedEvent
from modules.adjustments import selectors as adjustments  # declares the events of its streams
from modules.ledger.domain import booking as booking  # declares the events of its streams
from modules.ledger.domain.book import Book
from modules.ledger.domain.case import Case
from modules.ledger.domain.entries import Entry
from modules.ledger.domain.facts import FACTS, Booked, Document, Fact
from modules.ledger.domain.posting import post
from modules.ledger.models import BookRow, CaseRow, EntryRow, LegRow
from modules.orders import selectors as orders  # declares the events of its streams
from modules.payments import selectors as payments  # declares the events of its streams

__all__ = ["Journal", "adjustments", "orders", "payments"]

# More legs than any entry has, so that a leg's id tells its entry.
LEGS_LIMIT = 1000


class Journal(RowsProjection):
    """Entries and legs, and beside them what has to be known of each order.

    It reads the log and no published fact, so that history recorded in bulk is booked as well
    (decision 0033). Streams of one order feed one book; each remembers how far each stream is
    folded, and so folding an event again changes nothing.
    """

    name = "ledger.journal"
    mode = "async"
    events = tuple(registry.resolve(f"{topic}.v1")[0] for topic in FACTS)
    models = (EntryRow, LegRow, BookRow)

    def apply(self, recorded_events: Sequence[RecordedEvent]) -> None:
        facts = [(row, read(row)) for row in recorded_events]
        keys = {key for row, fact in facts if (key := order_of(row, fact))}
        kept = fetch(_KEPT, (list(keys),))
        books = {row[0]: codec.decode(row[1].encode(), Book) for row in kept}
        alone = [place(row) for row, fact in facts if order_of(row, fact) is None]
        known = {row[0] for row in fetch(_KNOWN, (alone,))} if alone else set()
        made: list[tuple[RecordedEvent, Entry]] = []
        for row, fact in facts:
            key = order_of(row, fact)
            if key is None:
                book = Book() if place(row) not in known else None
            else:
                book = unfolded(books.setdefault(key, Book()), row)
            if book is not None and (entry := post(book, fact, row.stream_id, key)):
                made.append((row, entry))
        write(made, books)

    def clear(self) -> None:
        LegRow.objects.all().delete()
        EntryRow.objects.all().delete()
        BookRow.objects.all().delete()


class Cases(Projection):
    """One row a case."""

    name = "ledger.cases"
    events = (Case.Opened, Case.Closed, Case.Reopened)
    model = CaseRow

    def fold(self, state: dict[str, Any] | None, recorded: RecordedEvent) -> dict[str, Any]:
        event: Any = recorded.event
        reopened = {"status": "open", "closed_at": None, "closed_by": "", "reason": ""}
        if isinstance(event, Case.Opened):
            return reopened | {
                "provider": event.provider,
                "kind": event.case,
                "settlement_id": event.settlement_id,
                "position": event.position,
                "amount_minor": event.amount_minor,
                "currency": event.currency,
                "order_id": event.order_id,
                "evidence": event.evidence,
                "opened_at": recorded.effective_at,
            }
        row = dict(state or {})
        if isinstance(event, Case.Closed):
            return row | {
                "status": "agreed" if event.agreed else "closed",
                "closed_at": recorded.effective_at,
                "closed_by": recorded.actor,
                "reason": event.reason,
            }
        return row | reopened


def read(recorded: RecordedEvent) -> Fact:
    """Returns what the ledger needs of an event, without opening what is sealed in it.

    Raises:
        msgspec.ValidationError: the event is not what its topic says.
    """
    payload = recorded.payload
    if registry.resolve(recorded.topic)[1]:
        payload = codec.encode(codec.decode_fields(recorded.topic, payload))
    return codec.decode(payload, FACTS[recorded.topic.rpartition(".v")[0]])


def place(recorded: RecordedEvent) -> int:
    """Returns the position of an event, which every event of the log has."""
    assert recorded.position is not None
    return recorded.position


def order_of(recorded: RecordedEvent, fact: Fact) -> UUID | None:
    """Returns the order that an event is about; a document is about none."""
    if isinstance(fact, Document):
        return None
    if isinstance(fact, Booked):
        return fact.order_id
    return getattr(fact, "reference", recorded.stream_id)


def unfolded(book: Book, recorded: RecordedEvent) -> Book | None:
    """Returns the book if the event is new to it, and marks it as folded."""
    stream = str(recorded.stream_id)
    if book.versions.get(stream, 0) >= recorded.version:
        return None
    book.versions[stream] = recorded.version
    return book


def write(made: Sequence[tuple[RecordedEvent, Entry]], books: dict[UUID, Book]) -> None:
    """Writes entries, legs and books in three statements, however many there are."""
    if made:
        execute(_ENTRIES, columns(entry_values(row, entry) for row, entry in made))
        execute(_LEGS, columns(leg for row, entry in made for leg in leg_values(row, entry)))
    if books:
        states = [(order_id, codec.encode(book).decode()) for order_id, book in books.items()]
        execute(_BOOKS, columns(sorted(states)))


def columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


_KEPT = "SELECT order_id, state::text FROM ledger_book WHERE order_id = ANY (%s)"
_KNOWN = "SELECT position FROM ledger_entry WHERE position = ANY (%s)"
# By hand and as arrays: a model's instance for every row took two thirds of the time.
_ENTRIES: LiteralString = (
    "INSERT INTO ledger_entry (position, event_id, stream_id, version, topic, kind, memo, order_id,"
    " number, payment_id, operation_id, provider, provider_reference, amount_minor, currency,"
    " recorded_at, effective_at) SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::uuid[],"
    " %b::bigint[], %b::text[], %b::text[], %b::text[], %b::uuid[], %b::text[], %b::uuid[],"
    " %b::uuid[], %b::text[], %b::text[], %b::bigint[], %b::text[], %b::timestamptz[],"
    " %b::timestamptz[])"
)
_LEGS: LiteralString = (
    "INSERT INTO ledger_leg (id, position, account, currency, amount_minor, rest_millionths,"
    " order_id, recorded_at, effective_at) SELECT * FROM unnest(%b::bigint[], %b::bigint[],"
    " %b::text[], %b::text[], %b::bigint[], %b::int[], %b::uuid[], %b::timestamptz[],"
    " %b::timestamptz[])"
)
_BOOKS: LiteralString = (
    "INSERT INTO ledger_book (order_id, state)"
    " SELECT order_id, state::jsonb FROM unnest(%b::uuid[], %b::text[]) AS new (order_id, state)"
    " ON CONFLICT (order_id) DO UPDATE SET state = excluded.state"
)


def entry_values(recorded: RecordedEvent, entry: Entry) -> tuple[object, ...]:
    return (
        place(recorded),
        recorded.event_id,
        recorded.stream_id,
        recorded.version,
        recorded.topic,
        entry.kind,
        entry.memo[:300],
        entry.order_id,
        entry.number,
        entry.payment_id,
        entry.operation_id,
        entry.provider,
        entry.provider_reference,
        entry.amount_minor,
        entry.currency,
        recorded.recorded_at,
        recorded.effective_at,
    )


def leg_values(recorded: RecordedEvent, entry: Entry) -> Iterator[tuple[object, ...]]:
    position = place(recorded)
    for number, leg in enumerate(entry.legs):
        yield (
            position * LEGS_LIMIT + number,
            position,
            leg.account,
            leg.currency,
            *leg.split,
            entry.order_id,
            recorded.recorded_at,
            recorded.effective_at,
        )


register(Journal())
register(Cases())
