"""The office's own sign in the head: a PNG or JPEG beside its template files. A broken or huge one is left out and said."""

from __future__ import annotations

import io
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.templates import FormTemplate

log = logging.getLogger(__name__)
LARGEST_BYTES = 2_000_000
LARGEST_PIXELS = 4_000_000
_HEIGHT_MM, _WIDTH_MM, _DOTS = 14.0, 45.0, 400


def check_logo(path: Path) -> bytes:
    """The picture as a small PNG. Raises UserError ``logo-invalid``: no such file, not a PNG or JPEG, broken, or larger than 2 MB or four
    million points."""
    from PIL import Image

    def refuse(why: str) -> UserError:
        return UserError("logo-invalid", f"Không dùng được hình biểu trưng {path.name}: {why}. Trang in bỏ trống chỗ này.", file=path.name)

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise refuse("tệp lớn hơn 2 MB")
        with Image.open(io.BytesIO(path.read_bytes()), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise refuse("hình quá lớn")
            flat = picture.convert("RGBA")
    except UserError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise refuse("không đọc được, hoặc không phải PNG hay JPEG") from fault
    white = Image.new("RGB", flat.size, "white")
    white.paste(flat, mask=flat.getchannel("A"))
    white.thumbnail((_DOTS, _DOTS))
    out = io.BytesIO()
    white.save(out, "PNG")
    return out.getvalue()


def logo_problem(template: FormTemplate) -> UserError | None:
    """What is wrong with the template's logo, if it names one."""
    path = _path(template)
    try:
        if template.logo and path is None:
            raise UserError("logo-invalid", "Tên tệp biểu trưng chỉ được là tên một tệp cạnh tệp biểu mẫu.")
        if path is not None:
            check_logo(path)
    except UserError as problem:
        return problem
    return None


def logo_of(template: FormTemplate) -> Any:
    """The logo as a flowable, or None."""
    from reportlab.platypus import Image as Picture

    path = _path(template)
    made = _ready(path, path.stat().st_mtime_ns if path.is_file() else 0) if path else None
    if made is None:
        return None
    content, wide, tall = made
    scale = min(_HEIGHT_MM / tall, _WIDTH_MM / wide) * 72 / 25.4
    return Picture(io.BytesIO(content), wide * scale, tall * scale, hAlign="CENTER")


@lru_cache(maxsize=8)
def _ready(path: Path, _changed: int) -> tuple[bytes, int, int] | None:
    from PIL import Image

    try:
        content = check_logo(path)
    except UserError as problem:
        log.warning("a logo is left out: %s", problem.code)
        return None
    with Image.open(io.BytesIO(content)) as picture:
        return content, picture.width, picture.height


def _path(template: FormTemplate) -> Path | None:
    """The file beside the template; a name that leads elsewhere is none."""
    if not template.logo or template.folder is None or Path(template.logo).name != template.logo:
        return None
    return template.folder / template.logo
