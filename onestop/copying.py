"""``replace`` for the entities of this package, in two fifths of the time: every op copies its dossier once or twice, on the counter in
the most frequent keystroke, on the gateway under the row lock of an agency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def _plan(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[Callable[[Any, Any], None], ...], dict[str, Any]]:
    """How to read all values of a slotted dataclass, and how to set each."""
    names = [field.name for field in fields(kind)]
    if len(names) < 2 or hasattr(kind, "__post_init__") or not all(hasattr(getattr(kind, name, None), "__set__") for name in names):
        raise TypeError(f"{kind.__name__} is not a plain dataclass with slots")
    setters = [getattr(kind, name).__set__ for name in names]
    return attrgetter(*names), tuple(setters), dict(zip(names, setters, strict=True))


def replace(value: T, /, **changes: Any) -> T:
    """A copy of ``value`` (a frozen dataclass with slots, two fields or more and no ``__post_init__``) with ``changes``.

    Raises TypeError for a field it does not have or another kind of value.
    """
    read, setters, by_name = _plan(value.__class__)
    copy = object.__new__(value.__class__)
    for put, item in zip(setters, read(value)):  # noqa: B905 - as long as each other by construction, and counted in microseconds
        put(copy, item)
    try:
        for name, item in changes.items():
            by_name[name](copy, item)
    except KeyError:
        raise TypeError(f"{value.__class__.__name__} has no field {name}") from None
    return copy


def settled(fresh: T, /, **values: Any) -> T:
    """``fresh`` itself with ``values`` put in: for the last touch to a copy that nobody else has seen yet (it is frozen for all others)."""
    by_name = _plan(fresh.__class__)[2]
    for name, item in values.items():
        by_name[name](fresh, item)
    return fresh
