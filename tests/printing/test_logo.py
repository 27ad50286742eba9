"""The office's own sign in the head of a form: any shape, and a broken or huge one left out and said."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from counter_app.printing import pdf
from counter_app.printing.logo import LARGEST_BYTES, check_logo
from counter_app.printing.templates import load_forms
from onestop.errors import UserError
from tests.printing import samples
from tests.printing.test_forms import read, text_of


def office(folder: Path, picture: bytes, name: str = "logo.png") -> Any:
    (folder / name).write_bytes(picture)
    (folder / "01-2025.json").write_text(json.dumps({"logo": name}), encoding="utf-8")
    return load_forms(folder)


def png(width: int = 300, height: int = 300, mode: str = "RGBA") -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new(mode, (width, height), (200, 0, 0, 120)[: len(mode)]).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("shape", [(300, 300), (900, 60), (20, 400)])
def test_a_logo_stands_in_the_head(tmp_path: Path, shape: tuple[int, int]):
    forms = office(tmp_path, png(*shape))
    assert forms.problems == ()
    with_logo, without = pdf.render(samples.receipt(), forms=forms), pdf.render(samples.receipt())
    assert len(read(with_logo).pages[0].images) == 1 and len(read(without).pages[0].images) == 0
    assert len(read(with_logo).pages) == 2


@pytest.mark.parametrize("broken", [b"", b"not a picture", png()[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"GIF89a" + b"\0" * 100,
                                    b"\x89PNG" + b"\0" * (LARGEST_BYTES + 1)], ids=["empty", "text", "cut", "zeros", "gif", "huge"])
def test_a_broken_or_huge_logo_is_left_out_and_said(tmp_path: Path, broken: bytes):
    forms = office(tmp_path, broken)
    [problem] = forms.problems
    assert problem.code == "logo-invalid" and "logo.png" in problem.message
    assert text_of(pdf.render(samples.receipt(), forms=forms), 0) == text_of(pdf.render(samples.receipt()), 0)


def test_a_logo_of_too_many_points_or_from_elsewhere_is_refused(tmp_path: Path):
    (tmp_path / "big.png").write_bytes(png(3000, 3000, "RGB"))
    with pytest.raises(UserError) as refused:
        check_logo(tmp_path / "big.png")
    assert "quá lớn" in refused.value.message
    forms = office(tmp_path, png())
    (tmp_path / "01-2025.json").write_text(json.dumps({"logo": "../logo.png"}), encoding="utf-8")
    forms = load_forms(tmp_path)
    assert [problem.code for problem in forms.problems] == ["logo-invalid"]
    pdf.render(samples.receipt(), forms=forms)
    with pytest.raises(UserError) as refused:
        check_logo(tmp_path / "none.png")
    assert "không đọc được" in refused.value.message
