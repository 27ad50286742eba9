"""JSON that remembers on which line everything stands, so that a person can be told where a template file is wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from json.decoder import scanstring
from typing import Any

Path = tuple[str | int, ...]
"""Where a value stands: keys and positions from the top."""

_DEEPEST = 30
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")


class BadForm(ValueError):
    """What is wrong with a template, in Vietnamese, and where (``path``; ``line`` from 1 once known)."""

    def __init__(self, why: str, path: Path = (), line: int = 0) -> None:
        super().__init__(why)
        self.why, self.path, self.line = why, path, line


@dataclass(slots=True)
class Located:
    """A JSON value and the line of every part of it."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest part around it that is in this file; 0 when nothing of it is."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 0) if path else 0


def parse(text: str) -> Located:
    """Read strict JSON. Raises BadForm with the line: wrong syntax, a key twice, nested too deep."""
    reader = _Reader(text)
    value, end = reader.value(0, ())
    end = reader.skip(end)
    if end != len(text):
        raise reader.wrong(end, "có chữ thừa sau dấu đóng")
    return Located(value, reader.lines)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[Path, int] = {}

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def wrong(self, at: int, why: str) -> BadForm:
        return BadForm(f"không đúng cú pháp JSON: {why}", line=self.text.count("\n", 0, at) + 1)

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        at = self.skip(at)
        self.lines[path] = self.text.count("\n", 0, at) + 1
        if len(path) > _DEEPEST:
            raise self.wrong(at, "lồng quá sâu")
        opening = self.text[at : at + 1]
        if opening == "{":
            return self._object(at + 1, path)
        if opening == "[":
            return self._array(at + 1, path)
        if opening == '"':
            return self._string(at)
        found = _SCALAR.match(self.text, at)
        if not found:
            raise self.wrong(at, "thiếu giá trị" if at >= len(self.text) else "ký tự lạ hoặc thiếu dấu ngoặc kép")
        if len(found.group()) > 30:
            raise self.wrong(at, "số quá dài")
        return json.loads(found.group()), found.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            return scanstring(self.text, at + 1, True)
        except json.JSONDecodeError as fault:
            raise self.wrong(at, "chuỗi chữ không đóng hoặc có ký tự điều khiển") from fault

    def _object(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self.skip(at)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise self.wrong(at, "cần tên mục trong dấu ngoặc kép")
            key, end = self._string(at)
            if key in found:
                raise self.wrong(at, f"mục “{key[:40]}” có hai lần")
            end = self.skip(end)
            if self.text[end : end + 1] != ":":
                raise self.wrong(end, f"thiếu dấu hai chấm sau “{key[:40]}”")
            found[key], end = self.value(end + 1, (*path, key))
            at = self._next(end, "}")
        return found, at + 1

    def _array(self, at: int, path: Path) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self.skip(at)
        while self.text[at : at + 1] != "]":
            item, end = self.value(at, (*path, len(found)))
            found.append(item)
            at = self._next(end, "]")
        return found, at + 1

    def _next(self, at: int, closing: str) -> int:
        """After a member: over the comma to the next one, or onto ``closing``."""
        at = self.skip(at)
        if self.text[at : at + 1] == closing:
            return at
        if self.text[at : at + 1] != ",":
            raise self.wrong(at, "thiếu dấu phẩy hoặc dấu đóng")
        after = self.skip(at + 1)
        if self.text[after : after + 1] == closing:
            raise self.wrong(at, "thừa dấu phẩy")
        return after
