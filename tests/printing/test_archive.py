"""Every paper is a file that can be kept: PDF/A-2b, shown by validators that are not ours.

veraPDF judges each file as what it claims to be. Preflight, written by other people, knows part 1, level B, whose rules hold for part 2 as
well for files without what part 2 newly allows.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from counter_app.printing import pdf, preview
from counter_app.printing.registry import FORMS
from onestop.resources import resource_dir
from tests.printing import every
from tests.printing.validators import needs_preflight, needs_verapdf, preflight, verapdf


@cache
def papers() -> dict[str, bytes]:
    """Name → file: every sample (blank ones among them), and every template with invented facts."""
    found = {name: pdf.render(document, paper) for name, (document, paper) in every.all_samples().items()}
    for template in sorted(resource_dir("forms").glob("*.json")):
        found[f"preview-{template.stem}"] = preview.preview_pages(template)
    return found


@needs_verapdf
def test_every_paper_is_pdf_a_2b(tmp_path: Path):
    said = verapdf(papers(), tmp_path)
    assert set(said) == set(papers())
    assert set(FORMS) <= {name.removeprefix("preview-").removesuffix("-2025").removesuffix("-2018") for name in said} | {
        document.form for document, _ in every.all_samples().values()}
    assert {name: faults for name, faults in said.items() if faults} == {}


@needs_preflight
def test_every_paper_passes_the_validator_of_part_1(tmp_path: Path):
    said = preflight(papers(), tmp_path)
    assert set(said) == set(papers())
    assert {name: faults for name, faults in said.items() if faults} == {}


@needs_preflight
def test_preflight_would_object(tmp_path: Path):
    good = papers()["01-a4"]
    bad = _damaged(good) | {"other-title": good.replace('"x-default">Giấy tiếp'.encode(), '"x-default">Giốy tiếp'.encode(), 1)}
    said = preflight(bad, tmp_path)
    assert all(said[name] for name in bad), said


@needs_verapdf
def test_verapdf_would_object(tmp_path: Path):
    good = papers()["01-a4"]
    bad = _damaged(good) | {"other-part": good.replace(b"<pdfaid:part>2<", b"<pdfaid:part>1<"),
                            "no-level": good.replace(b"<pdfaid:conformance>B<", b"<pdfaid:conformance>X<")}
    said = verapdf(bad, tmp_path)
    assert all(said[name] for name in bad), said


def _damaged(good: bytes) -> dict[str, bytes]:
    return {"no-profile": good.replace(b"/OutputIntents", b"/OutputIntentz"), "no-font": good.replace(b"/FontFile2", b"/FontFileX"),
            "no-line-end": good.replace(b"\nendstream", b" endstream")}


def test_what_part_2_asks_beyond_part_1():
    for name, content in papers().items():
        reader = PdfReader(io.BytesIO(content))
        root = reader.trailer["/Root"]
        assert "/Encrypt" not in reader.trailer and len(reader.trailer["/ID"]) == 2, name
        assert not {"/Perms", "/OCProperties", "/Requirements", "/Names", "/AcroForm", "/AA", "/OpenAction"} & set(root), name
        metadata = root["/Metadata"].get_data()
        assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B<" in metadata, name
        [intent] = root["/OutputIntents"]
        assert intent["/S"] == "/GTS_PDFA1" and intent["/DestOutputProfile"].get_data() == (resource_dir("icc") / "srgb.icc").read_bytes()
        assert content.endswith(b"%%EOF\n") and content.count(b"%%EOF") == 1, name
        for page in reader.pages:
            assert all(3 <= side <= 14400 for side in page.mediabox[2:]), name
            assert "/Annots" not in page and "/Group" not in page and "/Resources" in page, name
            _fonts_and_letters(name, page, reader)


def _fonts_and_letters(name: str, page: DictionaryObject, reader: PdfReader) -> None:
    """Only fonts within the file, without a CIDSet or an encoding of their own; no letter shown is the one for missing letters."""
    fonts = page["/Resources"].get("/Font", {})
    current = None
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"Tf":
            current = fonts[operands[0]].get_object()
            descriptor = current["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor and "/CIDSet" not in descriptor, name
            assert descriptor["/Flags"] & 4 and "/Encoding" not in current, name
        if operator in (b"Tj", b"'"):
            text = operands[-1]
            assert b"\0" not in (text if isinstance(text, bytes) else text.original_bytes), (name, text)


def test_a_file_says_what_it_is_in_both_places():
    document, paper = every.all_samples()["01-a4"]
    reader = PdfReader(io.BytesIO(pdf.render(document, paper)))
    said = reader.metadata
    assert said and said.title == f"Giấy tiếp nhận hồ sơ và hẹn trả kết quả {document.title_code}"
    packet = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "/Filter" not in reader.trailer["/Root"]["/Metadata"]
    for text in (said.title, said.author, said.subject, said.creator, said.producer, "vi-VN"):
        assert f">{text}<" in packet, text
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"
    assert said.creation_date is not None and f"{said.creation_date:%Y-%m-%dT%H:%M:%S}" in packet
    assert document.owner.name not in packet


def test_letters_that_mean_something_to_xml():
    document, paper = every.all_samples()["01-a4-blank"]
    unit = 'Trung tâm <A> & "B"'
    reader = PdfReader(io.BytesIO(pdf.render(replace(document, header=replace(document.header, unit=unit)), paper)))
    ElementTree.fromstring(re.sub(r"<\?xpacket.*?\?>", "", reader.trailer["/Root"]["/Metadata"].get_data().decode()).strip())
    assert reader.metadata and reader.metadata.author == unit
