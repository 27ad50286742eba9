"""What else people hold before a scanner: cards, banks, apps. Recognised so that the counter can say in one sentence what it is and what
to use instead; the content is not kept. The shapes are data (``resources/codes/patterns.json``), their check digits are here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache

from onestop.resources import resource_dir


@dataclass(frozen=True, slots=True)
class OtherPayload:
    """A known payload that is not ours to use. ``kind`` is a stable code, ``message_vi`` what to say."""

    kind: str
    regex: re.Pattern[str]
    message_vi: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class PayloadTable:
    """Names of address parameters that hold a dossier code; words before a code in a text; payloads that are not ours."""

    parameters: frozenset[str]
    labelled: re.Pattern[str]
    others: tuple[OtherPayload, ...]

    def other(self, plain: str) -> OtherPayload | None:
        """The payload that ``plain`` is, or None."""
        for payload in self.others:
            if payload.regex.fullmatch(plain) and (not payload.check or _CHECKS[payload.check](plain)):
                return payload
        return None

    def message(self, kind: str) -> str:
        """What to say about a kind. Raises KeyError for one that is not in the table."""
        return {payload.kind: payload.message_vi for payload in self.others}[kind]


@cache
def payload_table() -> PayloadTable:
    """The table that ships with the program."""
    data = json.loads((resource_dir("codes") / "patterns.json").read_bytes())
    labels = "|".join(re.escape(label) for label in data["text_labels"])
    return PayloadTable(
        frozenset(data["address_parameters"]),
        re.compile(rf"(?:{labels})\s*(?:\([^)]{{0,20}}\))?\s*[:：]?\s*", re.IGNORECASE),
        tuple(OtherPayload(entry["kind"], re.compile(entry["regex"], re.DOTALL | re.ASCII), entry["message"], entry.get("check", ""))
              for entry in data["other_payloads"]),
    )


def emv_crc_ok(text: str) -> bool:
    """CRC-16/CCITT-FALSE over everything up to the checksum's own tag and length (EMVCo QR specification, 4.7.3)."""
    crc = 0xFFFF
    for byte in text[:-4].encode("utf-8", "replace"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1 & 0xFFFF
    return text[-4:].upper() == f"{crc:04X}"


def ean13_ok(digits: str) -> bool:
    """The check digit of thirteen digits (GS1 General Specifications, 7.9)."""
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return total % 10 == 0


_CHECKS = {"emv-crc": emv_crc_ok, "ean-13": ean13_ok}

__all__ = ["OtherPayload", "PayloadTable", "payload_table"]
