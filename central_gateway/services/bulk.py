"""Many rows in one statement. PostgreSQL: ``unnest`` of binary arrays (text arrays are six times slower, row by row more
so); SQLite: a prepared statement per row, which costs no round trip there.

Column values come as lists of equal length, keyed by column name; names come from our own tables, never from outside.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, Integer, Table, Text, any_, literal

Columns = dict[str, list[Any]]


def among(conn: Connection, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """``column`` is one of ``values``: one array parameter on PostgreSQL, where a hundred parameters cost more than the query."""
    if conn.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(BigInteger if isinstance(column.type, BigInteger) else Text)))
    return column.in_(values)


def insert_rows(conn: Connection, table: Table, columns: Columns, **same: Any) -> None:
    """Insert; a clash of keys raises IntegrityError. ``same``: columns that have one value in all rows."""
    _insert(conn, table, columns, same, "")


def insert_new(conn: Connection, table: Table, columns: Columns, **same: Any) -> int:
    """Insert what is not there yet; returns how many rows were new. A concurrent insert of the same key is waited for."""
    return _insert(conn, table, columns, same, " ON CONFLICT DO NOTHING")


def update_rows(conn: Connection, table: Table, keys: tuple[str, ...], columns: Columns) -> None:
    """Set the other columns of the rows named by ``keys``."""
    changed = [name for name in columns if name not in keys]
    if not columns[keys[0]]:
        return
    if conn.dialect.name == "postgresql":
        sets = ", ".join(f"{name} = u.{name}" for name in changed)
        where = " AND ".join(f"t.{name} = u.{name}" for name in keys)
        conn.exec_driver_sql(f"UPDATE {table.name} t SET {sets} FROM {_unnest(table, columns)} WHERE {where}", tuple(columns.values()))
        return
    sets = ", ".join(f"{name} = ?" for name in changed)
    where = " AND ".join(f"{name} = ?" for name in keys)
    order = [*changed, *keys]
    conn.exec_driver_sql(f"UPDATE {table.name} SET {sets} WHERE {where}",
                         list(zip(*(columns[name] for name in order), strict=True)))


def _insert(conn: Connection, table: Table, columns: Columns, same: dict[str, Any], tail: str) -> int:
    names = list(columns)
    count = len(columns[names[0]])
    if not count:
        return 0
    into = f"INSERT INTO {table.name} ({', '.join([*names, *same])})"
    if conn.dialect.name == "postgresql":
        picked = ", ".join(["u.*", *(f"%b::{_pg_type(table, name)}" for name in same)])
        statement = f"{into} SELECT {picked} FROM {_unnest(table, columns)}{tail}"
        return conn.exec_driver_sql(statement, (*same.values(), *columns.values())).rowcount
    marks = ", ".join("?" for _ in (*names, *same))
    rows = list(zip(*columns.values(), *([value] * count for value in same.values()), strict=True))
    return conn.exec_driver_sql(f"{into} VALUES ({marks}){tail}", rows).rowcount


def _unnest(table: Table, columns: Columns) -> str:
    arrays = ", ".join(f"%b::{_pg_type(table, name)}[]" for name in columns)
    return f"unnest({arrays}) AS u({', '.join(columns)})"


def _pg_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    return "int8" if isinstance(kind, BigInteger) else "int4" if isinstance(kind, Integer) else "text"
