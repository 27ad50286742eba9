"""``replace`` for the entities of this package, in a quarter of the time: every op copies its dossier once or twice, on the counter in
the most frequent keystroke, on the gateway under the row lock of an agency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def _plan(kind: type) -> tuple[Callable[[Any], Any], dict[str, Callable[[Any, Any], None]]]:
    """How to copy a slotted dataclass, written out line by line as ``dataclasses`` writes its ``__init__``, and how to set each field."""
    names = [field.name for field in fields(kind)]
    if hasattr(kind, "__post_init__") or not all(hasattr(getattr(kind, name, None), "__set__") for name in names):
        raise TypeError(f"{kind.__name__} is not a plain dataclass with slots")
    setters = {name: getattr(kind, name).__set__ for name in names}
    lines = ["def copy(value):", " made = new(kind)", *(f" put_{name}(made, value.{name})" for name in names), " return made"]
    scope: dict[str, Any] = {"new": object.__new__, "kind": kind, **{f"put_{name}": put for name, put in setters.items()}}
    exec("\n".join(lines), scope)
    return scope["copy"], setters


def replace(value: T, /, **changes: Any) -> T:
    """A copy of ``value`` (a frozen dataclass with slots and no ``__post_init__``) with ``changes``.

    Raises TypeError for a field it does not have or another kind of value.
    """
    copy, by_name = _plan(value.__class__)
    made: T = copy(value)
    try:
        for name, item in changes.items():
            by_name[name](made, item)
    except KeyError:
        raise TypeError(f"{value.__class__.__name__} has no field {name}") from None
    return made


def settled(fresh: T, /, **values: Any) -> T:
    """``fresh`` itself with ``values`` put in: for the last touch to a copy that nobody else has seen yet (it is frozen for all others)."""
    by_name = _plan(fresh.__class__)[1]
    for name, item in values.items():
        by_name[name](fresh, item)
    return fresh
