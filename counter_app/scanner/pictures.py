"""Loads a picture file for decoding without trusting it.

The file may come from a phone, a mail or a mistake. It is refused with a sentence when it is no picture, and memory
stays bounded: the size is read from the header before a pixel is decoded, photographs are decoded at reduced size.
"""

from __future__ import annotations

import stat
import struct
import warnings
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from onestop.errors import UserError

MAX_PIXELS = 40_000_000
"""Largest picture decoded in full (a 600 dpi A4 scan has 35 million pixels)."""

MAX_PHOTO_PIXELS = 220_000_000
"""Largest JPEG: its decoder can halve the size while reading, so that phone pictures of 50–200 million pixels work."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "AVIF", "ICO")
"""What cameras, scanners and screenshots write. Not PostScript and the like, for which the library would start other programs."""
_DEEP = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})

MAX_FILE_BYTES = 200 * 1024 * 1024
MIN_SIDE = 16
_Turn = Image.Transpose
_UPRIGHT = {2: _Turn.FLIP_LEFT_RIGHT, 3: _Turn.ROTATE_180, 4: _Turn.FLIP_TOP_BOTTOM, 5: _Turn.TRANSPOSE, 6: _Turn.ROTATE_270,
            7: _Turn.TRANSVERSE, 8: _Turn.ROTATE_90}
"""EXIF 2.32, tag 0x0112: what turns the stored picture upright."""


def load_picture(path: str | Path) -> np.ndarray:
    """The picture as 8-bit gray, upright by its EXIF note, first frame if animated, transparent parts white.

    Raises UserError: ``picture-missing``, ``picture-unreadable``, ``picture-too-large``, ``picture-too-small``.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UserError("picture-unreadable", "Đây là thư mục, không phải tệp ảnh. Hãy chọn một tệp ảnh.")
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device would be waited for, or never end
            raise UserError("picture-unreadable", "Đây không phải tệp ảnh thường. Hãy chọn một tệp ảnh PNG hoặc JPEG.")
        if facts.st_size > MAX_FILE_BYTES:
            raise _too_large()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about sizes and odd metadata; both are judged here
            with Image.open(path, formats=_formats()) as picture:
                return _gray(picture)
    except FileNotFoundError:
        raise UserError("picture-missing", "Không tìm thấy tệp ảnh. Hãy kiểm tra lại đường dẫn.") from None
    except PermissionError:
        raise UserError("picture-unreadable", "Không có quyền đọc tệp ảnh này.") from None
    except Image.DecompressionBombError:
        raise _too_large() from None
    except UnidentifiedImageError:
        message = "Tệp này không phải ảnh hoặc là loại ảnh chưa hỗ trợ. Hãy dùng ảnh PNG hoặc JPEG."
        raise UserError("picture-unreadable", message) from None
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, ArithmeticError, TypeError, RuntimeError, MemoryError, struct.error):
        # What Pillow's decoders raise for damaged files is not limited to one class.
        message = "Tệp ảnh bị hỏng hoặc tải về chưa đủ. Hãy chụp hoặc lưu lại ảnh."
        raise UserError("picture-unreadable", message) from None


@cache
def _formats() -> tuple[str, ...]:
    """Those that this build of the library knows."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _gray(picture: Image.Image) -> np.ndarray:
    width, height = picture.size
    if min(width, height) < MIN_SIDE:
        message = "Ảnh quá nhỏ để có mã. Hãy chụp lại rõ hơn."
        raise UserError("picture-too-small", message, width=width, height=height)
    limit = MAX_PHOTO_PIXELS if picture.format in ("JPEG", "MPO") else MAX_PIXELS
    if width * height > limit:
        raise _too_large(width=width, height=height)
    if width * height > MAX_PIXELS:
        picture.draft("L", (width // 2, height // 2))
        if picture.size[0] * picture.size[1] > MAX_PIXELS * 2:
            picture.draft("L", (width // 4, height // 4))
    picture.load()
    note = picture.getexif()  # conversions may lose it
    if picture.mode in _DEEP:
        gray = Image.fromarray(_from_deep(picture))
    elif "A" in picture.getbands() or "transparency" in picture.info:
        gray = _on_white(picture)
    else:
        gray = picture.convert("L")
    turn = _UPRIGHT.get(note.get(ExifTags.Base.Orientation, 1))
    if turn is not None:
        gray = gray.transpose(turn)
    return np.ascontiguousarray(np.asarray(gray, dtype=np.uint8))


def _on_white(picture: Image.Image) -> Image.Image:
    """Codes are dark on light: what is see-through becomes paper, not black."""
    picture = picture.convert("LA")
    paper = Image.new("L", picture.size, 255)
    paper.paste(picture.getchannel("L"), mask=picture.getchannel("A"))
    return paper


def _from_deep(picture: Image.Image) -> np.ndarray:
    """16- and 32-bit and floating gray stretched to 8 bits (Pillow's own conversion clips everything above 255 to white)."""
    deep = np.nan_to_num(np.asarray(picture, dtype=np.float32), posinf=0.0, neginf=0.0)
    low, high = float(deep.min()), float(deep.max())
    deep -= low
    deep *= 255.0 / (high - low or 1.0)
    return deep.astype(np.uint8)


def _too_large(**facts: int) -> UserError:
    message = "Ảnh quá lớn. Hãy thu nhỏ ảnh hoặc chỉ chụp vùng có mã rồi thử lại."
    return UserError("picture-too-large", message, **facts)
