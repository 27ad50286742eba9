"""Many rows in one statement. PostgreSQL: ``unnest`` of binary arrays (text arrays are six times slower, row by row more
so); SQLite: a prepared statement per row, which costs no round trip there.

Column values come as lists of equal length, keyed by column name; names come from our own tables, never from outside.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, Integer, Table, Text, any_, literal, select

Columns = dict[str, list[Any]]


def among(conn: Connection, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """``column`` is one of ``values``: one array parameter on PostgreSQL, where a hundred parameters cost more than the query."""
    if conn.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(BigInteger if isinstance(column.type, BigInteger) else Text)))
    return column.in_(values)


def insert_rows(conn: Connection, table: Table, columns: Columns) -> None:
    """Insert; a clash of keys raises IntegrityError."""
    _insert(conn, table, columns, "")


def insert_new(conn: Connection, table: Table, key: str, columns: Columns) -> set[Any]:
    """Insert what is not there yet; returns the keys that were new. A concurrent insert of the same key is waited for."""
    if conn.dialect.name == "postgresql":
        return {row[0] for row in _insert(conn, table, columns, f" ON CONFLICT DO NOTHING RETURNING {key}")}
    known = set(conn.scalars(select(table.c[key]).where(table.c[key].in_(columns[key]))))
    keep = [i for i, value in enumerate(columns[key]) if value not in known]
    _insert(conn, table, {name: [values[i] for i in keep] for name, values in columns.items()}, "")
    return {columns[key][i] for i in keep}


def update_rows(conn: Connection, table: Table, keys: tuple[str, ...], columns: Columns) -> None:
    """Set the other columns of the rows named by ``keys``."""
    changed = [name for name in columns if name not in keys]
    if not columns[keys[0]]:
        return
    if conn.dialect.name == "postgresql":
        sets = ", ".join(f"{name} = u.{name}" for name in changed)
        where = " AND ".join(f"t.{name} = u.{name}" for name in keys)
        _cursor(conn, f"UPDATE {table.name} t SET {sets} FROM {_unnest(table, columns)} WHERE {where}",
                list(columns.values()))
        return
    sets = ", ".join(f"{name} = ?" for name in changed)
    where = " AND ".join(f"{name} = ?" for name in keys)
    order = [*changed, *keys]
    conn.exec_driver_sql(f"UPDATE {table.name} SET {sets} WHERE {where}",
                         list(zip(*(columns[name] for name in order), strict=True)))


def _insert(conn: Connection, table: Table, columns: Columns, tail: str) -> list[Any]:
    names = list(columns)
    if not columns[names[0]]:
        return []
    if conn.dialect.name == "postgresql":
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM {_unnest(table, columns)}{tail}"
        return _cursor(conn, statement, list(columns.values()))
    marks = ", ".join("?" for _ in names)
    conn.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})",
                         list(zip(*columns.values(), strict=True)))
    return []


def _unnest(table: Table, columns: Columns) -> str:
    arrays = ", ".join(f"%b::{_pg_type(table, name)}[]" for name in columns)
    return f"unnest({arrays}) AS u({', '.join(columns)})"


def _pg_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    return "int8" if isinstance(kind, BigInteger) else "int4" if isinstance(kind, Integer) else "text"


def _cursor(conn: Connection, statement: str, values: list[list[Any]]) -> list[Any]:
    result = conn.exec_driver_sql(statement, tuple(values))
    return list(result) if result.returns_rows else []
