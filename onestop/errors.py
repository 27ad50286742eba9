"""Errors that a person is meant to read.

Everything a member of staff can meet has a stable ``code`` (for scripts, tests and the help desk) and a Vietnamese
``message`` that says what happened and what to do next. Faults of the environment (disk, network, printer, clock) are a
class of their own, so that nobody mistakes them for a bug of the program or for a mistake of the person.
"""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """Something was refused; nothing was half-done.

    ``facts`` are machine-readable details (no personal data: they may reach logs).
    """

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.facts = facts

    def problem(self) -> dict[str, Any]:
        """The error as the JSON problem that the command line prints."""
        return {"code": self.code, "message": self.message, **({"facts": self.facts} if self.facts else {})}


class InvalidFields(UserError):
    """One or more fields of a form are not acceptable. ``fields`` maps field name to a Vietnamese sentence."""

    def __init__(self, fields: dict[str, str], code: str = "invalid-fields") -> None:
        super().__init__(code, "Có ô nhập chưa đúng: " + "; ".join(dict.fromkeys(fields.values())), fields=fields)
        self.fields = fields


class EnvironmentFault(UserError):
    """The PC, the network, the disk or a device failed; the person did nothing wrong and may try again."""
