"""Statements of one transaction that need not wait for each other's answers.

PostgreSQL takes them one behind the other (libpq's pipeline mode) and works while the next are being made; what they brought is read
when it is wanted. SQLite has no way to go, so there each runs at once. Columns go over as binary arrays: PostgreSQL unpacks
a hundred rows from ten of them faster than it reads a hundred statements, and text arrays cost six times as much.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.rows import namedtuple_row
from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, Dialect, Text, any_, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import SelectBase, UpdateBase

_EMPTY, _HEAD, _LENGTH, _INT4, _INT8 = map(struct.Struct, (">iii", ">iiiii", ">i", ">ii", ">iq"))
_NULL = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts (or None) as one parameter."""

    values: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Int4s:
    """A column of 32-bit numbers (or None) as one parameter."""

    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Int8s:
    """A column of 64-bit numbers (or None) as one parameter."""

    values: Sequence[int | None]


class _Array(Dumper):
    """psycopg's own looks for the type of each item; here it is known, which takes a quarter of the time."""

    format = Format.BINARY
    item: int

    def dump(self, obj: Any) -> bytes:
        values = obj.values
        if not values:
            return _EMPTY.pack(0, 0, self.item)
        nulls = None in values
        head = _HEAD.pack(1, int(nulls), self.item, len(values), 1)
        if nulls:
            return head + b"".join([_NULL if value is None else self.items((value,)) for value in values])
        return head + self.items(values)

    @staticmethod
    def items(values: Sequence[Any]) -> bytes:
        """Each value with its length before it."""
        raise NotImplementedError


class _TextArray(_Array):
    oid, item = psycopg.adapters.types["text"].array_oid, psycopg.adapters.types["text"].oid

    @staticmethod
    def items(values: Sequence[Any]) -> bytes:
        raw = [value.encode() for value in values]
        return b"".join(chain.from_iterable(zip(map(_LENGTH.pack, map(len, raw)), raw, strict=True)))


class _Int4Array(_Array):
    oid, item = psycopg.adapters.types["int4"].array_oid, psycopg.adapters.types["int4"].oid

    @staticmethod
    def items(values: Sequence[Any]) -> bytes:
        return b"".join(map(_INT4.pack, repeat(4), values))


class _Int8Array(_Array):
    oid, item = psycopg.adapters.types["int8"].array_oid, psycopg.adapters.types["int8"].oid

    @staticmethod
    def items(values: Sequence[Any]) -> bytes:
        return b"".join(map(_INT8.pack, repeat(8), values))


for _kind, _dumper in ((Texts, _TextArray), (Int4s, _Int4Array), (Int8s, _Int8Array)):
    psycopg.adapters.register_dumper(_kind, _dumper)


@dataclass(slots=True)
class Answer:
    """What a statement brought. Reading it waits for this statement and those before it, and raises what went wrong with them."""

    _cursor: Any
    _rows: Sequence[Any] | None = None
    _count: int = -1

    @classmethod
    def none(cls) -> Answer:
        """There was nothing to do."""
        return cls(None, [], 0)

    def rows(self) -> Sequence[Any]:
        """The rows, with their columns as attributes."""
        if self._rows is None:
            self._rows = self._cursor.fetchall()
        return self._rows

    def count(self) -> int:
        """How many rows were written. Wait for a later ``rows`` first: a statement without rows cannot be waited for."""
        return self._count if self._cursor is None else self._cursor.rowcount


class Line:
    """Sends statements of the transaction of ``conn``. Made by ``line``."""

    def __init__(self, conn: Connection, raw: psycopg.Connection[Any] | None) -> None:
        self.postgres = raw is not None
        self._conn, self._raw, self._stack = conn, raw, ExitStack()

    def send(self, statement: SelectBase | UpdateBase, **values: Any) -> Answer:
        """A statement that was made once and stays the same, with the values of its parameters."""
        if self._raw is not None:
            return Answer(self._raw.cursor(row_factory=namedtuple_row).execute(_text(statement, self._conn.dialect), values))
        plain = {name: value.values if isinstance(value, Texts | Int4s | Int8s) else value for name, value in values.items()}
        result = self._conn.execute(statement, plain)
        return Answer(None, result.all() if result.returns_rows else [], result.rowcount)

    def send_text(self, statement: str, values: Any) -> Answer:
        """A statement in the engine's own words. SQLite: ``values`` is a row or a list of rows."""
        if self._raw is not None:
            return Answer(self._raw.execute(statement, values))
        return Answer(None, [], self._conn.exec_driver_sql(statement, values).rowcount)

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """The connection itself, for a question asked seldom; what was sent before is done by then."""
        if self._raw is None:
            yield self._conn
            return
        self._stack.close()
        try:
            yield self._conn
        finally:
            self._stack.enter_context(self._raw.pipeline())


@contextmanager
def line(conn: Connection) -> Iterator[Line]:
    """Statements sent inside are done when the block ends. Raises ``sqlalchemy.exc.DBAPIError`` like the connection itself, there or
    where an answer is read. Nothing else may use ``conn`` inside."""
    if conn.dialect.name != "postgresql":
        yield Line(conn, None)
        return
    raw = conn.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    try:
        sender = Line(conn, raw)
        with sender._stack:
            sender._stack.enter_context(raw.pipeline())
            yield sender
    except psycopg.Error as error:
        lost = bool(conn.dialect.is_disconnect(error, raw, None))
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance(None, None, error, psycopg.Error, connection_invalidated=lost, dialect=conn.dialect) from error


def among(postgres: bool, column: Column[Any], name: str) -> ColumnElement[bool]:
    """``column`` is one of the values of the parameter ``name`` (``Texts`` or ``Int8s``)."""
    if postgres:
        return column == any_(bindparam(name, type_=ARRAY(BigInteger if isinstance(column.type, BigInteger) else Text)))
    return column.in_(bindparam(name, expanding=True))


@lru_cache(maxsize=256)
def _text(statement: Any, dialect: Dialect) -> str:
    return re.sub(r"%\((\w+)\)s", r"%(\1)b", str(statement.compile(dialect=dialect)))
