"""SQLite's faults in the words of the desk.

A fault of the disk, the key or another program is an ``EnvironmentFault`` with a stable code; anything else (a wrong
statement, a broken constraint) is a bug of ours and stays what it is.
"""

from __future__ import annotations

from pathlib import Path

from sqlcipher3 import dbapi2

from onestop.errors import EnvironmentFault, UserError

#: What the driver raises (SQLAlchemy, which runs only the schema upgrades, hands the driver's error on: ``migrate.upgrade``).
DB_ERRORS: tuple[type[Exception], ...] = (dbapi2.Error,)


class StoreFault(EnvironmentFault):
    """A fault of the store's file. ``code`` is one of ``store-wrong-key``, ``store-newer``, ``store-damaged``,
    ``disk-full``, ``store-locked``, ``store-unwritable``."""


def wrong_key(path: Path) -> StoreFault:
    return StoreFault(
        "store-wrong-key",
        "Không mở được kho dữ liệu: khóa không khớp với tệp. Hãy kiểm tra mã PIN hoặc hồ sơ người dùng; dữ liệu không bị thay đổi.",
        path=str(path),
    )


def newer(path: Path, revision: str) -> StoreFault:
    return StoreFault(
        "store-newer",
        "Kho dữ liệu được tạo bởi phiên bản chương trình mới hơn. Hãy cập nhật chương trình; dữ liệu không bị thay đổi.",
        path=str(path),
        revision=revision,
    )


def damaged(path: Path, why: str = "") -> StoreFault:
    return StoreFault(
        "store-damaged",
        f"Kho dữ liệu bị hỏng. Tệp được giữ nguyên tại {path}; chương trình không ghi gì vào đó. "
        "Đừng xóa tệp này. Hãy báo quản trị viên, hoặc chọn Cứu dữ liệu (lệnh counter-app recover) để cứu những gì đọc được và tải lại "
        "phần còn lại.",
        path=str(path),
        why=why,
    )


def full(path: Path) -> StoreFault:
    return StoreFault(
        "disk-full",
        "Hết dung lượng đĩa nên chưa lưu được. Nội dung đang nhập vẫn còn: hãy giải phóng dung lượng rồi lưu lại.",
        path=str(path),
    )


def locked(path: Path) -> StoreFault:
    return StoreFault(
        "store-locked", "Kho dữ liệu đang bị chương trình khác giữ. Nội dung đang nhập vẫn còn: hãy thử lại sau ít giây.", path=str(path)
    )


def unwritable(path: Path) -> StoreFault:
    return StoreFault("store-unwritable", f"Không ghi được vào {path}. Hãy kiểm tra quyền thư mục hoặc chọn nơi lưu khác.", path=str(path))


def translate(error: BaseException, path: Path) -> UserError | None:
    """The fault behind a database or file error, or None when it is a bug of ours.

    SQLite's own text is the key: it is fixed English, never data. A read or write the system refused (``disk I/O error``)
    counts as a full disk when the system says so, otherwise as unwritable.
    """
    cause = error
    if isinstance(cause, OSError):
        return full(path) if cause.errno in (27, 28, 122) else unwritable(path)  # EFBIG, ENOSPC, EDQUOT
    if not isinstance(cause, dbapi2.Error):
        return None
    text = str(cause)
    name = getattr(cause, "sqlite_errorname", "") or ""
    if "locked" in text or "busy" in text:
        return locked(path)
    if "disk is full" in text:
        return full(path)
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return damaged(path, name or text[:60])
    if "disk I/O error" in text:
        return full(path) if _no_room(path) else unwritable(path)
    if "readonly" in text or "unable to open" in text:
        return unwritable(path)
    return None


def is_disk_error(error: BaseException) -> bool:
    """Did the system refuse to read, write or force out (EIO and the like)?"""
    return isinstance(error, dbapi2.Error) and "disk I/O error" in str(error)


def _no_room(path: Path) -> bool:
    import shutil

    try:
        if shutil.disk_usage(path.parent).free < 1 << 20:
            return True
        import resource

        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        return limit != resource.RLIM_INFINITY
    except (OSError, ImportError):
        return False
