"""Many rows in one statement. PostgreSQL: ``unnest`` of binary arrays (row by row costs many times more); SQLite: a prepared
statement per row, which costs no round trip there.

Column values come as lists of equal length, keyed by column name; names come from our own tables, never from outside.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, Integer, Table, Text, any_, literal

from central_gateway.line import Answer, Int4s, Int8s, Line, Texts

Columns = dict[str, list[Any]]
_ARRAYS = {"text": Texts, "int4": Int4s, "int8": Int8s}


def among(conn: Connection, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """``column`` is one of ``values``: one array parameter on PostgreSQL, where a hundred parameters cost more than the query."""
    if conn.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(BigInteger if isinstance(column.type, BigInteger) else Text)))
    return column.in_(values)


@dataclass(frozen=True, slots=True)
class Joined:
    """Where PostgreSQL finds values of ``column`` that are given as None: in the row of ``table`` with the same ``key``."""

    table: str
    key: str
    column: str


def insert_rows(line: Line, table: Table, columns: Columns, *, joined: Joined | None = None, **same: Any) -> None:
    """Insert; a clash of keys raises IntegrityError. ``same``: columns that have one value in all rows."""
    _insert(line, table, columns, same, "", joined)


def insert_new(line: Line, table: Table, columns: Columns, **same: Any) -> Answer:
    """Insert what is not there yet; the answer counts the rows that were new. A concurrent insert of the same key is waited for."""
    return _insert(line, table, columns, same, " ON CONFLICT DO NOTHING")


def update_rows(line: Line, table: Table, keys: tuple[str, ...], columns: Columns) -> None:
    """Set the other columns of the rows named by ``keys``."""
    changed = [name for name in columns if name not in keys]
    if not columns[keys[0]]:
        return
    if line.postgres:
        sets = ", ".join(f"{name} = u.{name}" for name in changed)
        where = " AND ".join(f"t.{name} = u.{name}" for name in keys)
        line.send_text(f"UPDATE {table.name} t SET {sets} FROM {_unnest(table, tuple(columns))} WHERE {where}", _arrays(table, columns))
        return
    sets = ", ".join(f"{name} = ?" for name in changed)
    where = " AND ".join(f"{name} = ?" for name in keys)
    order = [*changed, *keys]
    line.send_text(f"UPDATE {table.name} SET {sets} WHERE {where}", list(zip(*(columns[name] for name in order), strict=True)))


def _insert(line: Line, table: Table, columns: Columns, same: dict[str, Any], tail: str, joined: Joined | None = None) -> Answer:
    count = len(next(iter(columns.values())))
    if not count:
        return Answer.none()
    statement = _insert_text(table, line.postgres, tuple(columns), tuple(same), joined) + tail
    if line.postgres:
        return line.send_text(statement, (*same.values(), *_arrays(table, columns)))
    return line.send_text(statement, list(zip(*columns.values(), *([value] * count for value in same.values()), strict=True)))


@lru_cache(maxsize=256)
def _insert_text(table: Table, postgres: bool, names: tuple[str, ...], same: tuple[str, ...], joined: Joined | None) -> str:
    into = f"INSERT INTO {table.name} ({', '.join([*names, *same])})"
    if postgres:
        given = [f"u.{name}" if joined is None or name != joined.column else
                 f"coalesce(u.{name}, (SELECT j.{name} FROM {joined.table} j WHERE j.{joined.key} = u.{joined.key}))" for name in names]
        picked = ", ".join([*given, *(f"%b::{_pg_type(table, name)}" for name in same)])
        return f"{into} SELECT {picked} FROM {_unnest(table, names)}"
    return f"{into} VALUES ({', '.join('?' for _ in (*names, *same))})"


def _arrays(table: Table, columns: Columns) -> list[Any]:
    return [_ARRAYS[_pg_type(table, name)](values) for name, values in columns.items()]


def _unnest(table: Table, names: tuple[str, ...]) -> str:
    arrays = ", ".join(f"%b::{_pg_type(table, name)}[]" for name in names)
    return f"unnest({arrays}) AS u({', '.join(names)})"


@lru_cache(maxsize=512)
def _pg_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    return "int8" if isinstance(kind, BigInteger) else "int4" if isinstance(kind, Integer) else "text"
