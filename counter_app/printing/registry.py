"""The forms this program can print, as the shipped templates name them: for ``counter-app print --list``, the menu and the printers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from counter_app.printing.sheet import Paper
from counter_app.printing.templates import PaperLook, load_forms


@dataclass(frozen=True, slots=True)
class FormSpec:
    """``key``: the word of the command line; ``form``: the kind of template; ``about``: what the form is about (dossier, slip, period,
    office); ``purpose``: which printer of the workstation; ``sheets``: the papers it fits."""

    key: str
    form: str
    name: str
    about: str
    purpose: str
    sheets: dict[Paper, PaperLook]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Papers this form can be printed on, the usual one first."""
        return tuple(self.sheets)


class _Forms(Mapping[str, FormSpec]):
    """Read from the templates when first asked for: starting the program must not wait for it."""

    def __getitem__(self, key: str) -> FormSpec:
        return _specs()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_specs())

    def __len__(self) -> int:
        return len(_specs())


FORMS: Mapping[str, FormSpec] = _Forms()


@lru_cache(maxsize=1)
def _specs() -> dict[str, FormSpec]:
    found: dict[str, FormSpec] = {}
    for template in sorted(load_forms().templates, key=lambda one: (one.key, one.valid_to is not None)):
        if template.key not in found:
            found[template.key] = FormSpec(template.key, template.form, template.name, template.about, template.purpose, template.papers)
    return dict(sorted(found.items(), key=lambda item: (not item[0].isdigit(), item[0])))


def spec_of(document: Any) -> FormSpec:
    """The form a document is printed on (its ``form`` names the key). Raises KeyError for a foreign one (a mistake of the program)."""
    return FORMS[document.form]
