"""Statements of one connection, bound and prepared by the server, by the shortest way there is.

psycopg's cursor looks up anew, for every statement, how each type is written and read, and takes a
dozen steps in Python; all together that was a fifth of an order. Here the steps are libpq's own,
and what was looked up once is kept with the connection.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from events.arrays import ListDumper

# By place (`%s`), or by name (`%(name)s`); names that the statement does not say are left out.
type Parameters = Sequence[object] | Mapping[str, object]

# So many are kept prepared on a connection. More come from texts made as they are needed, and then
# all of them are forgotten: those that matter are back at once.
MOST = 200
# A prepared statement whose tables have changed so that it cannot be planned, or which is gone.
OUTDATED = frozenset({"0A000", "26000"})

# psycopg's own: by place or by name, in the form of its choice, as text or binary.
_MARK = re.compile(r"%(?:(?P<percent>%)|(?:\((?P<name>\w+)\))?(?P<form>[stb])|)")
FORMS = {"s": PyFormat.AUTO, "t": PyFormat.TEXT, "b": PyFormat.BINARY}
DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})
# Isolation level, read only, deferrable: as the server is set.
PLAIN = (None, None, None)
# A statement and the types of its values: other types may need another plan.
type Key = tuple[bytes, tuple[int, ...]]


class Text(NamedTuple):
    """A statement as the server reads it; `names` are what stands at its places, if not order."""

    command: bytes
    formats: list[PyFormat]
    names: tuple[str, ...] | None


class Statements:
    """What a connection has prepared, and how it writes and reads values."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        # Of a cursor, because that has adapters of its own, which nobody else sees.
        context = psycopg.Cursor(connection)
        context.adapters.register_dumper(list, ListDumper)
        self._values = Transformer.from_context(context)
        self._prepared: dict[Key, bytes] = {}
        self._uses: dict[Key, int] = {}
        self._made = 0

    def run(self, sql: str, parameters: Parameters, *, returns: bool) -> list[tuple[Any, ...]]:
        """Runs a statement; returns its rows, if they are asked for.

        It is prepared once it was used as often as the connection's `prepare_threshold` says.

        Raises:
            psycopg.Error: what the server said, or that the parameters are not the statement's.
        """
        connection, values = self.connection, self._values
        if not connection.autocommit:
            self._begin()
        with connection.lock:
            text = _text(sql)
            bound = values.dump_sequence(_in_order(text, parameters), text.formats)
            key = (text.command, values.types or ())
            name = self._prepared.get(key) or self._prepare(key)
            if name:
                connection.pgconn.send_query_prepared(name, bound, values.formats)
            else:
                connection.pgconn.send_query_params(text.command, bound, key[1], values.formats)
            result = self._answer()
            if not returns:
                return []
            if result.status != ExecStatus.TUPLES_OK:
                raise psycopg.ProgrammingError("the statement returns no rows")
            values.set_pgresult(result)
            return values.load_rows(0, result.ntuples, tuple)

    def _begin(self) -> None:
        connection = self.connection
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return
        if (connection.isolation_level, connection.read_only, connection.deferrable) == PLAIN:
            with connection.lock:
                connection.pgconn.send_query(b"BEGIN")
                self._answer()
        else:
            # The cursor begins a transaction of its kind.
            connection.execute("")

    def _prepare(self, key: Key) -> bytes | None:
        """Returns the name by which a statement is prepared now, or None: not yet."""
        uses, threshold = self._uses.get(key, 0), self.connection.prepare_threshold
        if threshold is None or uses < threshold:
            self._uses[key] = uses + 1
            return None
        if len(self._prepared) >= MOST:
            self._forget()
            self.connection.pgconn.send_query(b"DEALLOCATE ALL")
            self._answer()
        self._made += 1
        name = b"counterfoil_%d" % self._made
        self.connection.pgconn.send_prepare(name, key[0], key[1])
        self._answer()
        self._uses.pop(key, None)
        self._prepared[key] = name
        return name

    def _answer(self) -> PGresult:
        """Waits for the server, as psycopg's cursor does: Ctrl-C cancels what it is at."""
        results = self.connection.wait(generators.execute(self.connection.pgconn))
        result: PGresult = results[-1]
        if result.status in DONE:
            return result
        error = psycopg.errors.error_from_result(result)
        if error.sqlstate in OUTDATED:
            self._forget()
        raise error

    def _forget(self) -> None:
        self._prepared.clear()
        self._uses.clear()


@lru_cache(2 * MOST)
def _text(sql: str) -> Text:
    """Returns a statement with the server's placeholders, `$1` and so on."""
    names: list[str | None] = []
    formats: list[PyFormat] = []

    def numbered(mark: re.Match[str]) -> str:
        if mark["percent"]:
            return "%"
        if not mark["form"]:
            raise psycopg.ProgrammingError("a lone % in a statement: write %s, %(name)s or %%")
        name = mark["name"]
        if name is None or name not in names:
            names.append(name)
            formats.append(FORMS[mark["form"]])
        return f"${len(names) if name is None else names.index(name) + 1}"

    command = _MARK.sub(numbered, sql).encode()
    said = tuple(name for name in names if name is not None)
    if said and len(said) < len(names):
        raise psycopg.ProgrammingError("a statement's values have places or names, not both")
    return Text(command, formats, said or None)


def _in_order(text: Text, parameters: Parameters) -> Sequence[object]:
    if isinstance(parameters, Mapping):
        names = text.names or ()
        if missing := [name for name in names if name not in parameters]:
            raise psycopg.ProgrammingError(f"the statement's values lack {', '.join(missing)}")
        return [parameters[name] for name in names]
    if text.names or len(parameters) != len(text.formats):
        raise psycopg.ProgrammingError(
            f"the statement's values are {text.names or len(text.formats)}, not {len(parameters)}"
        )
    return parameters
