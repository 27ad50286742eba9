"""What is wrong with this PC: each thing the work stands on, looked at for real, in a sentence for the help desk."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from counter_app.printing.printers import is_raw, list_printers, status
from counter_app.printing.profiles import PDF_QUEUE, problems
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import keyring_usable
from counter_app.runtime.settings import PRINTERS, Settings
from counter_app.scanner.hid import list_hid, readable
from counter_app.scanner.serial_port import list_ports
from counter_app.services.workstation import Workstation, open_workstation, profile_at
from onestop.errors import UserError
from onestop.resources import resource_dir

State = Literal["ok", "warning", "bad"]
_MIN_FREE = 1024**3
_MAX_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``message`` is Vietnamese and holds no personal data."""

    what: str
    state: State
    message: str


def examine(directory: Path | None) -> Iterator[Finding]:
    """Look at disk, fonts, keyring, printers, scanners, then the profile: store, outbox, gateway, clock, lanes, catalogue,
    and what people still have to be told (a restore). A part that fails is a finding, never the end of the examination."""
    profile = profile_at(directory)
    yield from _safely("disk", lambda: _disk(profile))
    yield from _safely("fonts", _fonts)
    yield from _safely("keyring", _keyring)
    yield from _safely("printers", lambda: _printers(Settings(profile.settings_file)))
    yield from _safely("scanners", _scanners)
    try:
        station = open_workstation(directory)
    except UserError as error:
        yield Finding("profile", "bad", error.message)
        return
    try:
        for name, look in (("store", _store), ("gateway", _gateway), ("alarms", _alarms), ("clock", _clock), ("numbers", _numbers),
                           ("calendar", _calendar)):
            yield from _safely(name, lambda look=look: look(station))
        with station.store.read() as reader:
            told = reader.notice()
        if told:
            yield Finding("notice", "warning", str(told["message"]))
    finally:
        station.close()


def _safely(what: str, look: Callable[[], tuple[State, str]]) -> Iterator[Finding]:
    try:
        state, message = look()
        yield Finding(what, state, message)
    except UserError as error:
        yield Finding(what, "bad", error.message)
    except Exception as error:
        yield Finding(what, "bad", f"Không kiểm tra được ({type(error).__name__}).")


def _disk(profile: Profile) -> tuple[State, str]:
    place = next(p for p in (profile.dir, *profile.dir.parents) if p.exists())
    free = shutil.disk_usage(place).free
    text = f"Còn trống {free / 1024**3:.1f} GB."
    return ("ok", text) if free > _MIN_FREE else ("bad", text + " Hãy dọn ổ đĩa.")


def _fonts() -> tuple[State, str]:
    missing = [name for name in ("LiberationSerif-Regular.ttf", "NotoSans-Regular.ttf") if not (resource_dir("fonts") / name).exists()]
    return ("bad", f"Thiếu phông chữ: {', '.join(missing)}. Hãy cài lại chương trình.") if missing else ("ok", "Đủ phông chữ.")


def _keyring() -> tuple[State, str]:
    if keyring_usable():
        return "ok", "Có kho khóa của hệ điều hành."
    return "warning", "Máy không có kho khóa; kho dữ liệu được khóa bằng mã PIN."


def _printers(settings: Settings) -> tuple[State, str]:
    """The queues, and each printer a profile names: is it there, what does it lack?"""
    names = [printer.name for printer in list_printers()]
    if wrong := problems(settings):
        return "bad", wrong[0]
    lacks = []
    for name in sorted({str(values.get("queue", "")) for values in settings.get(PRINTERS).values()} - {"", PDF_QUEUE}):
        if not is_raw(name) and name not in names:
            lacks.append(f"không thấy “{name}”")
        elif trouble := status(name).trouble:
            lacks.append(f"“{name}” {trouble}")
    if lacks:
        return "warning", f"Máy in: {'; '.join(lacks)}."
    return ("ok", f"Máy in: {', '.join(names)}.") if names else ("warning", "Chưa có máy in nào. Vẫn lưu được PDF.")


