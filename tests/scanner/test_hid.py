"""HID-POS reports: recorded ones, descriptors, joined parts, and a reader on a real descriptor that is pulled and put back."""

from __future__ import annotations

import os
import queue
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.scanner.hid import HidInfo, HidScanner, list_hid
from counter_app.scanner.hid_report import WITH_AIM, WITHOUT_AIM, Reports, layout_of_maker, read_descriptor
from counter_app.scanner.raw import Source
from counter_app.scanner.reader import PortState

CODE = "000.00.16.H59-260213-0042"
CARD = "079305000123||Trần Thị Bình|29022005|Nữ|Ấp 2, Xã Mẫu, Huyện Ví Dụ, TP. Hồ Chí Minh|02032022"

RECORDED = (
    "02385d583050726f64756374204e616d653a20566f79616765722031363032670d0a426f6f74205265766973696f6e3a203a20383939320d0a536f66743f0001",
    "02095d5830756d3a204e2f410d0a" + "00" * 47 + "3f0000",
)
"""Reports of a Honeywell Voyager 1602g as its owner published them: the first and the last part of one long answer."""


def descriptor(*, aim: bool) -> bytes:
    """A report descriptor as bar code scanners have it: number 2, byte count, (three of the AIM identifier,) 56 of data, 2 or 5 more, the
    bit "continued", seven bits of nothing."""
    d = bytes.fromhex("058c 0902 a101 0912 a102 8502 1500 26ff00 7508 9501 0501 093b 8102 058c".replace(" ", ""))
    if aim:
        d += bytes.fromhex("09fb 8102 09fc 8102 09fd 8102".replace(" ", ""))
    d += bytes.fromhex("9538 09fe 820201".replace(" ", ""))
    d += bytes.fromhex("9502 066600 090e 8202 01 058c".replace(" ", "") if aim else "9505 066600 090e 820201 058c".replace(" ", ""))
    return d + bytes.fromhex("7501 9501 09ff 8102 9507 8103 c0 c0".replace(" ", ""))


def parts(text: str, layout=WITH_AIM, aim: bytes = b"]C0") -> list[bytes]:
    data = text.encode()
    pieces = [data[i : i + 56] for i in range(0, len(data), 56)] or [b""]
    reports = []
    for n, piece in enumerate(pieces):
        head = bytes([2, len(piece)]) + (aim if layout.aim_at is not None else b"")
        reports.append((head + piece).ljust(63, b"\0") + bytes([n < len(pieces) - 1]))
    return reports


def fed(reports: list[bytes], layout=WITH_AIM, gap: float = 0.008):
    joined = Reports(layout)
    return joined, [text for n, report in enumerate(reports) if (text := joined.feed(report, n * gap))]


def test_recorded_reports_join():
    first, last = (bytes.fromhex(report) for report in RECORDED)
    assert (len(first), len(last)) == (64, 64)
    _, texts = fed([first, last])
    assert [t.aim for t in texts] == ["]X0"]
    assert texts[0].data.decode().splitlines() == ["Product Name: Voyager 1602g", "Boot Revision: : 8992", "Softum: N/A"]


@pytest.mark.parametrize("layout", [WITH_AIM, WITHOUT_AIM])
@pytest.mark.parametrize("text", [CODE, CARD, "1" * 56, "1" * 57, "1" * 112])
def test_texts_of_any_length_come_whole(layout, text):
    joined, texts = fed(parts(text, layout) * 2, layout)
    assert [t.data.decode() for t in texts] == [text, text] and joined.refused == 0
    assert texts[0].symbology == ("code128" if layout is WITH_AIM else None)


def test_descriptors_tell_the_layout():
    assert read_descriptor(descriptor(aim=True)) == WITH_AIM
    assert read_descriptor(descriptor(aim=False)) == WITHOUT_AIM
    keyboard = bytes.fromhex("05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508"
                             "150025650507190029658100c0")
    assert read_descriptor(keyboard) is None
    assert (layout_of_maker(0x0C2E), layout_of_maker(0x1EAB)) == (WITH_AIM, WITHOUT_AIM)


def test_a_part_whose_rest_never_came_is_dropped():
    first, last = parts("1" * 60)
    joined = Reports(WITH_AIM)
    assert joined.feed(first, 1.0) is None
    assert joined.feed(parts(CODE)[0], 5.0).data.decode() == CODE
    assert joined.feed(first, 6.0) is None
    assert joined.feed(parts(CODE, aim=b"]Q1")[0], 6.01).data.decode() == CODE, "another symbol: the rest was lost"
    assert joined.feed(last, 6.02).data == b"1" * 4


@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(min_size=64, max_size=64).map(lambda b: b"\x02" + b[1:])), max_size=40))
def test_rubbish_never_breaks_it_and_memory_is_bounded(reports):
    _, texts = fed(reports)
    assert all(len(t.data) <= 8192 * 4 + 56 for t in texts)


@given(st.binary(max_size=120))
def test_any_descriptor_is_answered(data):
    read_descriptor(data)


def test_an_endless_text_is_cut_and_marked():
    endless = parts("9" * 40_000)
    _, texts = fed(endless)
    assert texts[0].cut and len(texts[0].data) < 8192 * 4 + 57


