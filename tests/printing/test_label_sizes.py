"""Label paper as data: every sticker on its sheet, an office's file over ours, a broken one said and left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.printing.labels.sizes import load_sizes
from counter_app.printing.templates import load_forms
from onestop.errors import UserError


def test_our_sizes_lie_on_their_sheets_without_touching():
    sizes = load_sizes().sizes
    assert {"a4-14", "a4-8", "a4-24", "100x150", "100x75", "80x50"} == set(sizes)
    for size in sizes.values():
        places = [size.place(n) for n in range(size.count)]
        assert len(set(places)) == size.count
        for left, top in places:
            assert left >= 0 and left + size.label[0] <= size.sheet[0] + 0.5 and top + size.label[1] <= size.sheet[1] + 0.5
        # The margins left over are the same on both sides: the numbers are those of the maker.
        assert abs(size.left - (size.sheet[0] - places[-1][0] - size.label[0])) < 0.2
        assert abs(size.top - (size.sheet[1] - places[-1][1] - size.label[1])) < 0.6
        assert size.place(size.count) == size.place(0)


def office(tmp_path: Path, text: str) -> Path:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "sizes.json").write_text(text, "utf-8")
    return tmp_path


def test_an_offices_size_wins_and_joins_ours(tmp_path: Path):
    found = load_sizes(office(tmp_path, '{"version": 1, "sizes": [{"key": "80x50", "name": "Của ta", "label": [80, 60]}, '
                                        '{"key": "40x30", "name": "Nhỏ", "label": [40, 30]}]}'))
    assert found.problems == () and found.get("80x50").label == (80, 60) and found.get("40x30").count == 1 and found.get("a4-8")


@pytest.mark.parametrize(("text", "why"), [
    ("", "dòng 1"), ("[]", "version"), ('{"version": 1, "sizes": [{"key": "a"}]}', "khổ thứ 1"), ("[" * 99_999, "cú pháp"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80]}]}', "hai số"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80, -5]}]}', "milimét"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80, 5]}]}', "từ 20 mm"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80, 50], "columns": 0}]}', "1 đến 20"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80, 50], "colour": 1}]}', "mục lạ"),
    ('{"version": 1, "sizes": [{"key": "a", "name": "a", "label": [80, 50], "sheet": [210, 297], "columns": 3}]}', "không nằm gọn"),
    ("x" * 100_001, "quá lớn"),
])
def test_a_broken_file_is_said_and_ours_are_used(tmp_path: Path, text: str, why: str):
    found = load_sizes(office(tmp_path, text))
    assert set(found.sizes) == set(load_sizes().sizes)
    assert [problem.code for problem in found.problems] == ["label-sizes-invalid"] and why in found.problems[0].message
    # Told with what is wrong in the office's templates.
    assert [problem.message for problem in load_forms(tmp_path).problems] == [found.problems[0].message]


def test_an_unknown_size_names_the_known():
    with pytest.raises(UserError) as caught:
        load_sizes().get("A4")
    assert caught.value.code == "label-size-unknown" and "a4-24" in caught.value.message