def _scanners() -> tuple[State, str]:
    ports = [port.name for port in list_ports()]
    hids = list_hid()
    shut = [info.title for info in hids if not readable(info.path)]
    told = [f"Cổng nối tiếp: {', '.join(ports)}."] * bool(ports) + [f"HID-POS: {', '.join(info.title for info in hids)}."] * bool(hids)
    if shut:
        return "warning", f"{' '.join(told)} Chưa có quyền đọc {', '.join(shut)}: cần một quy tắc udev (docs/scanning.md)."
    return "ok", " ".join(told) or "Không có máy quét cổng nối tiếp hay HID-POS; máy quét kiểu bàn phím vẫn dùng được."


def _store(station: Workstation) -> tuple[State, str]:
    found = station.store.check()
    with station.store.read() as reader:
        total, waiting = reader.count("dossier"), reader.outbox_summary()
    text = f"{total} hồ sơ, {waiting.waiting} thao tác chờ gửi."
    return ("bad", f"Kho dữ liệu có lỗi: {'; '.join(found[:3])}.") if found else ("ok", text)


def _gateway(station: Workstation) -> tuple[State, str]:
    report = station.engine.run_once(verify=True)
    text = [report.link.sentence + ".", *report.problems]
    if report.equal:
        text.append("Số hồ sơ trên máy khớp với trung tâm.")
    return ("ok" if report.ok else "bad"), " ".join(text)


def _alarms(station: Workstation) -> tuple[State, str]:
    with station.store.read() as reader:
        alarms, unread = reader.alarms(), reader.quarantined_pulls()
    if unread:
        alarms["unreadable-items"] = unread
    if not alarms:
        return "ok", "Chưa từng gặp trả lời bất thường từ trung tâm."
    text = ", ".join(f"{what} ×{times}" for what, times in sorted(alarms.items()))
    return "warning", f"Đã gặp trả lời bất thường từ trung tâm: {text}."


def _clock(station: Workstation) -> tuple[State, str]:
    skew = station.store.clock.skew()
    if abs(skew) > _MAX_SKEW:
        return "bad", f"Đồng hồ máy lệch {int(abs(skew).total_seconds() // 60)} phút so với trung tâm. Hãy chỉnh lại."
    return "ok", f"Đồng hồ lệch {abs(skew).total_seconds():.0f} giây so với trung tâm."


def _numbers(station: Workstation) -> tuple[State, str]:
    if station.desk.settings.numbering != "lane":
        return "ok", "Đơn vị dùng số tạm khi mất mạng."
    with station.store.read() as reader:
        leases, beyond = reader.leases(station.desk.today()), reader.beyond_floor()
    if not leases:
        return "bad", "Máy chưa có dải số để dùng khi mất mạng. Hãy đồng bộ khi có mạng."
    if beyond == station.desk.today():
        return "warning", ("Hôm nay máy đã cấp khi mất mạng nhiều số hơn mức an toàn theo giờ. Nếu phải khôi phục ổ đĩa trong hôm nay, "
                           "hãy nối mạng và đồng bộ trước khi tiếp nhận.")
    until = max(lease.valid_to for lease in leases)
    left = (until - station.desk.today()).days
    return ("ok" if left > 14 else "warning"), f"{len(leases)} dải số, dùng được đến {until:%d/%m/%Y}."


def _calendar(station: Workstation) -> tuple[State, str]:
    year = station.desk.today().year
    if not station.desk.calendar.covers(year):
        return "bad", f"Lịch nghỉ lễ chưa có năm {year}. Hãy cập nhật lịch."
    nxt = station.desk.calendar.covers(year + 1)
    return ("ok" if nxt else "warning"), f"Lịch nghỉ lễ có năm {year}{f' và {year + 1}' if nxt else ''}. Python {sys.version.split()[0]}."
