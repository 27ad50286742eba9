"""What an office put into the folder ``forms`` of the profile is what the window prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.runtime.settings import Settings
from counter_app.services.paper import Paper
from counter_app.ui.background import InlineRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.print_flow import PrintFlow
from onestop.errors import UserError
from tests.printing import samples

PAPER = Paper("01", "d1", 1, samples.CODE, samples.receipt())


@pytest.fixture
def told() -> list[Exception]:
    return []


@pytest.fixture
def flow(qapp, tmp_path: Path, told: list[Exception]) -> PrintFlow:
    (tmp_path / "forms").mkdir()
    context = UiContext(desk=None, tasks=InlineRunner(), scans=None, facts=Facts(), settings=Settings(tmp_path / "settings.toml"),
                        fail=told.append)
    return PrintFlow(context)


def _text(content: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())


def test_an_offices_words_are_printed(flow: PrintFlow, tmp_path: Path, told: list[Exception]):
    (tmp_path / "forms" / "01-2025.json").write_text('{"labels": {"left_sign": "NGƯỜI GIAO HỒ SƠ"}}', encoding="utf-8")
    content, _target, forms = flow.render(PAPER)
    flow.keep_forms(forms)
    assert "NGƯỜI GIAO HỒ SƠ" in _text(content)
    assert told == []


def test_a_broken_file_is_told_once_and_ours_is_printed(flow: PrintFlow, tmp_path: Path, told: list[Exception]):
    (tmp_path / "forms" / "01-2025.json").write_text('{"labels": {"left_sgn": "X"}}', encoding="utf-8")
    for _ in range(2):
        content, _target, forms = flow.render(PAPER)
        flow.keep_forms(forms)
    assert "NGƯỜI NỘP HỒ SƠ" in _text(content)
    assert [(type(error), error.code) for error in told] == [(UserError, "form-file-invalid")]
