"""Attachments: in parts, by content, whatever happens on the way."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from onestop.model import Attachment, Dossier
from onestop.ops import AttachLink, AttachUnlink
from onestop.wire import content_digest
from onestop.wire_blobs import OCTETS, PART_BYTES, BlobReply
from tests.gateway import province
from tests.gateway.counter import RECEIVED, Counter, problem

FILE = bytes(range(256)) * 9000  # 2.3 MB: three parts


@pytest.fixture
def settings(settings, tmp_path):
    return replace(settings, blobs=str(tmp_path / "blobs"))


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begin(counter: Counter, content: bytes, **facts) -> BlobReply:
    return counter.ok(counter.call("POST", "/v1/blobs", {"sha256": sha(content), "size": len(content)} | facts), BlobReply)


def part(counter: Counter, content: bytes, offset: int, size: int = PART_BYTES, **headers):
    piece = content[offset:offset + size]
    return counter.call("PATCH", f"/v1/blobs/{sha(content)}", piece, {
        "Content-Type": OCTETS, "Content-Digest": content_digest(piece), "Upload-Offset": str(offset),
        "Upload-Length": str(len(content))} | headers)


def send(counter: Counter, content: bytes) -> BlobReply:
    at = begin(counter, content)
    while not at.complete:
        at = counter.ok(part(counter, content, at.offset), BlobReply)
    return at


def fetch(counter: Counter, digest: str) -> bytes:
    found = b""
    while True:
        reply = counter.call("GET", f"/v1/blobs/{digest}", params={"offset": len(found)})
        assert reply.status_code == 200, reply.text
        assert reply.headers["Content-Type"] == OCTETS
        found += reply.content
        if len(found) == int(reply.headers["Upload-Length"]):
            return found


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_a_file_goes_up_in_parts_and_comes_down_the_same(counter, new_counter, tmp_path) -> None:
    assert begin(counter, FILE).offset == 0
    assert counter.ok(part(counter, FILE, 0), BlobReply).offset == PART_BYTES
    assert begin(counter, FILE) == BlobReply(sha256=sha(FILE), offset=PART_BYTES)
    assert send(counter, FILE).complete
    assert fetch(new_counter(), sha(FILE)) == FILE
    (path,) = stored(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    head = counter.call("HEAD", f"/v1/blobs/{sha(FILE)}")
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Complete"]) == (200, str(len(FILE)), "?1")


def test_another_agency_can_neither_read_it_nor_learn_that_it_is_here(counter, new_counter, tmp_path) -> None:
    send(counter, FILE)
    other = new_counter(province.DIEN_KHANH)
    problem(other.call("GET", f"/v1/blobs/{sha(FILE)}"), 404, "attachment-unknown")
    assert begin(other, FILE).offset == 0
    assert send(other, FILE).complete
    assert fetch(other, sha(FILE)) == FILE
    assert len(stored(tmp_path)) == 1


def test_a_part_out_of_place_learns_the_right_one_and_a_torn_one_is_not_kept(counter) -> None:
    begin(counter, FILE)
    counter.ok(part(counter, FILE, 0), BlobReply)
    refused = part(counter, FILE, 0)
    problem(refused, 409, "offset-wrong")
    assert refused.headers["Upload-Offset"] == str(PART_BYTES)
    problem(part(counter, FILE, PART_BYTES, **{"Content-Digest": content_digest(b"else")}), 460, "digest-mismatch")
    assert begin(counter, FILE).offset == PART_BYTES
    assert send(counter, FILE).complete


def test_bytes_that_are_not_what_the_name_says_are_dropped(counter, tmp_path) -> None:
    other = bytes(reversed(FILE))
    begin(counter, FILE)
    for offset in range(0, len(other), PART_BYTES):
        piece = other[offset:offset + PART_BYTES]
        last = counter.call("PATCH", f"/v1/blobs/{sha(FILE)}", piece, {
            "Content-Type": OCTETS, "Content-Digest": content_digest(piece), "Upload-Offset": str(offset),
            "Upload-Length": str(len(other))})
    problem(last, 460, "attachment-digest")
    assert not stored(tmp_path)
    assert send(counter, FILE).complete


def test_two_counters_bring_the_same_file_at_once(counter, new_counter, tmp_path) -> None:
    counters = [counter, new_counter(), new_counter()]
    with ThreadPoolExecutor(3) as pool:
        assert all(done.complete for done in pool.map(lambda one: send(one, FILE), counters))
    assert len(stored(tmp_path)) == 1
    assert fetch(counter, sha(FILE)) == FILE


def test_what_was_begun_and_forgotten_expires_and_is_begun_again(counter, gateway, tmp_path) -> None:
    begin(counter, FILE)
    counter.ok(part(counter, FILE, 0), BlobReply)
    (path,) = stored(tmp_path)
    old = time.time() - 31 * 86400
    os.utime(path, (old, old))
    assert gateway.blobs.sweep() == 1
    problem(part(counter, FILE, PART_BYTES), 404, "attachment-unknown")
    assert send(counter, FILE).complete


def test_limits(counter) -> None:
    for body, status, code in (
        ({"sha256": sha(b""), "size": 60_000_000}, 413, "attachment-too-large"),
        ({"sha256": sha(b""), "size": 0}, 422, "attachment-invalid"),
        ({"sha256": "../../etc/passwd", "size": 5}, 422, "attachment-invalid"), ({"sha256": 7, "size": 5}, 422, "body-invalid"),
    ):
        problem(counter.call("POST", "/v1/blobs", body), status, code)
    problem(counter.call("GET", "/v1/blobs/..%2f..%2fetc"), 404, "not-found")
    begin(counter, FILE)
    problem(part(counter, FILE, 0, PART_BYTES + 1), 413, "body-too-large")
    problem(part(counter, FILE, 0, **{"Upload-Length": "10"}), 413, "part-too-large")
    problem(part(counter, FILE, 0, **{"Content-Digest": ""}), 400, "digest-missing")
    problem(part(counter, FILE, 0, **{"Content-Type": "application/json"}), 415, "media-type")


def test_a_link_may_come_before_its_file_and_two_links_are_one(counter, new_counter) -> None:
    made = counter.create()
    counter.push(made)
    link = AttachLink(attachment=Attachment(sha256=sha(FILE), name="Giấy khai sinh.pdf", media_type="application/pdf", size=len(FILE)))
    assert counter.push_one(counter.op(made.entity, link, base=1)).s == "applied"
    other = new_counter()
    assert other.push_one(other.op(made.entity, link, base=1)).s == "merged"
    gone = AttachUnlink(sha256=sha(FILE), linked_at=RECEIVED, reason="Nhầm hồ sơ")
    assert other.push_one(other.op(made.entity, gone, base=2)).s == "applied"
    again = AttachLink(attachment=replace(link.attachment, linked_at=RECEIVED.replace(hour=10)))
    assert counter.push_one(counter.op(made.entity, again, base=3)).s == "applied"
    late = other.op(made.entity, gone, base=2)
    assert other.push_one(late).s == "merged", "the link the person saw is not this one"
    state = msgspec.json.decode(counter.pull()[-1].data, type=Dossier)
    assert [(a.name, a.removed) for a in state.attachments] == [("Giấy khai sinh.pdf", "")]
    problem(counter.call("GET", f"/v1/blobs/{sha(FILE)}"), 404, "attachment-unknown")
    bad = AttachLink(attachment=Attachment(sha256="x", name="a"))
    assert counter.push_one(counter.op(made.entity, bad)).code == "attachment-invalid"
