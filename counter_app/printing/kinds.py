"""All kinds of forms with their vocabularies: the statutory ones and the desk's own."""

from __future__ import annotations

from functools import lru_cache

from counter_app.printing.vocabulary import VOCABULARIES, Vocabulary


@lru_cache(maxsize=1)
def vocabularies() -> dict[str, Vocabulary]:
    """Kind → vocabulary."""
    from counter_app.printing.desk_vocabulary import DESK_VOCABULARIES

    return VOCABULARIES | DESK_VOCABULARIES
