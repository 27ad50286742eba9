"""Picture files: what is no picture is told so, memory stays bounded, codes in pictures are read."""

from __future__ import annotations

import io
import json
import os
import random

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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes and device files of Unix")
@pytest.mark.parametrize("target", ["fifo", "/dev/zero", "itself"])
def test_what_never_ends_is_refused_at_once(tmp_path, target):
    odd = tmp_path / "odd.png"
    if target == "fifo":
        os.mkfifo(odd)
    else:
        odd.symlink_to(odd if target == "itself" else target)
    assert refused(odd) == "picture-unreadable"


def test_a_drawing_program_is_not_run(tmp_path):
    """For PostScript the picture library starts an interpreter: a file out of a mail must not."""
    (tmp_path / "a.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n%%EOF\n")
    assert refused(tmp_path / "a.png") == "picture-unreadable"


def test_a_file_nobody_may_read_is_refused(tmp_path, monkeypatch):
    RECEIPT.save(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    if os.access(tmp_path / "a.png", os.R_OK):  # the administrator reads everything
        pytest.skip("permissions do not bind this account")
    assert refused(tmp_path / "a.png") == "picture-unreadable"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"])
def test_damaged_files_of_every_kind_are_read_or_refused(tmp_path, kind):
    """Whatever a decoder of the library raises, the answer is a picture or a sentence."""
    whole = io.BytesIO()
    Image.fromarray(np.asarray(RECEIPT)[:160, :160]).save(whole, kind)
    dice = random.Random(20)
    for _ in range(150):
        data = bytearray(whole.getvalue())
        for _ in range(dice.choice((1, 3, 12))):
            place = dice.randrange(min(len(data), dice.choice((40, 400, len(data)))))
            data[place] = dice.choice((0, 255, dice.randrange(256)))
        (tmp_path / "a").write_bytes(data)
        try:
            gray = load_picture(tmp_path / "a")
        except UserError as error:
            assert error.code.startswith("picture-")
        else:
            assert gray.ndim == 2 and gray.dtype == np.uint8


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
    "mode, kind", [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("P", "GIF"), ("RGBA", "PNG"), ("1", "PNG"), ("I;16", "PNG"), ("RGB", "WEBP"),
                   ("F", "TIFF"), ("PA", "PNG"), ("LA", "PNG"), ("YCbCr", "JPEG"), ("L", "BMP"), ("L", "PPM")]
)
def test_all_usual_kinds_are_read(tmp_path, mode, kind):
    picture = RECEIPT
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(RECEIPT).astype(np.uint16) * 200)
    elif mode == "F":
        picture = Image.fromarray(np.asarray(RECEIPT).astype(np.float32) / 255)
    elif mode in ("RGBA", "PA", "LA"):
        ink = Image.fromarray(255 - np.asarray(RECEIPT))
        picture = Image.merge("RGBA", [Image.new("L", RECEIPT.size, 0)] * 3 + [ink])
        picture = picture.quantize(64) if mode == "PA" else picture.convert(mode)
    elif mode == "1":
        picture = RECEIPT.point(lambda v: 255 if v > 130 else 0).convert("1")
    else:
        picture = RECEIPT.convert("RGB").convert(mode)
    picture.save(tmp_path / "picture", kind)
    assert CODE in [r.text for r in decode_image(load_picture(tmp_path / "picture"))]


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "tiff"])
def test_an_animation_shows_its_first_frame(tmp_path, kind):
    rest = [Image.new("RGB", RECEIPT.size, colour) for colour in ("white", "gray", "black")]
    RECEIPT.convert("RGB").save(tmp_path / f"a.{kind}", save_all=True, append_images=rest)
    assert CODE in [r.text for r in decode_image(load_picture(tmp_path / f"a.{kind}"))]


def test_a_phone_photograph_with_a_second_picture_behind_it(tmp_path):
    """MPO: a JPEG with a preview or a depth picture; its size counts as that of a JPEG."""
    photo = Image.new("L", (8200, 6200), 190)
    photo.save(tmp_path / "photo.jpg", "MPO", save_all=True, append_images=[Image.new("L", (64, 64))])
    assert load_picture(tmp_path / "photo.jpg").size < 20_000_000


@pytest.mark.parametrize("note", range(1, 9))
@pytest.mark.parametrize("deep", [False, True])
def test_pictures_are_upright_by_their_note(tmp_path, note, deep):
    """The corner that is dark when upright is dark whatever way round the camera stored the picture."""
    upright = np.full((40, 60), 200, np.uint8)
    upright[:10, :20] = 0
    stored = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T, 6: np.rot90(upright),
              7: np.rot90(upright, 2).T, 8: np.rot90(upright, -1)}[note]
    exif = Image.Exif()
    exif[0x112] = note
    picture = Image.fromarray(np.ascontiguousarray(stored.astype(np.uint16) * 255 if deep else stored))
    picture.save(tmp_path / "a", "PNG" if deep else "WEBP", exif=exif, lossless=True)
    shown = load_picture(tmp_path / "a")
    assert shown.shape == upright.shape
    assert shown[5, 10] == 0 and shown[5, 50] > 100 and shown[35, 10] > 100 and shown[35, 50] > 100


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
