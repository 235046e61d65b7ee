"""What the store is measured with: an aggregate of short events, and a plain read model of them."""

from uuid import UUID

from django.db import models

from events.aggregate import Aggregate, Event
from events.bulk import Bulk, Occasion
from events.database import execute
from events.projections import Projection, State
from events.registry import event
from events.store import RecordedEvent
from modules.kernel.clock import now
from modules.kernel.identity import new_id

TEXT = "An event of the size that a short fact has: a name, an amount, and a reason in words."
TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_notebook"
    " (id uuid PRIMARY KEY, text text NOT NULL, notes integer NOT NULL, version bigint NOT NULL)"
)


class Notebook(Aggregate):
    """Is opened, and written into."""

    kind = "bench.notebook"
    text: str
    notes: int

    @event("bench.notebook.opened")
    class Opened(Event, frozen=True):
        text: str

        def apply(self, aggregate: "Notebook") -> None:
            aggregate.text, aggregate.notes = self.text, 0

    @event("bench.notebook.noted")
    class Noted(Event, frozen=True):
        text: str

        def apply(self, aggregate: "Notebook") -> None:
            aggregate.text = self.text
            aggregate.notes += 1

    @classmethod
    def open(cls, id: UUID, text: str) -> "Notebook":
        return cls._create(cls.Opened, id=id, text=text)

    def note(self, text: str) -> None:
        self.trigger_event(Notebook.Noted, text=text)


def read_model() -> Projection:
    """Returns a read model of notebooks, after making its table; Django has to be set up."""
    execute(TABLE)

    class NotebookRow(models.Model):
        id = models.UUIDField(primary_key=True)
        text = models.TextField()
        notes = models.IntegerField()
        version = models.BigIntegerField()

        class Meta:
            app_label = "events"
            managed = False
            db_table = "bench_notebook"

    class Notebooks(Projection):
        name = "bench.notebooks"
        events = (Notebook.Opened, Notebook.Noted)
        model = NotebookRow
        mode = "async"

        def fold(self, state: State | None, recorded: RecordedEvent) -> State | None:
            each = recorded.event
            assert isinstance(each, Notebook.Opened | Notebook.Noted)
            return {"text": each.text, "notes": state["notes"] + 1 if state else 0}

    return Notebooks()


def written(events: int) -> Notebook:
    """Returns a notebook of so many events that is not stored yet."""
    notebook = Notebook.open(new_id(), TEXT)
    for _ in range(events - 1):
        notebook.note(TEXT)
    return notebook


def record(notebooks: list[Notebook]) -> None:
    """Stores notebooks in the caller's transaction."""
    bulk = Bulk()
    for notebook in notebooks:
        key = new_id()
        bulk.record(notebook, Occasion(key=key, reason=key, effective_at=now()))
    bulk.store()
