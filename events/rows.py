"""Rows of read models on their way into tables: many in one statement, or copied."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, JSONField, Model
from psycopg.types.json import Jsonb

from events.codec import encode
from events.database import copy_in, execute, fetch

type State = dict[str, Any]
type Rows = dict[Any, State]
type AnyField = Field[Any, Any]

# From so many rows on they are sent as arrays.
MANY = 10


def upsert(model: type[Model], guard: str, rows: Rows) -> None:
    """Writes rows by primary key; one that stands at the same `guard` or a later one stays.

    Raises:
        TypeError: a row has what is no column of the model.
    """
    if not rows:
        return
    fields, columns = _columns(model, rows)
    if len(rows) >= MANY and not any(isinstance(field, ArrayField) for field in fields):
        # One statement for any number of rows: prepared once, its values sent apart from it.
        arrays = ", ".join(f"%b::{field.db_type(connection)}[]" for field in fields)
        values = f"SELECT * FROM unnest({arrays})"  # noqa: S608  # types of the model's columns
        execute(_upsert(model, guard, fields, values), columns)
        return
    parameters = [value for row in zip(*columns, strict=True) for value in row]
    execute(_inserting(model, guard, fields, len(rows)), parameters)


def change(model: type[Model], guard: str, key: Any, columns: State, *, was: int, now: int) -> bool:
    """Writes some columns of the row with this key, if it stands at `was`, and has it stand at
    `now`; returns whether it did.

    Raises:
        TypeError: there is a value for what is no column of the model.
    """
    names = tuple(sorted({*columns, guard} - {primary_key(model).attname}))
    sql, fields, primary = _changing(model, guard, names)
    database = connections[DEFAULT_DB_ALIAS]
    state = {**columns, guard: now}
    written = [_value(field, state[field.attname], database) for field in fields]
    return bool(fetch(sql, (*written, primary.get_db_prep_save(key, database), was)))


def copy(model: type[Model], rows: Rows) -> None:
    """Writes rows whose keys the table does not have.

    Raises:
        TypeError: a row has what is no column of the model.
        django.db.IntegrityError: it has one of the keys after all.
    """
    if not rows:
        return
    fields, columns = _columns(model, rows)
    listed = ", ".join(_quoted(field.column) for field in fields)
    copy_in(
        f"COPY {_quoted(model._meta.db_table)} ({listed}) FROM STDIN", zip(*columns, strict=True)
    )


def primary_key(model: type[Model]) -> AnyField:
    return model._meta.pk


def _columns(model: type[Model], rows: Rows) -> tuple[tuple[AnyField, ...], list[list[Any]]]:
    """Returns the columns that these rows need, and each one's values."""
    primary = primary_key(model)
    fields = _fields(
        model,
        tuple(sorted({name for state in rows.values() for name in state} | {primary.attname})),
    )
    return fields, [_values(field, field is primary, rows) for field in fields]


def _values(field: AnyField, is_key: bool, rows: Rows) -> list[Any]:
    name, database = field.attname, connections[DEFAULT_DB_ALIAS]
    values: Iterable[Any] = rows
    if not is_key:
        values = (state[name] if name in state else field.get_default() for state in rows.values())
    return [_value(field, value, database) for value in values]


def _value(field: AnyField, value: Any, database: BaseDatabaseWrapper) -> Any:
    """Returns a value as the driver takes it; JSON is written by msgspec, ten times faster."""
    if isinstance(field, JSONField) and field.encoder is None:
        return None if value is None else Jsonb(value, dumps=encode)
    return field.get_db_prep_save(value, database)


# The texts are made once: naming and quoting columns took longer than sending their values.
@lru_cache(512)
def _fields(model: type[Model], names: tuple[str, ...]) -> tuple[AnyField, ...]:
    known = {field.attname: field for field in model._meta.concrete_fields}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise TypeError(f"{unknown} are not columns of {model.__name__}")
    return tuple(known[name] for name in names)


@lru_cache(512)
def _changing(
    model: type[Model], guard: str, names: tuple[str, ...]
) -> tuple[str, tuple[AnyField, ...], AnyField]:
    """Returns the statement that `change` sends, and whose values it takes."""
    primary = primary_key(model)
    fields = _fields(model, names)
    sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = (
        f"UPDATE {_quoted(model._meta.db_table)} SET {sets}"  # noqa: S608  # the model's columns
        f" WHERE {_quoted(primary.column)} = %s AND {_quoted(guard)} = %s RETURNING true"
    )
    return sql, fields, primary


@lru_cache(512)
def _inserting(model: type[Model], guard: str, fields: tuple[AnyField, ...], count: int) -> str:
    places = f"({', '.join(['%s'] * len(fields))})"
    return _upsert(model, guard, fields, f"VALUES {', '.join([places] * count)}")


def _upsert(model: type[Model], guard: str, fields: tuple[AnyField, ...], rows: str) -> str:
    table, guard = _quoted(model._meta.db_table), _quoted(guard)
    columns = [_quoted(field.column) for field in fields]
    primary = _quoted(primary_key(model).column)
    updates = [f"{column} = excluded.{column}" for column in columns if column != primary]
    # Every name comes from the model and is quoted.
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) {rows}"
        f" ON CONFLICT ({primary}) DO UPDATE SET {', '.join(updates)}"
        f" WHERE {table}.{guard} < excluded.{guard}"
    )


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
