"""A serial scanner through a pair of pseudo terminals: lines, silence, bytes, unplugging."""

from __future__ import annotations

import os
import queue
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo terminals are a Unix thing", allow_module_level=True)

import pty
import tty

from counter_app.scanner.serial_port import Lines, PortInfo, PortState, SerialScanner, _is_there, decode_line, resolve_port

CODE = "000.00.16.H59-260213-0042"
CARD = "079305000123||Trần Thị Bình|29022005|Nữ|Ấp 2, Xã Mẫu|02032022"


class Plug:
    """A serial device under a fixed name that can be pulled out and put back."""

    def __init__(self, path) -> None:
        self.path = path
        self.master = self.slave = -1

    def put_in(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self.slave))

    def pull(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.slave)
        os.close(self.master)
        self.master = -1

    def send(self, data: bytes) -> None:
        os.write(self.master, data)


@pytest.fixture
def plug(tmp_path):
    device = Plug(tmp_path / "scanner")
    device.put_in()
    yield device
    if device.master >= 0:
        device.pull()


@pytest.fixture
def reader(plug):
    scans, states = queue.Queue(), queue.Queue()
    scanner = SerialScanner(str(plug.path), scans.put, states.put, retry_s=0.05)
    scanner.start()
    assert states.get(timeout=10) is PortState.OPEN
    yield scans, states
    assert scanner.stop()


def test_lines_and_silence_end_a_scan(plug, reader):
    scans, _ = reader
    plug.send(f"{CODE}\r\n".encode())
    assert scans.get(timeout=10).text == CODE
    plug.send(CARD.encode() + b"\r")
    scan = scans.get(timeout=10)
    assert (scan.text, scan.note) == (CARD, None)
    plug.send(CODE.encode())
    assert scans.get(timeout=10).text == CODE


def test_two_scans_in_one_packet(plug, reader):
    scans, _ = reader
    plug.send(f"{CODE}\r{CODE[:-1]}3\r".encode())
    assert [scans.get(timeout=10).text for _ in range(2)] == [CODE, CODE[:-1] + "3"]


def test_binary_is_marked_and_does_not_stop_the_reader(plug, reader):
    scans, _ = reader
    plug.send(bytes(range(0x80, 0x100)) + b"\r")
    assert scans.get(timeout=10).note == "line-speed"
    plug.send(os.urandom(100_000).replace(b"\r", b"").replace(b"\n", b"") + b"\r")
    while (scan := scans.get(timeout=10)).arrival.end != "cr":
        assert scan.note == "line-speed" and scan.arrival.end == "cut"
    plug.send(f"{CODE}\r".encode())
    assert scans.get(timeout=10).text == CODE


def test_unplugged_is_told_once_and_plugged_in_again_works(plug, reader):
    scans, states = reader
    plug.pull()
    assert states.get(timeout=10) is PortState.LOST
    with pytest.raises(queue.Empty):
        states.get(timeout=0.4)
    plug.put_in()
    assert states.get(timeout=10) is PortState.OPEN
    plug.send(f"{CODE}\n".encode())
    assert scans.get(timeout=10).text == CODE


def test_a_port_that_is_not_there_is_awaited(tmp_path):
    states = queue.Queue()
    later = Plug(tmp_path / "later")
    scanner = SerialScanner(str(later.path), lambda scan: None, states.put, retry_s=0.05)
    scanner.start()
    try:
        assert states.get(timeout=10) is PortState.ABSENT
        later.put_in()
        assert states.get(timeout=10) is PortState.OPEN
    finally:
        assert scanner.stop()
        later.pull()


def test_what_is_no_port_is_refused_not_raised(tmp_path):
    states = queue.Queue()
    file = tmp_path / "file"
    file.touch()
    scanner = SerialScanner(str(file), lambda scan: None, states.put, retry_s=0.05)
    scanner.start()
    assert states.get(timeout=10) is PortState.REFUSED
    assert scanner.stop()


def test_endless_data_is_cut():
    lines = Lines()
    cut = [line for n in range(200) for line in lines.feed(b"9" * 5000, n)]
    assert cut and all(line.end == "cut" and len(line.data) < 50_000 for line in cut)


def test_how_a_line_ended_is_told():
    lines = Lines()
    told = [(line.data, line.end) for line in lines.feed(b"a\rb\nc\r\n\r\n\x02\x03\rd", 1.0)]
    assert told == [(b"a", "cr"), (b"b", "lf"), (b"c", "cr-lf")]
    assert lines.silence(1.01) == []
    assert [(line.data, line.end) for line in lines.silence(1.2)] == [(b"d", "silence")]


def test_an_id_that_is_not_plugged_in_is_none_and_names_stay():
    assert resolve_port("FFFF:FFFE") is None
    assert resolve_port("COM7") == "COM7"


def test_two_scanners_of_one_kind_are_told_apart_by_their_socket():
    two = [PortInfo("/dev/ttyACM0", "Symbol", "05E0:1701@1-1"), PortInfo("/dev/ttyACM1", "Symbol", "05E0:1701@1-2")]
    assert resolve_port("05E0:1701@1-2", lambda: two) == "/dev/ttyACM1"
    assert resolve_port("05e0:1701", lambda: two) == "/dev/ttyACM0"
    assert resolve_port("05E0:1701@1-3", lambda: two) is None, "never another counter's scanner"
    alone = [PortInfo("/dev/ttyACM0", "Symbol", "05E0:1701")]
    assert resolve_port("05E0:1701@1-2", lambda: alone) == "/dev/ttyACM0"


def test_decoding_keeps_marks_and_tells_lost_ones():
    assert decode_line(CARD.encode()) == (CARD, None)
    text, note = decode_line(CARD.encode("cp1258", "replace").replace(b"?", b"\xf2"))
    assert (note, text[:12]) == ("encoding", CARD[:12])


def test_another_speed_is_told_from_damaged_letters():
    """What a scanner at 115,200 sends to a port at 9,600, and the other way round, has hardly a letter in it."""
    for seen in (b"\x80\x00\xf8\x00\x80\xe0\x00\xf0", b"\x1e\x06\x18\x01\x1f\x06\x1e\x18", bytes([0xFF, 0xFE, 0x06, 0x98] * 9)):
        assert decode_line(seen)[1] == "line-speed"


def test_a_port_without_hardware_is_no_port(tmp_path) -> None:
    """The names are always there; the kernel says type 0 where no chip answers."""
    for name, kind in (("ttyS0", "0"), ("ttyS1", "4"), ("ttyS3", "4")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text(f"{kind}\n")
    (tmp_path / "console").mkdir()
    (tmp_path / "console" / "active").write_text("tty0 ttyS3\n")
    assert [_is_there(f"/dev/{name}", tmp_path) for name in ("ttyS0", "ttyS1", "ttyS2", "ttyS3", "ttyUSB0", "ttyACM0")] == [
        False, True, True, False, True, True]
    assert _is_there("COM1", tmp_path)
