"""A real queue: the page arrives, a dead or faulty printer is told in words, and nothing is pretended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.printing import ipp, pdf, printers
from counter_app.printing.jobs import Order
from onestop.errors import EnvironmentFault, UserError
from tests.printing import samples
from tests.servers.cups import IppPrinter


@pytest.fixture
def queue(ipp_printer: IppPrinter, monkeypatch: pytest.MonkeyPatch) -> IppPrinter:
    for key, value in ipp_printer.env.items():
        monkeypatch.setenv(key, value)
    return ipp_printer


def test_a_receipt_is_printed_and_followed_to_its_end(queue: IppPrinter):
    content = pdf.render(samples.receipt())
    told = []
    job = printers.submit(content, queue.queue, Order(title="H32.15-261123-0001"))
    assert printers.follow(job, timeout=60, told=told.append).state == "done"
    assert told[0].state == "queued"
    [document] = queue.documents
    assert len(PdfReader(document).pages) == 2


def test_the_queue_is_listed_with_its_papers(queue: IppPrinter):
    assert [(p.name, p.ready) for p in printers.list_printers()] == [(queue.queue, True)]


def test_a5_arrives_as_a5_and_an_unknown_paper_is_refused(queue: IppPrinter):
    job = printers.submit(pdf.render(samples.receipt_short(), "A5"), queue.queue, Order(paper="A5"))
    assert printers.follow(job, timeout=60).state == "done"
    assert abs(float(PdfReader(queue.documents[0]).pages[0].mediabox.width) - 420) < 2
    with pytest.raises(UserError, match="paper-not-supported"):
        printers.submit(b"%PDF", queue.queue, Order(paper="B7"))


def test_a_dead_printer_is_no_end_and_is_told(queue: IppPrinter):
    queue.stop()
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    state = printers.follow(job, timeout=2)
    assert not state.final
    printers.cancel(job)
    assert printers.follow(job, timeout=15).state == "failed"
    assert queue.documents == []


def test_a_jam_has_words(queue: IppPrinter):
    queue.fault("media-jam")
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    queue.wait_for_reason("media-jam-warning")
    told = []
    state = printers.follow(job, timeout=20, told=told.append, stopped=lambda: bool(told and told[-1].reason))
    assert (state.final, state.reason) == (False, "kẹt giấy")
    queue.fault(None)
    assert printers.follow(job, timeout=60).state == "done"


def test_a_printer_is_asked_before_anything_is_sent(queue: IppPrinter):
    told = printers.require_ready(queue.queue, "A5")
    assert (told.ready, told.trouble, told.trays, told.duplex, told.model) == (True, "", ("Main", "Alternate"), True, "Counter Test")
    queue.stop()
    with pytest.raises(EnvironmentFault, match="printer-not-ready") as refused:
        printers.require_ready(queue.queue)
    assert refused.value.facts["reason"] == "đang tắt hoặc mất kết nối"


def test_a_host_that_says_nothing(queue: IppPrinter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ipp, "SECONDS", 0.5)
    with queue.silent():
        assert printers.status(queue.queue).trouble == "không trả lời"


def test_an_open_cover_has_words_while_a_job_waits(queue: IppPrinter):
    queue.fault("cover-open")
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    queue.wait_for_reason("cover-open-warning")
    assert printers.status(queue.queue).trouble == "nắp đang mở"
    told = []
    printers.follow(job, timeout=20, told=told.append, stopped=lambda: bool(told and told[-1].reason))
    assert told[-1].reason == "nắp đang mở" and queue.documents == []
    queue.fault(None)
    assert printers.follow(job, timeout=60).state == "done" and len(queue.documents) == 1


def test_another_machine_under_the_same_name(queue: IppPrinter):
    """The queue still promises A5; the machine that stands there now has none, and it is the one that is asked."""
    queue.swap()
    told = printers.status(queue.queue)
    assert (told.model, told.has("A4"), told.has("A5")) == ("Other Machine", True, False)
    with pytest.raises(UserError, match="paper-not-supported"):
        printers.require_ready(queue.queue, "A5")
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    assert printers.follow(job, timeout=60).state == "done" and len(queue.documents) == 1


def test_an_a5_job_the_printer_cannot_do_is_never_called_done(queue: IppPrinter):
    queue.swap()
    job = printers.submit(pdf.render(samples.receipt_short(), "A5"), queue.queue, Order(paper="A5"))
    assert printers.follow(job, timeout=60).state == "failed"
    assert queue.documents == []


def test_a_job_that_waited_goes_to_the_machine_that_came(queue: IppPrinter):
    queue.stop()
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    assert not printers.follow(job, timeout=1).final
    queue.swap()
    assert printers.follow(job, timeout=60).state == "done" and len(queue.documents) == 1


def test_a_job_thrown_away_at_the_printer_is_no_print(queue: IppPrinter):
    queue.fault("media-jam")
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    queue.wait_for_reason("media-jam-warning")
    queue.throw_away()
    assert printers.follow(job, timeout=60).state == "failed"
    assert queue.documents == []


def test_a_printer_that_forgot_the_job_is_not_believed(queue: IppPrinter):
    """CUPS says "completed"; the machine was switched off and on meanwhile and knows nothing: a person has to look."""
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    queue.wait_for(int(job.id.rpartition("-")[2]))
    queue.stop()
    assert printers.job_state(job).state == "unknown"
    queue.start()
    assert not printers.job_state(job).settled  # once may be between two lists of the printer
    state = printers.job_state(job)
    assert (state.state, state.settled) == ("unknown", True) and "không có lệnh này" in state.reason


def test_tray_and_both_sides_reach_the_printer(queue: IppPrinter):
    job = printers.submit(pdf.render(samples.receipt()), queue.queue, Order(copies=2, tray="Alternate", duplex="long"))
    assert printers.follow(job, timeout=60).state == "done"
    [held] = queue.held(job.title)
    assert "two-sided-long-edge" in held and "alternate" in held


def test_a_queue_that_is_stopped(queue: IppPrinter):
    queue._run("cupsdisable", "-r", "bảo trì", queue.queue)
    told = printers.status(queue.queue)
    assert (told.ready, bool(told.trouble)) == (False, True)
    assert [(p.ready, bool(p.trouble)) for p in printers.list_printers()] == [(False, True)]


def test_completed_says_cups_and_the_printer_never_got_a_byte(queue: IppPrinter):
    """An IPP printer takes no bytes in another's language. CUPS: "job completed"; the printer: still waiting for data."""
    job = printers.submit(b"\x1b@\x1dv0\x00", f"raw:{queue.queue}", Order(title="ticket"))
    state = printers.follow(job, timeout=60)
    assert queue.wait_for(int(job.id.rpartition("-")[2])).state == "completed" and queue.documents == []
    assert (state.state, state.reason) == ("failed", "máy in không nhận được trang in")
    queue.stop()  # it waits for ever: somebody pulls the plug


