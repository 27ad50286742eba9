"""What printers report, in the words of the person who stands before them. Keywords of RFC 8011 §5.4.12 and what CUPS writes."""

from __future__ import annotations

#: Sign in a printer's own report → what a person sees or does. The first that fits is told.
TROUBLES = (
    ("cover-open", "nắp đang mở"), ("door-open", "cửa đang mở"), ("interlock-open", "cửa đang mở"), ("media-jam", "kẹt giấy"),
    ("media-empty", "hết giấy"), ("media-needed", "cần nạp giấy"), ("input-tray-missing", "thiếu khay giấy"),
    ("input-cannot-feed", "không kéo được giấy"), ("output-area-full", "khay ra đã đầy"), ("output-tray-missing", "thiếu khay ra"),
    ("toner-empty", "hết mực"), ("marker-supply-empty", "hết mực"), ("marker-waste-full", "đầy hộp mực thải"),
    ("spool-area-full", "bộ nhớ máy in đầy"), ("unable to locate", "không kết nối được"), ("not responding", "không trả lời"),
    ("unable to connect", "không kết nối được"), ("may not exist or is unavailable", "đang tắt hoặc mất kết nối"),
    ("timed-out", "không trả lời"), ("offline", "đang tắt hoặc mất kết nối"), ("shutdown", "đang tắt hoặc mất kết nối"),
    ("connecting-to-device", "không kết nối được"), ("paused", "đang tạm dừng"), ("stopped", "đang dừng"),
    ("unsupported", "không in được khổ này"), ("conflict", "không in được khổ này"),
    ("media-low", "sắp hết giấy"), ("toner-low", "sắp hết mực"), ("marker-supply-low", "sắp hết mực"),
    ("marker-waste-almost-full", "hộp mực thải sắp đầy"),
    ("other-error", "báo lỗi, hãy xem máy"), ("other-warning", "cần người đến xem máy"),
)
#: Nothing that keeps a page from coming out.
_NOT_YET = ("low", "almost", "sắp")
DEAD = "đang tắt hoặc mất kết nối"
SILENT = "không trả lời"


def words_of(report: str) -> str:
    """The first trouble named in a report (keywords or sentences); empty when none is known."""
    lower = report.lower()
    return next((words for sign, words in TROUBLES if sign in lower), "")


def words_of_reasons(reasons: list[str]) -> str:
    """The most urgent of ``printer-state-reasons``: errors before warnings before reports."""
    order = sorted((reason for reason in reasons if reason != "none"), key=_rank)
    return next((words for reason in order if (words := words_of(reason))), "")


def stops(reason: str) -> bool:
    """Does this keyword say that nothing comes out until somebody was there? (No suffix means error, RFC 8011 §5.4.12.)"""
    if reason == "none" or reason.endswith(("-warning", "-report")):
        return False
    return bool(words_of(reason)) and not any(sign in reason for sign in _NOT_YET)


def _rank(reason: str) -> int:
    return 2 if reason.endswith("-report") else 1 if reason.endswith("-warning") else 0
