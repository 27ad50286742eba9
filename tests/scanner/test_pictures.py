"""Picture files: what is no picture is told so, memory stays bounded, codes in pictures are read."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from counter_app.domain.published import bundled_codes
from counter_app.scanner.decode import decode_image
from counter_app.scanner.files import scan_files
from counter_app.scanner.pictures import load_picture
from onestop.errors import UserError
from tests.scanner.rendering import CARD, CODE, code128, frame, qr

RECEIPT = Image.fromarray(frame(code128(CODE), 2.5, 20, 0.8))


def refused(path) -> str:
    with pytest.raises(UserError) as caught:
        load_picture(path)
    assert caught.value.message
    return caught.value.code


def test_what_is_no_picture_is_refused(tmp_path):
    text = tmp_path / "a.png"
    text.write_text("không phải ảnh", encoding="utf-8")
    empty = tmp_path / "b.jpg"
    empty.touch()
    assert refused(text) == refused(empty) == refused(tmp_path) == "picture-unreadable"
    assert refused(tmp_path / "none.png") == "picture-missing"


def test_a_picture_of_one_pixel_is_refused(tmp_path):
    Image.new("L", (1, 1)).save(tmp_path / "dot.png")
    assert refused(tmp_path / "dot.png") == "picture-too-small"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_truncated_picture_is_refused(tmp_path, kind):
    whole = io.BytesIO()
    RECEIPT.save(whole, kind)
    for share in (0.05, 0.5, 0.9):
        broken = tmp_path / "broken"
        broken.write_bytes(whole.getvalue()[: int(len(whole.getvalue()) * share)])
        assert refused(broken) == "picture-unreadable"


def test_fifty_megapixels_are_refused_before_they_are_decoded(tmp_path):
    resource = pytest.importorskip("resource")
    Image.new("1", (10000, 5000)).save(tmp_path / "big.png")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(tmp_path / "big.png") == "picture-too-large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_phone_photograph_of_fifty_megapixels_is_read_at_reduced_size(tmp_path):
    photo = Image.new("L", (8200, 6200), 190)
    photo.paste(RECEIPT.resize((2560, 1440)), (2000, 2000))
    photo.save(tmp_path / "photo.jpg", quality=80)
    gray = load_picture(tmp_path / "photo.jpg")
    assert gray.size < 20_000_000
    assert [r.text for r in decode_image(gray)] == [CODE]


@pytest.mark.parametrize(
    "mode, kind", [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("P", "GIF"), ("RGBA", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("RGB", "WEBP")]
)
def test_all_usual_kinds_are_read(tmp_path, mode, kind):
    picture = RECEIPT
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(RECEIPT).astype(np.uint16) * 200)
    elif mode == "RGBA":
        ink = Image.fromarray(255 - np.asarray(RECEIPT))
        picture = Image.merge("RGBA", [Image.new("L", RECEIPT.size, 0)] * 3 + [ink])
    elif mode == "1":
        picture = RECEIPT.point(lambda v: 255 if v > 130 else 0).convert("1")
    else:
        picture = RECEIPT.convert("RGB").convert(mode)
    picture.save(tmp_path / "picture", kind)
    assert CODE in [r.text for r in decode_image(load_picture(tmp_path / "picture"))]


def test_an_animation_shows_its_first_frame(tmp_path):
    RECEIPT.save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("L", RECEIPT.size, 255)] * 3)
    assert load_picture(tmp_path / "a.gif").shape == (720, 1280)


def test_scan_files_answers_every_file_as_json(tmp_path):
    RECEIPT.save(tmp_path / "receipt.png")
    Image.fromarray(frame(qr(CARD), 4.0)).save(tmp_path / "card.png")
    Image.new("L", (400, 300), 255).save(tmp_path / "blank.png")
    (tmp_path / "bad.png").write_bytes(b"no")
    names = ("receipt.png", "bad.png", "card.png", "blank.png")
    answers = list(scan_files([tmp_path / n for n in names], "any", bundled_codes()))
    json.dumps(answers)
    assert [a["file"] for a in answers] == [str(tmp_path / n) for n in names]
    assert answers[0]["reads"] == [{"text": CODE, "symbology": "code128", "kind": "dossier-code"}]
    assert answers[1]["error"]["code"] == "picture-unreadable"
    assert answers[2]["reads"] == [{"text": CARD, "symbology": "qr", "kind": "citizen-card"}]
    assert answers[3]["reads"] == [] and answers[3]["ms"] > 0


def test_a_picture_at_the_edge_of_readability_gives_the_right_text_or_none(tmp_path):
    """Without a next frame to compare with, a read that fits no grammar must be seen twice in the same picture."""
    paths = []
    for px in (1.25, 1.4, 1.5):
        for angle in range(5, 90, 9):
            paths.append(tmp_path / f"{px}-{angle}.png")
            Image.fromarray(frame(code128(CODE), px, angle, 0.6)).save(paths[-1])
    texts = [[r["text"] for r in a["reads"]] for a in scan_files(paths, "code", bundled_codes())]
    assert all(t in ([], [CODE]) for t in texts)
    assert texts.count([CODE]) > len(paths) / 2
