"""Whether a text is a code of known grammar: what decides between one sighting and two, and between a scan and typing."""

from __future__ import annotations

from collections.abc import Callable

from counter_app.domain.identity import looks_like_card
from counter_app.scanner.classify import CitizenCard, DossierCode, PostalItem, ProvisionalCode, SlipNumber, TrackingUrl, classify
from onestop.codes import CodeBook

Fits = Callable[[str], bool]


def known_code(book: CodeBook) -> Fits:
    """A test for texts that a wrong read could hardly produce: a declared form with a real date, a whole card, a postal item
    whose check digit is right. A code in no declared form may be one of another province, but proves nothing."""

    def fits(text: str) -> bool:
        match classify(text, book):
            case DossierCode(warnings=warnings) | TrackingUrl(warnings=warnings):
                return not {"unknown-format", "unreal-date"} & set(warnings)
            case PostalItem(check_ok=right):
                return right
            case ProvisionalCode() | SlipNumber() | CitizenCard():
                return True
        return False

    return fits


def scanner_text(book: CodeBook) -> Fits:
    """A test for what only a scanner types: a known code, a code of an undeclared form, a card however damaged."""
    strict = known_code(book)

    def fits(text: str) -> bool:
        return strict(text) or looks_like_card(text) or isinstance(classify(text, book), (DossierCode, TrackingUrl, PostalItem))

    return fits


__all__ = ["Fits", "known_code", "scanner_text"]
