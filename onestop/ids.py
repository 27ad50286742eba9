"""Identifiers made on any machine without asking another."""

from __future__ import annotations

import os
import time


def uuid7_hex(now_ms: int | None = None) -> str:
    """A UUID version 7 (RFC 9562) as 32 hex digits: sorts by creation time, 74 random bits keep machines apart."""
    ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    rand = int.from_bytes(os.urandom(10), "big")
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (rand >> 68 & 0xFFF) << 64 | 0b10 << 62 | rand & 0x3FFF_FFFF_FFFF_FFFF
    return f"{value:032x}"
