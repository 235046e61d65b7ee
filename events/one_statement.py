"""A command's whole work as one statement, which is a transaction by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.database import fetch

# The types are those of the columns, which a SELECT does not hand on to its parameters.
_STORED = (
    "stored AS (INSERT INTO es.command"
    " (tenant_id, command_id, name, fingerprint, result, recorded_at) SELECT %s::smallint,"
    " %s::uuid, %s, %s::bytea, %s::json, %s::timestamptz FROM done) SELECT true FROM done"
)


@dataclass(frozen=True, slots=True)
class OneStatement[R]:
    """All that a command does, as named queries of a WITH clause; the last one is `done`.

    `done` has a row if the command is done with it, and `answer` is what it answers then. Without a
    row nothing at all may have been written.
    """

    queries: str
    parameters: Sequence[object]
    answer: R

    def run(self) -> bool:
        """Runs it in the caller's transaction; returns whether it could be done."""
        sql = f"WITH {self.queries} SELECT true FROM done"  # noqa: S608  # a module's own text
        return bool(fetch(sql, self.parameters))

    def run_with(self, stored: Sequence[object]) -> bool:
        """Does the same and stores an answer (the columns of es.command) only if it was done."""
        return bool(fetch(f"WITH {self.queries}, {_STORED}", (*self.parameters, *stored)))
