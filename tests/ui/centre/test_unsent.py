"""What is unsent is always in sight, for its real reason: a gateway that is killed, a line that lies, a machine that is shut out, a disk
that is full; a person reads how much, since when and why, asks for another try, and carries what cannot go to another desk."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from central_gateway.cli import main as gateway_command
from counter_app.runtime.settings import ATTACHMENT_KBITS, METERED_LINE
from counter_app.services.attachments import attach
from counter_app.services.receive import ReceiveForm, receive
from counter_app.services.sign_in import sign_out
from counter_app.services.stuck import export_stuck
from onestop import wire
from onestop.errors import UserError
from onestop.model import Dossier, Party
from tests.faults import proxy as faults
from tests.faults.checker import ask, check_all, tell
from tests.faults.proxy import Exchange, FaultProxy
from tests.faults.test_answers import refusal
from tests.faults.test_clock import MovedClock
from tests.faults.test_disk import small_disk as a_small_disk
from tests.faults.test_network import Certificates
from tests.servers.gateway import GatewayProcess
from tests.ui.centre.conftest import Window, Windows, wait_until

small_disk = a_small_disk
_people = count(200_000)


def take_in(window: Window) -> Dossier:
    """Somebody comes to the desk, whom no other desk knows."""
    owner = Party(name="Nguyễn Văn An", id_no=f"001099{next(_people)}", dob="1999", gender="male", address="Số 1 Trần Phú")
    return receive(window.desk, ReceiveForm(procedure="1.004873", owner=owner))[0].dossier


def at_the_centre(gateway: GatewayProcess, dossier: Dossier) -> int:
    return ask(gateway, "SELECT count(*) FROM entity WHERE id = :i", i=dossier.id)[0][0]


@pytest.fixture(scope="module")
def opened(windows: Windows) -> Window:
    return windows()


@pytest.fixture
def desk(opened: Window, gateway: GatewayProcess) -> Iterator[Window]:
    """The counter of this file, in order before and after."""
    assert opened.waiting() == 0
    yield opened
    opened.mend()
    if gateway.process.poll() is not None:
        gateway.start()
    opened.now()
    opened.works()


def reads(desk: Window, *words: str, bar: str) -> None:
    """Count, age and reason in the tile, the reason again beside the change itself, the count at the top of every page."""
    desk.sees(desk.unsent, "1. Cũ nhất ", *words)
    desk.sees(desk.bar, bar, "1 chưa gửi")
    line = desk.page.outbox.rows()[0]
    assert (line.kind, line.state.text) in (("Tiếp nhận hồ sơ", "Chờ gửi"), ("Tiếp nhận hồ sơ", "Đã gửi, chờ trả lời"))
    assert all(word in line.message[:1].lower() + line.message[1:] for word in words), line.message
    assert line.what in desk.page._why.text() and line.message in desk.page._why.text()


def goes(desk: Window, gateway: GatewayProcess, dossier: Dossier) -> None:
    """One more press and it is there, once."""
    desk.mend()
    desk.now()
    desk.sees(desk.unsent, "0. Mọi thay đổi đã tới trung tâm")
    desk.sees(desk.bar, "Đã kết nối trung tâm")
    assert "chưa gửi" not in desk.bar() and not desk.page.outbox.rows()
    assert at_the_centre(gateway, dossier) == 1


def test_the_gateway_is_dead_for_three_days(desk: Window, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway.stop(signal.SIGKILL)
    dossier = take_in(desk)
    reads(desk, "đang mất mạng; máy tự gửi khi có mạng", bar="Mất mạng – vẫn làm việc bình thường")
    assert "vừa xong" in desk.unsent() and dossier.code in desk.page._why.text()
    asked = len(desk.line.log)
    desk.now()
    wait_until(lambda: len(desk.line.log) > asked)  # a person's wish is a request, at once
    with monkeypatch.context() as later:
        clock = MovedClock(desk.station, later)
        clock.shift, clock.slept = datetime.timedelta(days=3), 3 * 86_400.0
        desk.page.presenter.refresh()
        assert desk.unsent().startswith("1. Cũ nhất 3 ngày, đang mất mạng")
        assert desk.page.outbox.rows()[0].age == "3 ngày"
    gateway.start()
    goes(desk, gateway, dossier)


def over_tls(desk: Window, folder: Path) -> Iterator[None]:
    """Somebody else's certificate at the gateway's address."""
    stranger = FaultProxy(desk.line.upstream, context=Certificates(folder).context())
    desk.station.client.close()
    desk.station.client.base_url = stranger.url
    yield
    desk.station.client.close()
    assert not stranger.log, "nothing was said to a stranger"
    stranger.close()


def faulty(fault: faults.Fault, method: str = "*", path: str = "/v1/") -> Callable[[Window, Path], Iterator[None]]:
    def trouble(desk: Window, folder: Path) -> Iterator[None]:
        rule = desk.line.rule(method, path, fault, times=1000)
        yield
        assert rule.hits

    return trouble


OFFLINE, TROUBLE = "Mất mạng – vẫn làm việc bình thường", "Trung tâm gặp sự cố – vẫn làm việc bình thường"
CAUSES = {
    "cut line": (faulty(faults.rst_before), "đang mất mạng; máy tự gửi khi có mạng", OFFLINE),
    "reply lost": (faulty(faults.drop_reply, "POST", "/v1/push"), "đang mất mạng; máy tự gửi khi có mạng", OFFLINE),
    "portal page": (faulty(faults.html200), "mạng yêu cầu đăng nhập; hãy mở trình duyệt", "Cần xử lý kết nối"),
    "portal elsewhere": (faulty(faults.redirect), "mạng yêu cầu đăng nhập; hãy mở trình duyệt", "Cần xử lý kết nối"),
    "proxy error": (faulty(faults.answer("502 Bad Gateway", b"<html>", Content_Type="text/html")), "trung tâm đang gặp sự cố", TROUBLE),
    "stranger": (over_tls, "không xác thực được trung tâm; hãy xem ngày giờ của máy", "Cần xử lý kết nối"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_reason_of_the_line_in_words(desk: Window, gateway: GatewayProcess, cause: str, tmp_path: Path) -> None:
    trouble, words, bar = CAUSES[cause]
    happening = trouble(desk, tmp_path)
    next(happening)
    dossier = take_in(desk)
    reads(desk, words, bar=bar)
    before = desk.station.engine.last
    desk.now()
    wait_until(lambda: desk.station.engine.last is not before)
    reads(desk, words, bar=bar)
    next(happening, None)
    goes(desk, gateway, dossier)


def test_the_centre_asks_for_patience_and_nobody_is_kept_waiting_for_it(
    desk: Window, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.line.rule("*", "/v1/", refusal(503, "busy", Retry_After="600"), times=1000)
    dossier = take_in(desk)
    reads(desk, "trung tâm đang gặp sự cố hoặc đang bận; máy tự gửi lại", bar=TROUBLE)
    asked = len(desk.line.log)
    desk.now()
    assert desk.page.sync_button.isEnabled(), "not “Đang gửi và nhận…” for ten minutes"
    assert "hẹn máy này gửi lại lúc " in desk.link() and "đến giờ máy tự gửi" in desk.link()
    assert len(desk.line.log) == asked
    desk.mend()
    with monkeypatch.context() as later:
        MovedClock(desk.station, later).slept = 800.0
        desk.sees(desk.unsent, "0. Mọi thay đổi đã tới trung tâm")  # by itself
    goes(desk, gateway, dossier)


def test_what_breaks_the_gateway_is_set_aside_told_and_goes_by_one_press(desk: Window, gateway: GatewayProcess) -> None:
    stuck, other = take_in(desk), take_in(desk)
    with desk.station.store.read() as reader:
        victim = next(item.op for item in reader.outbox() if item.entity == stuck.id)

    def falls(exchange: Exchange) -> None:
        broken = victim.encode() in faults.body_of(exchange.request)
        (refusal(500, "internal-error") if broken else faults.pass_on)(exchange)

    desk.line.rule("POST", "/v1/push", falls, times=1000)

    def set_aside() -> bool:
        if [line.state.text for line in desk.page.outbox.rows()] == ["Tạm gác"]:
            return True
        if desk.page.sync_button.isEnabled():
            desk.now()
        return False

    wait_until(set_aside)
    assert at_the_centre(gateway, other) == 1 and not at_the_centre(gateway, stuck)
    desk.sees(desk.unsent, "1. 1 việc tạm gác, xem bên dưới")
    desk.sees(desk.bar, "1 chưa gửi")  # what is set aside is not at the centre: the top of every page says so
    assert desk.page.outbox.rows()[0].message and desk.page.again_button.isVisible()
    desk.mend()
    wait_until(desk.page.sync_button.isEnabled)
    desk.page.again_button.click()
    goes(desk, gateway, stuck)


def test_the_disk_fails_while_something_waits(desk: Window, gateway: GatewayProcess) -> None:
    """No file of this process may grow: the next write fails, and the store cannot be opened anew."""
    import resource  # not on Windows, where this module must still be read

    desk.line.rule("*", "/v1/", faults.rst_before, times=1000)
    dossier = take_in(desk)
    desk.sees(desk.unsent, "1. Cũ nhất", "đang mất mạng")
    desk.line.rules.clear()
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, was[1]))
    try:
        desk.now()
        desk.sees(desk.unsent, "Chưa đọc được. ", "đĩa", "giải phóng dung lượng")
        desk.sees(desk.bar, "1 chưa gửi")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
    goes(desk, gateway, dossier)


def test_the_disk_is_full(windows: Windows, gateway: GatewayProcess, small_disk: Path) -> None:
    desk = windows(home=small_disk)
    ballast = small_disk / "ballast"
    dossier = take_in(desk)
    desk.works()
    desk.line.rule("*", "/v1/", faults.rst_before, times=1000)
    second = take_in(desk)
    desk.sees(desk.unsent, "1. Cũ nhất", "đang mất mạng")
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    desk.line.rules.clear()
    desk.now()
    desk.sees(desk.unsent, "1. Cũ nhất", "dung lượng đĩa", "giải phóng")
    assert "giải phóng" in desk.page._why.text()
    desk.sees(desk.bar, "1 chưa gửi")
    ballast.unlink()
    goes(desk, gateway, second)
    assert at_the_centre(gateway, dossier) == 1
    windows.close(desk)


def test_a_version_the_centre_does_not_know_yet_is_the_reason(desk: Window, gateway: GatewayProcess) -> None:
    where = "kind = 'procedure' AND code = '1.004873'"
    tell(gateway, f"UPDATE catalogue_doc SET v = v + 100 WHERE {where}")
    gateway.stop()
    gateway.start()
    try:
        dossier = take_in(desk)
        desk.sees(lambda: desk.page._why.text(), dossier.code, "Đã thử 1 lần", "trung tâm chưa có")
        desk.sees(desk.unsent, "1. Cũ nhất ")
        desk.sees(desk.bar, "1 chưa gửi")
    finally:
        tell(gateway, f"UPDATE catalogue_doc SET v = v - 100 WHERE {where}")
        gateway.stop()
        gateway.start()
    goes(desk, gateway, dossier)


def test_a_program_that_is_too_old_sends_all_the_same(desk: Window, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(wire, "PROTO", "0.9")
        dossier = take_in(desk)
        desk.sees(desk.link, "Cần cập nhật phần mềm để tiếp tục nhận dữ liệu", "Dữ liệu đã nhập vẫn được gửi")
        desk.sees(desk.bar, "Cần xử lý kết nối")
        wait_until(lambda: at_the_centre(gateway, dossier) == 1)
        desk.sees(desk.unsent, "0. Mọi thay đổi đã tới trung tâm")
        assert "Cần cập nhật phần mềm" in desk.program.window.banner.text()
    goes(desk, gateway, dossier)


def test_what_waits_goes_by_a_press_though_nobody_is_signed_in(desk: Window, gateway: GatewayProcess) -> None:
    desk.line.rule("*", "/v1/", faults.rst_before, times=1000)
    dossier = take_in(desk)
    desk.sees(desk.unsent, "đang mất mạng")
    staff = desk.desk.staff
    sign_out(desk.desk)
    goes(desk, gateway, dossier)
    desk.desk.staff = staff


def test_a_clock_nobody_can_vouch_for_is_asked_about(desk: Window, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.line.rule("*", "/v1/", faults.rst_before, times=1000)
    before = take_in(desk)
    with monkeypatch.context() as wrong:
        clock = MovedClock(desk.station, wrong)
        clock.start_again()
        clock.shift = datetime.timedelta(days=9, hours=1)
        desk.page.presenter.refresh()
        tile = desk.page.tiles[3]
        assert tile.lead.text() == f"Hôm nay là {clock.clock.wall():%d/%m/%Y}?" and "xác nhận" in tile.detail.text()
        assert desk.unsent().startswith("1. Cũ nhất 9 ngày")
        with pytest.raises(UserError, match="clock-unsure"):
            take_in(desk)
        assert desk.page.clock_button.isVisible()
        desk.page.clock_button.click()
        assert not desk.page.clock_button.isVisible()
        take_in(desk)
    desk.mend()
    desk.now()
    desk.works()
    assert at_the_centre(gateway, before) == 1


def test_files_wait_for_their_line_and_say_so(desk: Window, gateway: GatewayProcess, tmp_path: Path) -> None:
    dossier = take_in(desk)
    paper = tmp_path / "giay-to.pdf"
    paper.write_bytes(bytes(range(256)) * 1200)
    desk.station.settings.set(METERED_LINE, "yes")
    attach(desk.desk, dossier.id, [paper])
    desk.sees(desk.unsent, "1 tệp đính kèm. Còn 307 KB, chờ đường truyền không tính cước theo dung lượng; có thì tự gửi tiếp")
    desk.station.settings.set(METERED_LINE, "no")
    desk.station.settings.set(ATTACHMENT_KBITS, 64)
    desk.now()
    desk.sees(desk.unsent, "gửi chậm theo giới hạn 64 kbit/s trong Cài đặt")
    desk.station.settings.set(ATTACHMENT_KBITS, 0)
    goes(desk, gateway, dossier)
    stored = gateway.folder / "blobs" / (name := hashlib.sha256(paper.read_bytes()).hexdigest())[:2] / name
    assert stored.read_bytes() == paper.read_bytes()


def choose(window: Window, file: Path) -> None:
    """In the file dialog that is open."""
    dialog = next(found for found in window.page.findChildren(QFileDialog) if found.isVisible())
    dialog.selectFile(str(file))
    dialog.accept()


def test_a_shut_out_desk_hands_its_work_to_another_one_by_a_file(
    windows: Windows, gateway: GatewayProcess, tmp_path: Path
) -> None:
    shut_out, other = windows("hoa.nt"), windows("truong.nt")
    number = str(shut_out.desk.device)
    assert gateway_command(["device", "fence", number, "--database", gateway.database]) == 0
    dossier = take_in(shut_out)
    reads(shut_out, "máy đã bị ngừng quyền gửi; hãy xuất thao tác ra tệp và gửi từ máy khác", bar="Cần xử lý kết nối")
    shut_out.page.export_button.click()
    file = tmp_path / "viec.json"
    choose(shut_out, file)
    assert json.loads(file.read_bytes())["bundles"][0]["device"] == shut_out.desk.device
    assert shut_out.unsent().startswith("1. "), "it stays here until the centre has it"

    # The other desk has no line just now: what it was given is in sight there too.
    other.line.rule("*", "/v1/", faults.rst_before, times=1000)
    other.page.import_button.click()
    choose(other, file)
    other.sees(other.unsent, "1. 1 việc của máy khác nhờ gửi")
    other.sees(other.bar, "Mất mạng", "1 chưa gửi")
    other.mend()
    other.now()
    other.sees(other.unsent, "0. Mọi thay đổi đã tới trung tâm")
    assert at_the_centre(gateway, dossier) == 1
    assert (found := other.page.reviews.rows()[0]).what == "Máy lập đã bị ngừng kết nối" and found.entity == dossier.id

    # Let in again, the first desk sends its own copy: the centre counts it once.
    assert gateway_command(["device", "unfence", number, "--database", gateway.database]) == 0
    shut_out.now()
    shut_out.sees(shut_out.unsent, "0. Mọi thay đổi đã tới trung tâm")
    assert at_the_centre(gateway, dossier) == 1
    check_all(gateway, [shut_out.station, other.station], [dossier.code])


def test_an_export_the_centre_refuses_says_why_and_the_one_made_anew_goes(
    opened: Window, windows: Windows, gateway: GatewayProcess, tmp_path: Path
) -> None:
    stuck = windows("hoa.nt")
    stuck.line.rule("*", "/v1/", faults.rst_before, times=1000)
    dossier = take_in(stuck)
    file, spoilt = tmp_path / "viec.json", tmp_path / "hong.json"
    export_stuck(stuck.desk, file)
    found = json.loads(file.read_bytes())
    head, claims, signature = found["bundles"][0]["origin"].split(".")
    found["bundles"][0]["origin"] = f"{head}.{claims}.{signature[:-8]}AAAAAAAA"
    spoilt.write_text(json.dumps(found), encoding="utf-8")
    opened.page.import_button.click()
    choose(opened, spoilt)
    opened.sees(opened.unsent, "1. 1 việc của máy khác nhờ gửi: Tệp thao tác không do máy của đơn vị này xuất ra")
    opened.sees(opened.bar, "1 chưa gửi")
    opened.page.import_button.click()
    choose(opened, file)
    opened.sees(opened.unsent, "0. Mọi thay đổi đã tới trung tâm")
    assert at_the_centre(gateway, dossier) == 1
    stuck.mend()
    stuck.now()
    stuck.works()
    check_all(gateway, [stuck.station, opened.station], [dossier.code])
