"""The program as a screen reader sees it: widgets by role and accessible name over AT-SPI, no hook of ours inside.

Roles are AT-SPI's words ("push button", "text", "label", "table cell" …). Only what is showing is walked: hidden pages and rows
out of sight cost nothing and cannot be found by mistake, as for a person.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
_A11Y = "org.a11y.atspi."
ENABLED, FOCUSED, CHECKED, SELECTED, SHOWING, ACTIVE = 8, 12, 4, 23, 25, 1
_ITEMS = frozenset({"cell", "table cell", "list item"})
_GRAB_SECONDS = 20.0




class NotShown(AssertionError):
    """What was looked for did not appear; the text lists what did."""


@dataclass(frozen=True)
class Node:
    """One widget as it was when the tree was read."""

    bus: str
    path: str
    role: str
    name: str
    states: int
    depth: int
    description: str = field(default="", compare=False)

    def is_(self, state: int) -> bool:
        return bool(self.states >> state & 1)


class Reader:
    """Reads and operates the one program on an accessibility bus."""

    def __init__(self, bus_address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(bus=bus_address)

    def close(self) -> None:
        self._connection.close()

    # ---- looking

    def tree(self) -> list[Node]:
        """Everything that is showing, parents before children, in reading order."""
        [roots] = self._ask([_call(_ROOT, "Accessible", "GetChildren")])
        if roots is None:
            return []
        nodes: dict[tuple[str, str], Node] = {}
        children: dict[tuple[str, str], list[tuple[str, str]]] = {}
        level, depth = [tuple(child) for child in roots[0]], 0
        tops = level
        while level:
            fresh = [key for key in level if key not in nodes]
            read = self._read(fresh, depth)
            nodes.update(read)
            # Of the application's root no state is told; below it, what does not show hides all it holds.
            shown = [key for key, node in read.items() if depth == 0 or node.is_(SHOWING)]
            answers = self._ask([_call(key, "Accessible", "GetChildren") for key in shown])
            level = []
            for key, answer in zip(shown, answers, strict=True):
                children[key] = [tuple(child) for child in answer[0]] if answer else []
                level += children[key]
            depth += 1
        return [node for node in _in_order(tops, nodes, children) if node.depth == 0 or node.is_(SHOWING)]

    def _read(self, keys: Sequence[tuple[str, str]], depth: int) -> dict[tuple[str, str], Node]:
        calls = [call for key in keys for call in (
            _call(key, "Accessible", "GetRoleName"), _call(key, "Accessible", "GetState"),
            _get(key, "Accessible", "Name"), _get(key, "Accessible", "Description"))]
        answers = self._ask(calls)
        found = {}
        for position, key in enumerate(keys):
            role, states, name, description = answers[4 * position:4 * position + 4]
            if role is None or states is None or name is None:
                continue  # gone meanwhile
            low, high = states[0]
            found[key] = Node(*key, role[0], name[0][1], low | high << 32, depth, description[0][1] if description else "")
        return found

    def find_all(self, role: str | None = None, name: Any = None, *, where: Callable[[Node], bool] | None = None) -> list[Node]:
        """What is showing now and fits: ``name`` is the exact text or a compiled pattern to search for."""
        return [node for node in self.tree() if _fits(node, role, name) and (where is None or where(node))]

    def find(self, role: str | None = None, name: Any = None, *, seconds: float = _GRAB_SECONDS,
             where: Callable[[Node], bool] | None = None) -> Node:
        """The first that fits, waiting for it. Raises NotShown with what was there instead."""
        return self.wait(lambda tree: next((n for n in tree if _fits(n, role, name) and (where is None or where(n))), None),
                         f"{role or 'anything'} {name!r}", seconds)

    def wait(self, look: Callable[[list[Node]], Any], what: str, seconds: float = _GRAB_SECONDS) -> Any:
        """Read the tree until ``look`` of it gives something, and return that. Raises NotShown."""
        deadline = time.monotonic() + seconds
        while True:
            tree = self.tree()
            if found := look(tree):
                return found
            if time.monotonic() > deadline:
                raise NotShown(f"{what} did not appear within {seconds} s. Showing:\n{outline(tree)}")
            time.sleep(0.1)

    def gone(self, role: str | None = None, name: Any = None, *, seconds: float = _GRAB_SECONDS) -> None:
        """Wait until nothing of this kind is showing."""
        self.wait(lambda tree: bool(tree) and not any(_fits(n, role, name) for n in tree), f"end of {role or 'anything'} {name!r}", seconds)

    def focused(self) -> Node | None:
        """The widget that has the focus. Qt calls the current row of a table focused too, also while the cursor is elsewhere."""
        found = [node for node in self.tree() if node.is_(FOCUSED)]
        return next((node for node in reversed(found) if node.role not in _ITEMS), found[-1] if found else None)

    # ---- reading and operating one widget

    def text(self, node: Node) -> str:
        """The text of an edit field."""
        [answer] = self._ask([_call((node.bus, node.path), "Text", "GetText", "ii", (0, -1))])
        return answer[0] if answer else ""

    def press(self, node: Node) -> None:
        """Its first action (a button's click). Raises AssertionError if it is greyed out: a person could not press it either."""
        assert node.is_(ENABLED), f"{node.role} {node.name!r} is greyed out"
        self._must(node, "Action", "DoAction", "i", (0,))

    def focus(self, node: Node) -> None:
        """Put the cursor there."""
        self._must(node, "Component", "GrabFocus")

    def _must(self, node: Node, interface: str, method: str, signature: str = "", body: tuple = ()) -> None:
        [answer] = self._ask([_call((node.bus, node.path), interface, method, signature, body)])
        assert answer is not None, f"{node.role} {node.name!r} is gone or cannot {method}"

    def _ask(self, calls: Sequence[Message]) -> list[tuple | None]:
        """All calls at once, answers in order; None where the widget is gone or refuses."""
        waiting: dict[int, int] = {}
        answers: list[tuple | None] = [None] * len(calls)
        for position, call in enumerate(calls):
            serial = next(self._connection.outgoing_serial)
            waiting[serial] = position
            self._connection.send(call, serial=serial)
            while len(waiting) > 200:
                self._collect(waiting, answers)
        while waiting:
            self._collect(waiting, answers)
        return answers

    def _collect(self, waiting: dict[int, int], answers: list[tuple | None]) -> None:
        message = self._connection.receive(timeout=30)
        serial = message.header.fields.get(HeaderFields.reply_serial)
        if serial in waiting:
            position = waiting.pop(serial)
            if message.header.message_type is MessageType.method_return:
                answers[position] = message.body


def outline(tree: Sequence[Node]) -> str:
    """The tree for people: role and name, indented; what has neither name nor focus is left out."""
    return "\n".join(f"{'  ' * node.depth}{node.role} {node.name!r}{' *' if node.is_(FOCUSED) else ''}"
                     for node in tree if node.name or node.is_(FOCUSED))


def _in_order(keys: Sequence[tuple[str, str]], nodes: dict, children: dict) -> Iterator[Node]:
    for key in keys:
        if key in nodes:
            yield nodes[key]
            yield from _in_order(children.get(key, ()), nodes, children)


def _fits(node: Node, role: str | None, name: Any) -> bool:
    if role is not None and node.role != role:
        return False
    if name is None:
        return True
    return bool(name.search(node.name)) if isinstance(name, re.Pattern) else node.name == name


def _call(key: tuple[str, str], interface: str, method: str, signature: str = "", body: tuple = ()) -> Message:
    return new_method_call(DBusAddress(key[1], key[0], _A11Y + interface), method, signature or None, body)


def _get(key: tuple[str, str], interface: str, name: str) -> Message:
    return Properties(DBusAddress(key[1], key[0], _A11Y + interface)).get(name)
