"""Printer profiles: what is not said has a default, what is wrong is told with its place, an administrator can lock them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pypdfium2
import pytest

from counter_app.printing import pdf
from counter_app.printing.offset import moved
from counter_app.printing.profiles import (
    FIELDS,
    PURPOSES,
    Profile,
    changed,
    problems,
    profile_for,
    receipt_purpose,
    store_profile,
)
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER, Settings
from onestop.errors import UserError
from tests.printing import samples


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json", tmp_path / "none.json")


def test_without_a_word_it_is_the_pcs_default_printer(settings: Settings):
    for purpose, (_words, papers) in PURPOSES.items():
        assert profile_for(settings, purpose) == Profile(paper=papers[0])
    assert profile_for(None, "slip").copies == 1


def test_a_profile_is_kept_without_its_defaults_and_comes_back(settings: Settings, tmp_path: Path):
    wanted = changed("slip", Profile(), queue='Máy "in" của \'quầy\' 7', paper="A5", tray="Tray2", copies=2, duplex="long", dx_mm=1,
                     dy_mm=-1.5, dpi=600)
    assert store_profile(settings, "slip", wanted) == wanted
    again = Settings(tmp_path / "settings.json", tmp_path / "none.json")
    assert profile_for(again, "slip") == wanted
    store_profile(again, "form", Profile(queue="Quay-07"))
    assert again.get(PRINTERS)["form"] == {"queue": "Quay-07"}
    store_profile(again, "slip", None)
    assert set(again.get(PRINTERS)) == {"form"}


@pytest.mark.parametrize(("name", "value"), [
    ("copies", 0), ("copies", 21), ("copies", "2"), ("copies", True), ("dx_mm", 20.5), ("dy_mm", "1"), ("dpi", 250), ("duplex", "both"),
    ("paper", "A7"), ("queue", "x" * 128), ("queue", "a\nb"), ("queue", 7), ("tray", "t" * 61), ("colour", 1)])
def test_a_wrong_value_is_told_with_its_place(settings: Settings, name: str, value: object):
    settings.set(PRINTERS, {"slip": {name: value}})
    with pytest.raises(UserError, match="printer-profile-invalid") as refused:
        profile_for(settings, "slip")
    assert refused.value.facts == {"purpose": "slip", "field": name} and PURPOSES["slip"][0] in refused.value.message
    assert problems(settings) == [refused.value.message]
    with pytest.raises(UserError, match="printer-profile-invalid"):
        changed("slip", Profile(), **{name: value})


def test_an_address_that_is_none_and_a_purpose_nobody_knows(settings: Settings):
    with pytest.raises(UserError, match="printer-address-invalid"):
        changed("ticket", Profile(), queue="tcp://")
    with pytest.raises(UserError, match="purpose-unknown"):
        profile_for(settings, "poster")
    settings.set(PRINTERS, {"poster": {}, "slip": []})
    assert len(problems(settings)) == 2


def test_the_administrator_gives_defaults_and_locks(tmp_path: Path):
    machine = tmp_path / "machine.json"
    machine.write_text(json.dumps({"defaults": {"printers": {"form": {"queue": "Laser"}}}}))
    assert profile_for(Settings(tmp_path / "a.json", machine), "form").queue == "Laser"
    machine.write_text(json.dumps({"locked": {"printers": {"form": {"queue": "Laser"}}}}))
    locked = Settings(tmp_path / "a.json", machine)
    with pytest.raises(UserError, match="setting-locked"):
        store_profile(locked, "form", Profile(queue="Other"))
    assert profile_for(locked, "form").queue == "Laser"


def test_receipts_go_by_their_paper(settings: Settings):
    assert receipt_purpose(settings) == "receipt-a4"
    settings.set(RECEIPT_PAPER, "A5")
    assert receipt_purpose(settings) == "receipt-a5" and profile_for(settings, "receipt-a5").paper == "A5"
    assert set(FIELDS) == {"queue", "paper", "tray", "copies", "duplex", "dx_mm", "dy_mm", "dpi"}


@pytest.mark.parametrize(("dx", "dy"), [(3.0, 0.0), (0.0, 2.0), (-4.0, -1.5)])
def test_an_offset_moves_the_ink_and_not_the_paper(dx: float, dy: float):
    content = pdf.render(samples.receipt_short())
    boxes = []
    for one in (content, moved(content, dx, dy)):
        [first, _second] = list(pypdfium2.PdfDocument(io.BytesIO(one)))
        assert [round(side) for side in first.get_size()] == [595, 842]
        picture = first.render(scale=254 / 72, grayscale=True).to_pil()
        boxes.append(picture.point(lambda v: 255 if v < 128 else 0).getbbox())
    across, down = dx * 10, dy * 10  # 254 dpi: ten dots a millimetre
    assert all(abs(b - a - shift) <= 2 for a, b, shift in zip(*boxes, (across, down, across, down), strict=True))


def test_without_an_offset_nothing_is_touched():
    content = b"%PDF-not even a PDF"
    assert moved(content, 0, 0) is content
