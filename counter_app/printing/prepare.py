"""What the first page needs, read before anybody waits for it."""

from __future__ import annotations

from counter_app.printing.preview import preview_pages
from onestop.resources import resource_dir


def prepare() -> None:
    """Load the PDF library, the fonts, the form texts and the writers of codes by making one page of invented facts that nobody sees
    (0.6 s cold, most of it reading modules; for a worker). Raises EnvironmentFault ``font-missing``."""
    preview_pages(resource_dir("forms") / "01-2025.json")
