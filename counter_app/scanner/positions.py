"""Which character a key stands for on the US keyboard that scanners in keyboard mode pretend to be.

The place of a key is told by its scan code (set 1, as Windows tells it; Linux numbers the keys of the main block alike, X adds 8), so
this is right under every layout the PC may be set to: AZERTY, QWERTZ, Vietnamese, with Caps Lock or without.
"""

from __future__ import annotations

X_OFFSET = 8
"""X11 and Wayland clients get the kernel's key number plus this."""

_ROWS = ((2, "1234567890-=", "!@#$%^&*()_+"), (16, "qwertyuiop[]", "QWERTYUIOP{}"), (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
         (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"), (55, "*", "*"), (57, " ", " "), (71, "789-456+1230.", "789-456+1230."))
_US = {first + i: (plain[i], shifted[i]) for first, plain, shifted in _ROWS for i in range(len(plain))}


def us_character(scan_code: int, shift: bool) -> str:
    """The character on the US keyboard; empty for a key that types none."""
    return _US.get(scan_code, ("", ""))[shift]


__all__ = ["X_OFFSET", "us_character"]
