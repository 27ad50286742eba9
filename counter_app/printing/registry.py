"""The forms this program can print, for ``counter-app print --list`` and for choosing a layout."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.printing.documents import ControlSheetDoc, Document, HandoverSlipDoc, ReceiptDoc, ReturnSlipDoc
from counter_app.printing.sheet import A4, A4_LANDSCAPE, A5, Geometry, Paper


@dataclass(frozen=True, slots=True)
class FormSpec:
    """``key``: the word of the command line; ``form``: the kind of template; ``about``: what the form is about (the
    argument of ``print``); ``sheets``: the papers it fits."""

    key: str
    form: str
    name: str
    about: str
    document: type
    module: str
    sheets: dict[Paper, Geometry]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Papers this form can be printed on, the usual one first."""
        return tuple(self.sheets)


FORMS: dict[str, FormSpec] = {
    spec.key: spec
    for spec in (
        FormSpec("01", "receipt", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "dossier", ReceiptDoc, "receipt",
                 {"A4": A4, "A5": A5}),
        FormSpec("06", "control-sheet", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "dossier", ControlSheetDoc,
                 "control_sheet", {"A4": A4}),
        FormSpec("handover", "handover-slip", "Phiếu bàn giao hồ sơ", "slip", HandoverSlipDoc, "handover_slip",
                 {"A4": A4_LANDSCAPE}),
        FormSpec("return", "return-slip", "Phiếu trả kết quả", "dossier", ReturnSlipDoc, "return_slip",
                 {"A4": A4, "A5": A5}),
    )
}


def spec_of(document: Document) -> FormSpec:
    """The form a document is printed on. Raises KeyError for a foreign type (a mistake of the program)."""
    for spec in FORMS.values():
        if type(document) is spec.document:
            return spec
    raise KeyError(type(document).__name__)
