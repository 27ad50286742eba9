"""All invented documents: the statutory forms, the letters, and the desk's own papers and labels."""

from __future__ import annotations

from typing import Any

from tests.printing import desk_samples, label_samples, letter_samples, samples


def all_samples() -> dict[str, tuple[Any, str]]:
    """Name of picture → (document, paper)."""
    return {**samples.all_samples(), **letter_samples.all_samples(), **desk_samples.all_samples(), **label_samples.all_samples()}
