"""The pictures of the documentation show what is printed today."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.printing import every, pictures


@pytest.mark.parametrize("name", every.all_samples())
def test_the_documented_picture_is_what_is_printed(name: str):
    path = pictures.FOLDER / f"{name}.png"
    assert path.exists(), "make the pictures: python -m tests.printing.pictures"
    with Image.open(path) as shown:
        now, then = pictures.picture(name).convert("L"), shown.convert("L")
    assert now.size == then.size
    difference = ImageStat.Stat(ImageChops.difference(now, then)).mean[0]
    assert difference < 0.7, "the form has changed: look at it, then python -m tests.printing.pictures"
    assert path.stat().st_size <= 150_000


def test_no_picture_of_a_form_that_is_gone():
    assert {path.stem for path in pictures.FOLDER.glob("*.png")} == set(every.all_samples())


@pytest.mark.parametrize("name", every.all_samples())
def test_the_documented_words_are_what_is_printed(name: str):
    path = pictures.TEXTS / f"{name}.txt"
    assert path.exists(), "make them: python -m tests.printing.pictures"
    assert pictures.words(name) == path.read_text(encoding="utf-8")


def test_no_words_of_a_form_that_is_gone():
    assert {path.stem for path in pictures.TEXTS.glob("*.txt")} == set(every.all_samples())
