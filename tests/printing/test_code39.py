"""Code 39 of the test card: what a reader finds is what was asked for, or it is not drawn."""

from __future__ import annotations

import barcode.codex
import pytest

from counter_app.domain.check_codes import CHECK_CODES
from counter_app.printing.barcode import BarcodeError
from counter_app.printing.code39 import code39


def test_the_code_of_the_test_card_passes():
    texts = [code.text for code in CHECK_CODES if code.symbology == "code39"]
    assert texts and all(code39(text).total_modules > 0 for text in texts)


@pytest.mark.parametrize("text", ["", "abc", "A" * 41, "ĐỎ", "$Y"])
def test_what_readers_would_not_agree_about_is_not_drawn(text):
    """``$Y`` is a control character to readers of full ASCII."""
    with pytest.raises(BarcodeError):
        code39(text)


def test_an_encoder_that_changes_the_text_is_found_out(monkeypatch):
    honest = barcode.codex.Code39.build
    monkeypatch.setattr(barcode.codex.Code39, "build", lambda self: honest(barcode.codex.Code39("OTHER", add_checksum=False)))
    with pytest.raises(BarcodeError):
        code39("GUARDED-39")
