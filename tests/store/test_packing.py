"""Copies from the centre lie compressed; whoever reads them does not notice."""

from __future__ import annotations

import hashlib
import threading

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.material import AGENCY, dossiers, pages
from counter_app.store import packing
from counter_app.store.check import sound_op
from counter_app.store.packing import pack, unpack
from onestop.codec import encode


def test_the_dictionary_never_changes():
    """It is part of the file format: with another one no store in the field could be read."""
    content = packing._DICTIONARY.read_bytes()
    assert hashlib.sha256(content).hexdigest() == "42cbdf4a8b08cf77a21128f1bbf726113b991798a2bc65ce70fe8b24c56c9f55"
    assert zstandard.ZstdCompressionDict(content).dict_id() == 1_000_001


def test_a_dossier_takes_a_quarter_and_comes_back_as_it_was():
    raws = [encode(dossier) for dossier in dossiers(200)]
    packed = pack(raws)
    assert [unpack(one) for one in packed] == raws
    assert sum(map(len, packed)) < sum(map(len, raws)) / 4


@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_any_bytes_come_back(raws):
    assert [unpack(one) for one in pack(raws)] == raws


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_that_was_not_packed_is_left_alone(value):
    raw = msgspec.json.encode(value)
    assert unpack(raw) == raw


def test_nothing_stays_nothing_and_a_damaged_copy_is_no_json():
    assert unpack(None) is None
    (packed,) = pack([b'{"a": "' + b"x" * 500 + b'"}'])
    with pytest.raises(zstandard.ZstdError):
        unpack(packed[:-3])


def test_threads_pack_side_by_side():
    raws, wrong = [encode(dossier) for dossier in dossiers(60)], []

    def work():
        for _ in range(20):
            if [unpack(one) for one in pack(raws)] != raws:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_was_pulled_lies_packed_and_reads_as_json(store):
    ((items, position),) = pages(40)
    with store.write() as unit:
        unit.apply_page(AGENCY, items, position)
    with store.read() as reader:
        lying = dict(reader._all("SELECT id, server FROM dossier"))
        for item in items:
            if item.kind == "dossier":
                assert lying[item.id] != bytes(item.data) and unpack(lying[item.id]) == bytes(item.data)
                assert encode(reader.dossier(item.id)) == bytes(item.data)


def test_a_damaged_frame_that_claims_any_size_is_a_damaged_op():
    claims = zstandard.FRAME_HEADER + b"\xe0" + b"\xff" * 7 + b"\x3f" + b"\x01\0\0"
    assert not sound_op(hashlib.sha256(b"").hexdigest(), claims)
