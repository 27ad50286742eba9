"""The reminder ticket from its template: as the pictures in docs/forms/tickets show it, and as the printer receives it.

``python -m tests.printing.test_ticket_form`` makes the pictures anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageChops

from counter_app.printing import desk_pages, pdf
from counter_app.printing.templates import load_forms
from counter_app.printing.tickets.escpos import escpos
from onestop.errors import UserError
from tests.printing import label_samples
from tests.printing.desk_parts import OLD_CODE
from tests.printing.escpos_reader import read_escpos
from tests.printing.reading import codes
from tests.printing.samples import CODE, PROVISIONAL

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "forms" / "tickets"
SAMPLES = label_samples.tickets()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_ticket_is_the_one_in_the_documentation_and_reaches_the_printer_dot_for_dot(name: str):
    document, roll = SAMPLES[name]
    ticket = desk_pages.ticket(document, roll)
    with Image.open(FOLDER / f"{name}.png") as known:
        assert known.size == (ticket.width, ticket.height)
        assert ImageChops.difference(known.convert("L"), ticket.image().convert("L")).getbbox() is None
    [page] = read_escpos(escpos(ticket))
    assert (page.dots == (np.array(ticket.image().convert("L")) == 0)).all()


@pytest.mark.parametrize(("name", "linear", "square"), [
    ("ticket-80", [CODE], [CODE]), ("ticket-80-short", [PROVISIONAL], [PROVISIONAL]), ("ticket-80-extreme", [], [OLD_CODE]),
    ("ticket-58", [], [CODE]), ("ticket-58-short", [], [PROVISIONAL]), ("ticket-58-extreme", [], [OLD_CODE]),
])
def test_the_code_is_read_back_from_the_printed_dots(name: str, linear: list[str], square: list[str]):
    document, roll = SAMPLES[name]
    [page] = read_escpos(escpos(desk_pages.ticket(document, roll)))
    assert codes(np.pad(np.where(page.dots, 0, 255), 24, constant_values=255).astype("uint8")) == (linear, square)


def test_what_the_office_says_changes_the_ticket(tmp_path: Path):
    (tmp_path / "ticket.json").write_text('{"labels": {"title": "GIẤY HẸN NHANH", "note": "Ghi chú của đơn vị."}}', "utf-8")
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    assert desk_pages.ticket(label_samples.ticket(), forms=forms).rows != desk_pages.ticket(label_samples.ticket()).rows


def test_an_unusual_head_has_lines_of_its_own():
    ticket = desk_pages.ticket(label_samples.ticket(), width=512)
    assert ticket.width == 512 and codes(np.array(ticket.image().convert("L"))) == ([CODE], [CODE])


def test_preview_and_file_show_the_same_ticket():
    document = pypdfium2.PdfDocument(pdf.render(label_samples.ticket(), "80"))
    try:
        ticket = desk_pages.ticket(label_samples.ticket())
        wide, tall = document[0].get_size()
        assert (len(document), round(wide / 72 * 25.4), round(tall / 72 * 25.4)) == (1, 72, round(ticket.height / 8))
    finally:
        document.close()


def test_strange_letters_and_no_letters_at_all():
    strange = replace(label_samples.ticket(), owner="漢字 \x1b@\x1dV\x00 مرحبا 😀", procedure_name="")
    assert codes(np.array(desk_pages.ticket(strange).image().convert("L"))) == ([CODE], [CODE])
    assert escpos(desk_pages.ticket(strange)).count(b"\x1b@") == 1


def test_a_sheet_is_no_roll():
    with pytest.raises(UserError) as caught:
        desk_pages.ticket(label_samples.ticket(), "A4")
    assert caught.value.code == "paper-not-supported"


def main() -> None:
    """Write all pictures; those of tickets that are gone are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name, (document, roll) in SAMPLES.items():
        desk_pages.ticket(document, roll).image().save(FOLDER / f"{name}.png", optimize=True, dpi=(203.2, 203.2))


if __name__ == "__main__":
    main()
