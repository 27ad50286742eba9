"""Colours by role, in a light and a dark set. Values live in ``resources/themes``; the meaning of a role lives here.

One accent, neutral surfaces, five status hues. Every status colour must keep 4.5:1 (WCAG 2.1, 1.4.3) against its own
soft background and against the surfaces it may stand on; a test computes it for both sets.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache

from counter_app.ui.assets import asset_dir

STATUS_ROLES = ("info", "success", "warning", "danger", "neutral", "accent")
"""Roles a chip, banner, toast or outcome may have."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Hex colours by role. ``<status>`` is text and symbol, ``<status>_soft`` the quiet background behind it."""

    window: str
    surface: str
    sunken: str
    hover: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    on_accent: str
    selection: str
    focus: str
    info: str
    info_soft: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    neutral: str
    neutral_soft: str

    def status(self, role: str) -> tuple[str, str]:
        """(foreground, soft background) of a status role; an unknown role is neutral."""
        role = role if role in STATUS_ROLES else "neutral"
        return getattr(self, role), getattr(self, f"{role}_soft")

    def colour(self, role: str) -> str:
        """The colour of any role by name, e.g. of an icon; an unknown name is the text colour."""
        return getattr(self, role, self.text)


@cache
def load_tokens(name: str) -> Tokens:
    """The set ``light`` or ``dark``. Raises ValueError when the file lacks a role or names an unknown one."""
    raw = json.loads((asset_dir("themes") / f"{name}.json").read_text(encoding="utf-8"))
    expected = {field.name for field in fields(Tokens)}
    if set(raw) != expected:
        raise ValueError(f"theme {name}: roles differ: {sorted(set(raw) ^ expected)}")
    return Tokens(**raw)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Contrast ratio 1…21 of two colours (WCAG 2.1)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
