"""Reception: one identity, one number, all or nothing; what a mistake leaves behind is nothing."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from counter_app.domain.outcomes import ScanOutcome
from counter_app.services.lookup import look_up
from counter_app.services.receive import check, receive
from onestop.errors import InvalidFields, UserError
from onestop.ids import uuid7_hex
from onestop.model import Component, Party
from tests.desk import NOW, DeskBench, a_form, make_desk


def counted(bench: DeskBench) -> tuple[int, int]:
    with bench.store.read() as reader:
        return reader.count("dossier"), reader.outbox_summary().waiting


def test_one_identity_is_saved_once(bench: DeskBench) -> None:
    """The form keeps its id from the moment it opened: a second press of the save key is no second dossier and no second number."""
    identity = uuid7_hex()
    first = receive(bench.desk, a_form(), dossier_id=identity)[0].dossier
    with pytest.raises(UserError) as caught:
        receive(bench.desk, a_form(name="Người Khác"), dossier_id=identity)
    assert caught.value.code == "dossier-exists"
    assert bench.dossier(identity) == first and counted(bench) == (1, 1)
    following = receive(bench.desk, a_form())[0].dossier
    assert int(following.code[-4:]) == int(first.code[-4:]) + 1
    assert [change.dossiers for change in bench.heard] == [frozenset({identity}), frozenset({following.id})]


def test_a_refused_form_leaves_nothing_and_takes_no_number(bench: DeskBench) -> None:
    for form in (a_form(name=""), a_form(name="\x00"), a_form(name="An 🎉"), a_form(name="汉字"), a_form(name="𝓐n"),
                 a_form(name="x" * 10_000), a_form("0.0"), a_form("1.002835"),
                 a_form(components=()), a_form(received_at=NOW - timedelta(days=32)), a_form(received_at=NOW + timedelta(minutes=6)),
                 a_form(set_count=100), a_form(return_method="post", owner=Party(name="An")), a_form(return_method="fax"),
                 a_form(components=(Component(code="\x00", name="Tờ khai", originals=1),))):
        with pytest.raises(UserError):
            receive(bench.desk, form)
    assert counted(bench) == (0, 0) and bench.heard == []
    assert receive(bench.desk, a_form())[0].dossier.code == "H32.15-261123-2200"


def test_all_faults_are_told_at_once(bench: DeskBench) -> None:
    wrong = a_form(owner=Party(name="", id_no="1", dob="x", phone="1", address="y" * 301), set_count=0, subject="s" * 1001)
    with pytest.raises(InvalidFields) as caught:
        check(bench.desk, wrong)
    assert set(caught.value.fields) == {"owner.name", "owner.id_no", "owner.dob", "owner.phone", "owner.address", "set_count", "subject"}
    assert wrong.owner.address == "y" * 301


@pytest.mark.parametrize("name", ["Công ty TNHH A+B", "Hộ ông Y’Bhăm Êban", "Nguyễn Văn A (đã mất)", 'DNTN "Hai Sơn" & con',
                                  "H'Mông 3/4"])
def test_names_as_they_are(bench: DeskBench, name: str) -> None:
    kind = "organisation" if "Công" in name or "DNTN" in name else "person"
    assert receive(bench.desk, a_form(owner=Party(name=name, kind=kind)))[0].dossier.owner.name == name  # type: ignore[arg-type]


def test_decomposed_letters_are_composed_and_count_as_one(bench: DeskBench) -> None:
    name = "ệ" * 200
    saved = receive(bench.desk, a_form(owner=Party(name=unicodedata.normalize("NFD", name))))[0].dossier
    assert saved.owner.name == name
    with bench.store.read() as reader:
        assert [row.id for row in reader.find("e" * 200)] == [saved.id]


def test_warnings_never_block(bench: DeskBench) -> None:
    """An identity number that does not agree with gender and year of birth (issuing errors exist), a postal code that is none."""
    form = a_form(owner=Party(name="An", id_no="001099012345", dob="1950", gender="female"), postal_code="EA123456789VN")
    done = receive(bench.desk, form)[0]
    assert "postal-check" in done.warnings and len(done.warnings) >= 2
    assert done.dossier.code


def test_papers_may_be_missing_knowingly(bench: DeskBench) -> None:
    with pytest.raises(UserError) as caught:
        receive(bench.desk, a_form(components=()))
    assert caught.value.code == "components-missing" and "Tờ khai" in caught.value.message
    done = receive(bench.desk, a_form(components=(), acknowledge_missing=True))[0]
    assert [missing.code for missing in done.missing] == ["TP01"] and done.dossier.components == ()


def test_the_version_of_the_day(bench: DeskBench) -> None:
    procedure, _, _ = check(bench.desk, a_form("2.000205", received_at=NOW - timedelta(days=3)))
    assert procedure.version == 2
    with pytest.raises(UserError) as caught:
        receive(bench.desk, a_form("2.001583"))
    assert caught.value.code == "authority-elsewhere"
    assert caught.value.facts["system"] in caught.value.message


def test_provisional_numbers_where_the_agency_says_so(tmp_path: Path) -> None:
    bench = make_desk(tmp_path, numbering="provisional")
    try:
        saved = receive(bench.desk, a_form())[0].dossier
        assert saved.code is None and saved.provisional_code and saved.shown_code == saved.provisional_code
        looked = look_up(bench.desk, saved.provisional_code)
        assert looked.dossier is not None and looked.dossier.id == saved.id
    finally:
        bench.close()


@pytest.mark.parametrize(("user", "code"), [(None, "not-signed-in"), ("minh.nt", "role-missing"), ("thu.nt", "role-missing"),
                                            ("quantri.nt", "role-missing")])
def test_who_may_receive(bench: DeskBench, user: str | None, code: str) -> None:
    bench.desk.staff = None
    if user:
        bench.sign_in(user)
    with pytest.raises(UserError) as caught:
        receive(bench.desk, a_form())
    assert caught.value.code == code and counted(bench) == (0, 0)


@pytest.mark.parametrize(("text", "outcome"), [
    ("H19.01-261123-0001", ScanOutcome.OTHER_PROVINCE), ("H32.15-261123-9999", ScanOutcome.NOT_FOUND),
    ("001099012345|123456789|Nguy\ufffdn V?n An|01011999|Nam|Nha Trang|01012022", ScanOutcome.CARD_GARBLED),
    ("001099012345|123456789|Nguyễn Văn An|01011999|Nam|Nha Trang|01012022", ScanOutcome.FILLED_CARD),
    ("🎉", ScanOutcome.UNKNOWN_TEXT), ("\x00", ScanOutcome.UNKNOWN_TEXT), ("x" * 10_000, ScanOutcome.UNKNOWN_TEXT),
])
def test_what_a_scan_comes_to(bench: DeskBench, text: str, outcome: ScanOutcome) -> None:
    assert look_up(bench.desk, text).outcome is outcome


def test_every_spelling_of_a_code_opens_it(bench: DeskBench) -> None:
    saved = receive(bench.desk, a_form())[0].dossier
    assert saved.code is not None
    for text in (saved.code, f" {saved.code.lower()}\r\n", f"https://dichvucong.gov.vn/tra-cuu?ma_ho_so={saved.code}"):
        looked = look_up(bench.desk, text)
        assert looked.dossier is not None and looked.dossier.id == saved.id, text
