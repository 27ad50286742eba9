"""The papers, as their printers' dots: form 01 as the product prints it, labels and tickets of a thermal printer, identity cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import cv2
import numpy as np
import pypdfium2
import segno
import zxingcpp
from numpy.random import Generator, default_rng
from PIL import Image, ImageDraw, ImageFont

from benchmarks.scenes import words
from counter_app.printing import layout, pdf
from counter_app.printing.barcode import DOTS_PER_MODULE, QR_BORDER, QUIET_MODULES, code128, qr
from counter_app.printing.documents import ComponentLine, Header, Party, ReceiptDoc
from counter_app.scanner.reads import CODE39, CODE128, QR
from onestop.resources import resource_dir
from onestop.vntime import VN_TZ

RECEIPTS = 24
"""Different receipts; laying one out and drawing it as dots costs more than photographing it. Labels and cards are never the same."""

_TOP_SHARE = 0.45
"""Of a page that is drawn: the codes stand at its top, and no camera of ours sees more at once."""

DPIS = (203, 300, 600)


@dataclass(frozen=True, slots=True)
class Paper:
    """``ink``: 255 bare paper, 0 ink. ``box``: the symbol's left, top, right, bottom without its quiet zone; ``module``: its
    narrowest element in pixels of ``ink``; ``quiet``: free modules around it; ``thermal``: made by a thermal
    printer, rows of ``dot`` pixels; ``rigid``: plastic."""

    ink: np.ndarray
    box: tuple[float, float, float, float]
    module: float
    text: str
    symbology: str
    quiet: int
    thermal: bool = False
    dot: int = 1
    rigid: bool = False

    @property
    def centre(self) -> tuple[float, float]:
        """Of the symbol."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def receipt(rng: Generator, symbology: str) -> Paper:
    """One of ``RECEIPTS`` receipts of form 01, A4 or A5, at 203, 300 or 600 dpi, with only the code of ``symbology`` on it: the
    other, which says the same, is left out, so that each is measured by itself."""
    number = int(rng.integers(RECEIPTS))
    _, boxes, dpi, code = _drawn(number)
    ink = receipt_page(number, symbology)
    module = _modules(dpi)
    return Paper(ink, boxes[symbology], module[symbology], code, symbology, QUIET_MODULES if symbology == CODE128 else QR_BORDER)


