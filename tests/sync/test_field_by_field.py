"""Two fields changed at two desks while apart, settled field by field: one correction, and every counter ends with the same."""

from __future__ import annotations

import json

import pytest

from counter_app.cli import main
from counter_app.services import correct as correcting
from counter_app.services import reviews
from onestop.codec import builtins
from tests.sync.test_counters import assert_equal, sync, take_in

HERE = {"owner.phone": "0901111111", "owner.address": "12 đường Yersin"}
THERE = {"owner.phone": "0902222222", "owner.address": "21 đường Yersin"}


def _in_doubt(gateway, counter):
    """(the desk that came first, the one whose change was refused, the dossier)"""
    first, second = counter("lan.nt"), counter("truong.nt")
    dossier = take_in(first)
    sync(first, second)
    correcting.correct(first.desk, dossier.id, HERE, "gõ nhầm")
    correcting.correct(second.desk, dossier.id, THERE, "gõ nhầm")
    sync(first, second, first)
    return first, second, dossier


def _open(station, dossier_id: str):
    with station.store.read() as reader:
        return next(found for found in reviews.open_reviews(reader, station.desk)
                    if found[0].entity == dossier_id and found[0].code == "field-changed-elsewhere")


def _owner(station, dossier_id: str):
    with station.store.read() as reader:
        owner = reader.dossier(dossier_id).owner
    return {"owner.phone": owner.phone, "owner.address": owner.address}


@pytest.mark.parametrize("where", [0, 1], ids=["at the first desk", "at the desk that was refused"])
def test_one_field_of_each(gateway, counter, where: int) -> None:
    first, second, dossier = _in_doubt(gateway, counter)
    at = (first, second)[where]
    review, _, stands = _open(at, dossier.id)
    assert list(reviews.fields(review, stands)) == list(review.wanted)
    before = len(stands.events)
    author = reviews.changed_by(review, stands)
    assert (author.by, author.device) == ("lan.nt", first.desk.device) and review.device == second.desk.device
    reviews.settle(at.desk, review.id, reviews.MERGED, take={"owner.phone": "mine"})
    sync(first, second, first)
    for station in (first, second):
        assert _owner(station, dossier.id) == {"owner.phone": THERE["owner.phone"], "owner.address": HERE["owner.address"]}
        with station.store.read() as reader:
            assert reader.review(review.id).decision == "merged owner.phone"
            assert len(reader.dossier(dossier.id).events) == before + 1, "one correction"
    assert_equal(gateway, first, second)


def test_two_desks_that_choose_other_fields_hear_of_it(gateway, counter) -> None:
    first, second, dossier = _in_doubt(gateway, counter)
    review, _, _ = _open(first, dossier.id)
    reviews.settle(first.desk, review.id, reviews.MERGED, take={"owner.phone": "mine"})
    reviews.settle(second.desk, review.id, reviews.MERGED, take={"owner.address": "mine"})
    sync(first, second, first)
    with first.store.read() as reader:
        (again,) = [found for found, _, _ in reviews.open_reviews(reader, first.desk)
                    if (found.code, found.entity) == ("settled-differently", dossier.id)]
    assert (again.current["decision"], again.wanted["decision"]) == ("merged owner.phone", "merged owner.address")
    assert_equal(gateway, first, second)


def test_by_commands(gateway, counter, monkeypatch, capsys) -> None:
    first, second, dossier = _in_doubt(gateway, counter)
    profile = second.profile.dir
    second.close()
    monkeypatch.setenv("COUNTER_APP_PASSWORD", "MotCua@2026")
    monkeypatch.setenv("COUNTER_APP_PIN", "2468")
    assert main(["conflicts", "--profile", str(profile)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [one for one in lines if one["code"] == "field-changed-elsewhere" and one["entity"] == dossier.id]
    assert line["choices"] == ["theirs", "mine", "merged"] and set(line["fields"]) == set(HERE)
    assert line["stands_by"]["device"] == first.desk.device and line["stands_by"]["by"] and line["made_at"]

    def settle(*words: str) -> int:
        return main(["resolve", line["id"], *words, "--profile", str(profile), "--user", "truong.nt"])

    for words, code in (((), "decision-missing"), (("--keep", "merged"), "decision-missing"),
                        (("--keep", "mine", "--take", "owner.phone=mine"), "decision-missing"),
                        (("--take", "owner.phone"), "field-unknown"), (("--take", "owner.name=mine"), "field-unknown")):
        assert settle(*words) == 1, words
        assert json.loads(capsys.readouterr().err)["code"] == code
    assert settle("--take", "owner.address=mine", "--take", "owner.phone=theirs") == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "merged owner.address"
    assert main(["sync", "--once", "--profile", str(profile)]) == 0
    sync(first)
    assert _owner(first, dossier.id) == {"owner.phone": HERE["owner.phone"], "owner.address": THERE["owner.address"]}


@pytest.mark.parametrize("decision", [reviews.MINE, reviews.MERGED])
def test_a_paper_noted_since_the_review_was_opened_stays(gateway, counter, decision: str) -> None:
    first, second = counter("lan.nt"), counter("truong.nt")
    dossier = take_in(first)
    sync(first, second)
    papers = [{**item, "note": ""} for item in builtins(dossier.components)]
    assert len(papers) > 1

    def noted(**notes: str):
        return [{**item, "note": notes.get(f"p{n}", item["note"])} for n, item in enumerate(papers)]

    correcting.correct(first.desk, dossier.id, {"components": noted(p0="bản chụp"), "owner.phone": "0901111111"}, "gõ nhầm")
    correcting.correct(second.desk, dossier.id, {"components": noted(p0="bản chính"), "owner.phone": "0902222222"}, "gõ nhầm")
    sync(first, second, first)
    review, _, _ = _open(second, dossier.id)
    correcting.correct(first.desk, dossier.id, {"components": noted(p0="bản chụp", p1="thiếu chữ ký")}, "xem lại")
    sync(first, second)
    reviews.settle(second.desk, review.id, decision, take={"components": "mine"})
    sync(second, first, second)
    for station in (first, second):
        with station.store.read() as reader:
            notes = [item.note for item in reader.dossier(dossier.id).components]
        assert notes[:2] == ["bản chính", "thiếu chữ ký"]
    assert_equal(gateway, first, second)
