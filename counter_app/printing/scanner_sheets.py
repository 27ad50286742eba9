"""Two sheets for setting up scanners: the card with codes whose texts are known, and the page that says in words what to set.

Makers' own configuration bar codes are not printed: they differ by model, and a wrong one makes a scanner mute. The sheet names the
settings as the makers' manuals do, so that they can be found there.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from counter_app.domain.check_codes import CHECK_CODES
from counter_app.printing import fonts
from counter_app.printing.barcode import DOTS_PER_MODULE, QUIET_MODULES, Bars, code128, qr
from counter_app.printing.code39 import code39
from counter_app.printing.layout import bars_width, dot_points, draw_bars, draw_qr, qr_module_points
from counter_app.printing.sheet import MM

_WIDTH, _HEIGHT = 210 * MM, 297 * MM
_LEFT, _RIGHT, _TOP = 22 * MM, 18 * MM, 20 * MM
_BARS_MM = 12.0

SETUP = (
    ("1. Chọn cách nối", (
        ("Bàn phím (USB HID Keyboard, PC keyboard)", "mã hồ sơ và mã bưu gửi: tốt. Thẻ căn cước: mất dấu tiếng Việt."),
        ("Cổng COM (USB COM, USB Serial, USB CDC, Virtual COM)", "đọc được mọi thứ, kể cả thẻ căn cước. Chọn cổng ở Cài đặt → Máy quét."),
        ("HID-POS (USB HID POS, HID Bar Code Scanner)", "như cổng COM, không cần trình điều khiển. Chọn máy ở Cài đặt → Máy quét."),
    )),
    ("2. Đặt trong máy quét (quét mã cấu hình trong sách hướng dẫn của hãng)", (
        ("Hậu tố Enter", "tìm “Add CR suffix”, “Terminator: Enter (CR)”, “Suffix CR”."),
        ("Bàn phím kiểu USA", "tìm “Keyboard country / layout: USA”; chỉ cần cho cách nối bàn phím."),
        ("Không chờ giữa các ký tự", "tìm “Inter-character delay: 0 / none”."),
        ("Bộ mã UTF-8 cho cổng COM và HID-POS", "tìm “Character set / Code page: UTF-8” hoặc “transparent”, “raw”."),
        ("Tốc độ cổng COM thật (RS-232)", "9600, 8 bit, không chẵn lẻ, 1 stop; nếu khác thì đặt giống vậy ở Cài đặt."),
        ("Không đổi chữ hoa, chữ thường", "tìm “Case conversion: none”, “Caps lock override”."),
        ("Bật Code 128, Code 39, QR", "tắt các loại khác thì máy đọc nhanh và chắc hơn."),
    )),
    ("3. Đặt trong máy tính", (
        ("Bàn phím của hệ điều hành", "kiểu US (English – United States) khi dùng cách nối bàn phím."),
        ("UniKey, EVKey", "để chế độ E (tiếng Anh) khi quét; mã hồ sơ không bị ảnh hưởng, thẻ và đường dẫn thì có."),
        ("Caps Lock", "tắt."),
        ("Linux, HID-POS", "cần quyền đọc /dev/hidraw*: xem tài liệu quản trị của chương trình."),
    )),
    ("4. Kiểm tra", (
        ("Mở Cài đặt → Thử máy quét", "quét lần lượt năm mã trên thẻ thử; mã nào đúng sẽ được đánh dấu."),
        ("Quét mã dưới đây", "trang Thử máy quét phải hiện “Máy quét gửi đúng”."),
    )),
)


def test_card(office: str, dpi: int = 300) -> bytes:
    """The card: one A4 page with the five check codes. Raises EnvironmentFault ``font-missing``."""
    return _page("Thẻ thử máy quét", office, dpi, _draw_card)


def setup_sheet(office: str, dpi: int = 300) -> bytes:
    """What to set, in words: one A4 page. Raises EnvironmentFault ``font-missing``."""
    return _page("Hướng dẫn đặt máy quét mã", office, dpi, _draw_setup)


def _page(title: str, office: str, dpi: int, draw: Callable[..., float]) -> bytes:
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0
    fonts.register()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), lang="vi-VN", pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(office or "Counter App")
    canvas.setCreator("Counter App")
    y = _HEIGHT - _TOP
    canvas.setFont(fonts.BOLD, 17)
    canvas.drawString(_LEFT, y, title)
    canvas.setFont(fonts.SERIF, 9)
    canvas.drawRightString(_WIDTH - _RIGHT, y, office[:70])
    y -= 3 * MM
    canvas.setLineWidth(0.8)
    canvas.line(_LEFT, y, _WIDTH - _RIGHT, y)
    draw(canvas, y - 7 * MM, dpi)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_card(canvas, y: float, dpi: int) -> float:  # type: ignore[no-untyped-def]
    y = _lines(canvas, _LEFT, y, _WIDTH - _LEFT - _RIGHT, "Mở Cài đặt → Thử máy quét rồi quét lần lượt từng mã, mỗi mã một lần. "
               "Người và số trên thẻ này không có thật; không hồ sơ nào mang các mã này.", fonts.ITALIC, 10.5)
    y -= 5 * MM
    for number, code in enumerate(CHECK_CODES, start=1):
        canvas.setFont(fonts.BOLD, 12)
        canvas.drawString(_LEFT, y, f"{number}. {code.title}")
        canvas.setFont(fonts.ITALIC, 10.5)
        canvas.drawRightString(_WIDTH - _RIGHT, y, code.purpose)
        y -= 4 * MM
        if code.symbology == "qr":
            matrix = qr(code.text)
            side = matrix.size * qr_module_points(dpi)
            draw_qr(canvas, matrix, _LEFT, y - side, dpi)
            _lines(canvas, _LEFT + side + 6 * MM, y - 10 * MM, _WIDTH - _RIGHT - _LEFT - side - 6 * MM, code.text.replace("|", " | "),
                   fonts.SERIF, 10.5)
            y -= side + 13 * MM
        else:
            y = _bars(canvas, code39(code.text) if code.symbology == "code39" else code128(code.text), code.text, y, dpi) - 16 * MM
    return y


def _bars(canvas, bars: Bars, text: str, y: float, dpi: int) -> float:  # type: ignore[no-untyped-def]
    y -= _BARS_MM * MM
    quiet = QUIET_MODULES * DOTS_PER_MODULE[dpi] * dot_points(dpi)
    draw_bars(canvas, bars, _LEFT - quiet, y, _BARS_MM * MM, dpi)
    canvas.setFont(fonts.SERIF, 10.5)
    canvas.drawCentredString(_LEFT - quiet + bars_width(bars, dpi) / 2, y - 4 * MM, text)
    return y - 4 * MM


def _draw_setup(canvas, y: float, dpi: int) -> float:  # type: ignore[no-untyped-def]
    room = _WIDTH - _LEFT - _RIGHT
    for title, entries in SETUP:
        canvas.setFont(fonts.BOLD, 12.5)
        canvas.drawString(_LEFT, y, title)
        y -= 6 * MM
        for what, how in entries:
            canvas.setLineWidth(0.7)
            canvas.rect(_LEFT, y - 0.4 * MM, 3.2 * MM, 3.2 * MM)
            y = _lines(canvas, _LEFT + 6 * MM, y, room - 6 * MM, what, fonts.BOLD, 11)
            y = _lines(canvas, _LEFT + 6 * MM, y, room - 6 * MM, how[:1].upper() + how[1:], fonts.SERIF, 11) - 1.5 * MM
        y -= 3 * MM
    return _bars(canvas, code128(CHECK_CODES[0].text), CHECK_CODES[0].text, y, dpi)


def _lines(canvas, x: float, y: float, room: float, text: str, font: str, size: float) -> float:  # type: ignore[no-untyped-def]
    """Words over as many lines as they need; returns where the next line stands."""
    from reportlab.lib.utils import simpleSplit

    canvas.setFont(font, size)
    for line in simpleSplit(text, font, size, room):
        canvas.drawString(x, y, line)
        y -= size * 1.25
    return y


__all__ = ["setup_sheet", "test_card"]