@pytest.mark.skipif(sys.platform == "win32", reason="sysfs")
def test_the_scanners_of_this_pc_by_sysfs(tmp_path):
    def node(name: str, vendor: str, uniq: str, found: bytes) -> None:
        device = tmp_path / name / "device"
        device.mkdir(parents=True)
        (device / "report_descriptor").write_bytes(found)
        (device / "uevent").write_text(f"DRIVER=hid-generic\nHID_ID=0003:0000{vendor}:00000B81\nHID_NAME=Honeywell 1900\n"
                                       f"HID_PHYS=usb-1/{name}\nHID_UNIQ={uniq}\nMODALIAS=hid\n")

    node("hidraw0", "046D", "", b"\x05\x01\x09\x06\xa1\x01\xc0")
    node("hidraw1", "0C2E", "B12", descriptor(aim=True))
    found = list_hid(tmp_path, Path("/dev"))
    assert [(f.id, f.title, f.path, f.layout) for f in found] == [("0C2E:0B81", "Honeywell 1900", "/dev/hidraw1", WITH_AIM)]
    node("hidraw2", "0C2E", "", descriptor(aim=False))
    assert [f.id for f in list_hid(tmp_path, Path("/dev"))] == ["0C2E:0B81@B12", "0C2E:0B81@usb-1/hidraw2"]
    assert list_hid(tmp_path / "none") == []


class Plug:
    """A device node that can be pulled and put back: a pipe in packet mode gives one report a read, as hidraw does."""

    def __init__(self) -> None:
        self.read_end = self.write_end = -1

    def put_in(self) -> None:
        self.read_end, self.write_end = os.pipe2(os.O_DIRECT)

    def pull(self) -> None:
        read_end, write_end = self.read_end, self.write_end
        self.read_end = self.write_end = -1
        os.close(read_end)
        os.close(write_end)

    def send(self, *reports: bytes) -> None:
        for report in reports:
            os.write(self.write_end, report)

    def listed(self) -> list[HidInfo]:
        return [HidInfo("0C2E:0B81", "Honeywell 1900", f"/proc/self/fd/{self.read_end}", WITH_AIM)] if self.read_end >= 0 else []


@pytest.fixture
def plug():
    if not hasattr(os, "O_DIRECT"):
        pytest.skip("pipes in packet mode are Linux's")
    device = Plug()
    device.put_in()
    yield device
    if device.read_end >= 0:
        device.pull()


@pytest.fixture
def reader(plug):
    scans, states = queue.Queue(), queue.Queue()
    scanner = HidScanner("0C2E:0B81", scans.put, states.put, retry_s=0.05, devices=plug.listed)
    scanner.start()
    assert states.get(timeout=10) is PortState.OPEN
    yield scans, states
    assert scanner.stop()


def test_a_scan_of_several_reports_arrives_as_it_was_printed(plug, reader):
    scans, _ = reader
    plug.send(*parts(CARD, aim=b"]Q2"))
    scan = scans.get(timeout=10)
    assert (scan.text, scan.source, scan.symbology, scan.note) == (CARD, Source.HID, "qr", None)
    assert (scan.arrival.received, scan.arrival.end) == ("]Q2" + CARD, "report")
    plug.send(b"\xff" * 64, b"\x02", *parts(CODE))
    assert scans.get(timeout=10).text == CODE


def test_letters_that_are_no_utf8_are_marked(plug, reader):
    scans, _ = reader
    plug.send(b"\x02\x08]C0" + bytes(range(0xF8, 0x100)) + b"\0" * 51)
    assert scans.get(timeout=10).note == "encoding"


def test_pulled_is_told_once_and_put_back_works(plug, reader):
    scans, states = reader
    plug.send(parts(CARD)[0])  # torn in the middle of a scan
    plug.pull()
    assert states.get(timeout=10) is PortState.LOST
    with pytest.raises(queue.Empty):
        states.get(timeout=0.3)
    plug.put_in()
    assert states.get(timeout=10) is PortState.OPEN
    plug.send(*parts(CODE))
    assert scans.get(timeout=10).text == CODE


def test_what_cannot_be_opened_is_refused_not_raised(tmp_path):
    states = queue.Queue()
    folder = [HidInfo("0C2E:0B81", "Honeywell", str(tmp_path / ("no" * 200)), WITH_AIM)]
    scanner = HidScanner("0C2E:0B81", lambda scan: None, states.put, retry_s=0.05, devices=lambda: folder)
    scanner.start()
    assert states.get(timeout=10) is PortState.REFUSED
    assert scanner.stop()


def test_of_two_alike_only_the_chosen_one_is_read(tmp_path):
    two = [HidInfo(f"0C2E:0B81@{n}", "Honeywell", str(tmp_path / n), WITH_AIM) for n in ("A", "B")]
    for wanted, found in (("0C2E:0B81@B", str(tmp_path / "B")), ("0C2E:0B81@C", None), ("0C2E:0B81", None), ("FFFF:0001", None)):
        assert HidScanner(wanted, lambda scan: None, devices=lambda: two)._find() == found
    assert HidScanner("0C2E:0B81@C", lambda scan: None, devices=lambda: two[:1])._find() == str(tmp_path / "A"), "the only one left"