def receipt_page(number: int, symbology: str | None = None) -> np.ndarray:
    """The dots of receipt ``number`` without its codes, but for the one of ``symbology``."""
    dots, boxes, dpi, _ = _drawn(number)
    ink = dots.copy()
    for name, box in boxes.items():
        if name != symbology:
            left, top, right, bottom = (round(v) for v in box)
            margin = round(_modules(dpi)[name])
            ink[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = 255
    return ink


def _modules(dpi: int) -> dict[str, float]:
    linear = DOTS_PER_MODULE[dpi]
    square = layout.qr_module_points(dpi) / layout.dot_points(dpi)
    return {CODE128: linear / _reduction(dpi), QR: square / _reduction(dpi)}


def _reduction(dpi: int) -> int:
    return 2 if dpi == 600 else 1


@lru_cache(maxsize=RECEIPTS)
def _drawn(number: int) -> tuple[np.ndarray, dict[str, tuple[float, float, float, float]], int, str]:
    rng = default_rng([20261123, number])
    dpi, paper = DPIS[number % 3], ("A4", "A5")[number // 3 % 2]
    document = _document(rng)
    page = pypdfium2.PdfDocument(pdf.render(document, paper, dpi=dpi))
    height = page[0].get_height()
    scale = (203.2 if dpi == 203 else dpi) / 72
    picture = page[0].render(scale=scale, grayscale=True, crop=(0, round(height * (1 - _TOP_SHARE)), 0, 0)).to_numpy()
    page.close()
    dots = np.where(picture.reshape(picture.shape[:2]) > 127, 255, 0).astype(np.uint8)
    if (reduce := _reduction(dpi)) > 1:
        dots = cv2.resize(dots, (dots.shape[1] // reduce, dots.shape[0] // reduce), interpolation=cv2.INTER_AREA)
    boxes = {}
    formats = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode)
    for found in zxingcpp.read_barcodes(dots, formats=formats, try_rotate=False):
        place = found.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        xs, ys = [p.x for p in corners], [p.y for p in corners]
        name = QR if found.format == zxingcpp.BarcodeFormat.QRCode else CODE128
        boxes[name] = (float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys)))
    if set(boxes) != {CODE128, QR}:
        raise RuntimeError("a printed receipt does not read")
    dots.setflags(write=False)
    return dots, boxes, dpi, document.code


def _document(rng: Generator) -> ReceiptDoc:
    return ReceiptDoc(
        header=Header(parent="Văn phòng UBND tỉnh Khánh Hòa", unit="Trung tâm Phục vụ hành chính công", place="Khánh Hòa"),
        code=words.dossier_code(rng),
        procedure_code="1.013225",
        procedure_name=words.pick(rng, words.PROCEDURES),
        owner=Party(name=words.person(rng), id_no="001099012345", phone="0912 345 678", address="Phường Nha Trang"),
        components=(ComponentLine(name="Đơn đề nghị", originals=1), ComponentLine(name="Giấy chứng nhận", copies=1)),
        limit="10 ngày làm việc",
        received_at=datetime(2026, 11, 23, 8, 5, tzinfo=VN_TZ),
        due_at=datetime(2026, 12, 8, 17, 0, tzinfo=VN_TZ),
        return_method="Tại bộ phận một cửa",
        receiver=words.person(rng),
    )


def label(rng: Generator, symbology: str) -> Paper:
    """A label or ticket of a thermal printer (8 dots a millimetre, two pixels a dot) with a code of its own."""
    text, symbol, dots, dot, quiet = _symbol(rng, symbology)
    module = dots * dot
    drawn = np.repeat(np.repeat(symbol, module, axis=0), module, axis=1)
    across, down = drawn.shape[1] + 2 * quiet * module, drawn.shape[0] + 2 * quiet * module
    width, height = max(across, 620) + int(rng.integers(0, 80)), down + 260
    left, top = (width - drawn.shape[1]) // 2, 130
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    pen.text((width / 2, 18), "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", fill=0, font=font("NotoSans-Bold", 26), anchor="mt")
    pen.text((width / 2, 58), words.pick(rng, words.PROCEDURES), fill=0, font=font("NotoSans-Regular", 26), anchor="mt")
    below = top + drawn.shape[0] + quiet * module // 2
    pen.text((width / 2, below), text.splitlines()[0][:40], fill=0, font=font("NotoSans-SemiBold", 30), anchor="mt")
    pen.text((width / 2, below + 44), f"Chủ hồ sơ: {words.person(rng)}", fill=0, font=font("NotoSans-Regular", 28), anchor="mt")
    ink = np.where(np.asarray(picture) > 127, 255, 0).astype(np.uint8)
    ink[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    box = (float(left), float(top), float(left + drawn.shape[1]), float(top + drawn.shape[0]))
    return Paper(ink, box, float(module), text, symbology, quiet, thermal=True, dot=dot)


def _symbol(rng: Generator, symbology: str) -> tuple[str, np.ndarray, int, int, int]:
    """Text, one pixel a module, dots a module, pixels a dot, free modules around it."""
    if symbology == CODE128:
        text = words.linear_text(rng)
        bars = np.frombuffer(code128(text).modules.encode(), np.uint8) == ord("1")
        line = np.where(bars, 0, 255).astype(np.uint8)
        return text, np.repeat(line[None, :], int(rng.integers(26, 50)), axis=0), 2, 2, QUIET_MODULES
    if symbology == QR:
        text = words.qr_text(rng)
        return text, np.where(np.array(qr(text).rows), 0, 255).astype(np.uint8), 4, 1, QR_BORDER
    # Other systems' papers: the program reads these, it does not print them.
    linear = symbology == CODE39
    text = words.short_code(rng) if linear else words.qr_text(rng)
    kind = zxingcpp.BarcodeFormat.Code39 if linear else zxingcpp.BarcodeFormat.PDF417
    drawn = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False))
    if linear:
        drawn = np.repeat(drawn[drawn.shape[0] // 2][None, :], int(rng.integers(30, 56)), axis=0)
    return text, drawn, 2, 2, QUIET_MODULES if linear else 3


def card(rng: Generator) -> Paper:
    """An identity card with an invented person: the QR code as the cards have it, UTF-8 without saying so."""
    text = words.card_text(rng)
    matrix = np.array(segno.make_qr(text, error="m", encoding="utf-8", mode="byte", boost_error=False).matrix)
    module = 5
    drawn = np.repeat(np.repeat(np.where(matrix == 1, 20, 250).astype(np.uint8), module, axis=0), module, axis=1)
    ink = card_face(rng, text)
    side = drawn.shape[0]
    left, top = ink.shape[1] - side - 40, 40
    border = 3 * module
    ink[top - border : top + side + border, left - border : left + side + border] = 250
    ink[top : top + side, left : left + side] = drawn
    return Paper(ink, (float(left), float(top), float(left + side), float(top + side)), float(module), text, QR, 3, rigid=True)


def card_face(rng: Generator, text: str) -> np.ndarray:
    """The printed face without its code: guilloche, an emblem, a portrait, lines of text."""
    width, height = 1090, 690
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = sum(np.sin(x / rng.uniform(4, 9) + np.sin(y / rng.uniform(20, 60)) * rng.uniform(2, 6)) for _ in range(2))
    face = Image.fromarray(np.clip(212 + 9 * waves, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(face)
    pen.ellipse((40, 40, 170, 170), fill=120, outline=60, width=6)
    pen.polygon([(105, 62), (122, 128), (66, 88), (144, 88), (88, 128)], fill=225)
    pen.rectangle((50, 230, 320, 600), fill=190)
    pen.ellipse((115, 280, 255, 450), fill=150)
    pen.rectangle((90, 470, 280, 600), fill=80)
    for eye in (155, 215):
        pen.ellipse((eye - 10, 345, eye + 10, 360), fill=40)
    fields = text.split("|")
    pen.text((200, 60), "CĂN CƯỚC CÔNG DÂN", fill=70, font=font("NotoSans-Bold", 34))
    for number, line in enumerate((f"Số / No.: {fields[0]}", f"Họ và tên: {fields[2]}", f"Ngày sinh: {fields[3]}", fields[4], fields[5])):
        pen.text((360, 350 + 56 * number), line, fill=40, font=font("NotoSans-Medium", 30))
    return np.array(face)


@lru_cache(maxsize=16)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """One of the program's own fonts."""
    return ImageFont.truetype(resource_dir("fonts") / f"{name}.ttf", size)
