"""A dossier that says one thing on a counter and another in the restored database: both values before a person, either can be chosen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from counter_app.services import correct as correcting
from counter_app.services.reviews import choices, settle
from counter_app.services.workstation import Workstation
from counter_app.ui.pages.review_facts import review_line
from onestop.errors import UserError
from onestop.model import Dossier, Review
from tests.servers.gateway import ROOT, GatewayProcess
from tests.sync.test_counters import sync, text_of
from tests.sync.test_gateway_restored import AGENCY, backup, cycle, folder, gateway, restore  # noqa: F401
from tests.sync.test_push_trouble import take_in


def command(gateway: GatewayProcess, *words: str) -> dict[str, object]:  # noqa: F811
    """``central-gateway …`` as an operator types it, beside the service."""
    done = subprocess.run([sys.executable, "-m", "central_gateway.cli", *words, "--database", gateway.database],
                          capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def open_review(station: Workstation) -> Review:
    with station.store.read() as reader:
        (review,) = reader.reviews(open_only=True)
    return review


def dossier_of(station: Workstation, identity: str) -> Dossier:
    with station.store.read() as reader:
        found = reader.dossier(identity)
    assert found is not None
    return found


@pytest.mark.parametrize("decision", ["theirs", "mine"])
def test_both_values_wait_and_either_can_be_chosen(gateway, counter, folder: Path, decision: str):  # noqa: F811
    saw, missed, lost = counter(), counter(), counter()
    dossier = take_in(saw)
    sync(saw, missed, lost)
    backup(folder)
    correcting.correct(lost.desk, dossier.id, {"owner.phone": "0901111111", "subject": "Bản chỉ còn ở quầy"}, "gõ nhầm")
    sync(lost, saw)
    lost.close()
    restore(gateway, folder)
    correcting.correct(missed.desk, dossier.id, {"owner.phone": "0902222222"}, "gõ nhầm")
    cycle(missed)  # it saw nothing newer: the restored database takes it without noticing
    for _ in range(3):
        cycle(saw, missed)
    meanwhile = take_in(saw)  # a desk works on while it lasts
    assert meanwhile.code
    status = command(gateway, "recover", "status")
    assert status["state"] == "recovering", status
    command(gateway, "recover", "finish", "--yes", "--numbers-may-repeat")
    assert command(gateway, "recover", "status")["state"] == "normal"
    sync(saw, missed, saw)

    review = open_review(missed)
    assert (review.code, review.entity) == ("recovered-copy-differs", dossier.id)
    assert (review.current["owner.phone"], review.wanted["owner.phone"]) == ("0902222222", "0901111111")
    rows = {row[0]: row[1:] for row in review_line(review, missed.desk, {}, code="", late=False, choices=()).rows}
    assert rows["Điện thoại"] == ("0902222222", "0901111111")
    assert all(side.startswith("Đính chính ") and "{" not in side for side in rows["Việc bên kia không có"]), rows
    assert [c.decision for c in choices(review, dossier_of(missed, dossier.id))] == ["theirs", "mine", "merged"]
    correcting.correct(missed.desk, dossier.id, {"owner.address": "Số 1, phố Mới"}, "chuyển nhà")  # later than the review: stays
    settle(missed.desk, review.id, decision)
    settle(saw.desk, review.id, decision)  # the other desk decides in the same minute
    sync(missed, saw, missed)
    phone, subject = ("0901111111", "Bản chỉ còn ở quầy") if decision == "mine" else ("0902222222", dossier.subject)
    for station in (missed, saw):
        held = dossier_of(station, dossier.id)
        assert (held.owner.phone, held.subject, held.owner.address) == (phone, subject, "Số 1, phố Mới")
        with station.store.read() as reader:
            assert not reader.reviews(open_only=True)
            assert reader.dossier(meanwhile.id).code == meanwhile.code
        with pytest.raises(UserError, match="review-settled"):
            settle(station.desk, review.id, "theirs")
    assert text_of(saw).strip() == text_of(missed).strip() == gateway.export(AGENCY).strip()
