"""Makes srgb.icc: the sRGB colour space (IEC 61966-2-1) as an ICC profile of version 2.1, from the numbers of the standard.

    python resources/icc/make.py

Written here rather than taken from somewhere, so that its licence is the program's and version 2 suits every part of PDF/A.
"""

from __future__ import annotations

import struct
from pathlib import Path

WHITE = (0.9642, 1.0, 0.8249)
"""D50, the white of the profile connection space."""
COLUMNS = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""Red, green and blue of sRGB, adapted to D50 (Bradford)."""
STEPS = 256


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def profile() -> bytes:
    """The bytes of the profile."""
    name = b"sRGB IEC61966-2.1\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    right = b"text\0\0\0\0Numbers of a public standard; no rights claimed.\0"
    curve = b"curv\0\0\0\0" + struct.pack(">I", STEPS) + b"".join(
        struct.pack(">H", round(_linear(step / (STEPS - 1)) * 65535)) for step in range(STEPS))
    tags = [(b"desc", description), (b"cprt", right), (b"wtpt", _xyz(WHITE)),
            *zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, COLUMNS), strict=True), *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))]
    at, table, body, places = 128 + 4 + 12 * len(tags), b"", b"", {}
    for tag, content in tags:
        if content not in places:
            places[content] = at + len(body)
            body += content + bytes(-len(content) % 4)
        table += tag + struct.pack(">II", places[content], len(content))
    whole = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I4sI4s4s4s12s4s4sI4s4sQI", 128 + len(whole), bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ",
                         struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp", bytes(4), 0, bytes(4), bytes(4), 0, 0)
    return (header + b"".join(map(_fixed, WHITE))).ljust(128, b"\0") + whole


if __name__ == "__main__":
    Path(__file__).with_name("srgb.icc").write_bytes(profile())