def test_a_printer_on_usb_is_followed_through_the_print_server(queue: IppPrinter):
    """Nobody can ask it, but its driver tells CUPS while it prints, and what it told last holds until it tells otherwise."""
    usb, content = queue.plug_usb(), pdf.render(samples.receipt_short())
    assert printers.status(usb).ready
    assert printers.follow(printers.submit(content, usb, Order()), timeout=30).state == "done"
    queue.plug_usb(says="+media-low-warning")
    assert printers.follow(printers.submit(content, usb, Order()), timeout=30).state == "done"
    assert (printers.status(usb).ready, printers.status(usb).trouble) == (True, "sắp hết giấy")
    queue.plug_usb(says="+media-empty-error")
    ended = printers.follow(printers.submit(content, usb, Order()), timeout=30)
    assert (ended.state, ended.settled, ended.reason) == ("unknown", True, "đã gửi hết, nhưng máy in hết giấy")
    assert (printers.status(usb).ready, printers.status(usb).trouble) == (False, "hết giấy")
    queue.plug_usb(says="-media-empty-error,media-low-warning")
    assert printers.follow(printers.submit(content, usb, Order()), timeout=30).state == "done"
    assert printers.status(usb).trouble == ""


def test_a_printer_that_is_not_there(queue: IppPrinter):
    with pytest.raises(UserError, match="printer-unknown"):
        printers.submit(b"%PDF", "may-in 'la\"")


def test_no_print_system_at_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")
    assert printers.list_printers() == []


def test_a_pdf_is_written_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "giay.pdf"
    printers.save_pdf(b"%PDF-1", target)
    assert target.read_bytes() == b"%PDF-1"
    assert os.name != "posix" or target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(EnvironmentFault, match="output-unwritable"):
        printers.save_pdf(b"x", tmp_path / "khong-co" / "giay.pdf")
    with pytest.raises(EnvironmentFault, match="output-unwritable"):
        printers.save_pdf(b"x", target / "trong-tep.pdf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["giay.pdf"]


def test_a_printer_with_its_own_certificate_is_asked_over_tls(queue: IppPrinter):
    uri = queue._device_uri.replace("ipp://", "ipps://")
    assert ipp.askable(uri) and not ipp.askable("dnssd://Quay%207._ipp._tcp.local/") and not ipp.askable("usb://HP/LaserJet?serial=1")
    told = ipp.printer_at(uri, ("printer-state", "media-supported"))
    assert told["printer-state"] == [3] and "iso_a5_148x210mm" in told["media-supported"]
    queue.stop()
    with pytest.raises(ipp.IppFault) as gone:
        ipp.printer_at(uri, ("printer-state",))
    assert not gone.value.silent
    with queue.silent(), pytest.raises(ipp.IppFault) as mute:
        ipp.printer_at(uri, ("printer-state",))
    assert mute.value.silent
    queue.start()
