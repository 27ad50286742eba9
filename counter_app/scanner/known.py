"""Whether a text is a code of known grammar: what decides between one sighting and two, and between a scan and typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counter_app.domain.identity import looks_like_card
from counter_app.scanner.classify import CitizenCard, DossierCode, PostalItem, ProvisionalCode, SlipNumber, TrackingUrl, classify
from counter_app.scanner.gate import Wrapping, clean
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


@dataclass(frozen=True)
class TypedGrammar:
    """The two questions the keyboard scanner's filter asks about a text with its wrapping still around it. Both parts are asked anew
    each time: the catalogue brings codes, settings change the wrapping."""

    book: Callable[[], CodeBook]
    wrapping: Callable[[], Wrapping]

    def fits(self, text: str) -> bool:
        """May this be a scan?"""
        return scanner_text(self.book())(self._inner(text))

    def proves(self, text: str) -> bool:
        """Is this one beyond doubt, and nothing else around it? (What somebody typed a moment ago may stand before a code.)"""
        inner = self._inner(text)
        return known_code(self.book())(inner) and not getattr(classify(inner, self.book()), "in_text", False)

    def _inner(self, text: str) -> str:
        wrapping = self.wrapping()
        return clean(text, wrapping.prefix, wrapping.suffix)


__all__ = ["Fits", "TypedGrammar", "known_code", "scanner_text"]
