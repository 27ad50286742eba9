"""All invented documents: the statutory forms, the letters, and the desk's own papers."""

from __future__ import annotations

import importlib.util
from typing import Any

from tests.printing import letter_samples, samples


def all_samples() -> dict[str, tuple[Any, str]]:
    """Name of picture → (document, paper)."""
    found: dict[str, tuple[Any, str]] = {**samples.all_samples(), **letter_samples.all_samples()}
    if importlib.util.find_spec("tests.printing.desk_samples"):
        from tests.printing import desk_samples

        found |= desk_samples.all_samples()
    return found
