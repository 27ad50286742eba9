"""Every kind of decision that two desks can make necessary, made by two real counters while apart: both windows show both values, one
key settles it at either desk (or the command does), and afterwards both counters and the centre hold the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from counter_app.cli import main as counter_command
from counter_app.services import correct as correcting
from counter_app.services import fees, handover, lifecycle
from counter_app.services.receive import ReceiveForm, receive
from counter_app.ui.pages.review_facts import ReviewLine
from onestop.calendar import DayRule
from onestop.codec import builtins
from onestop.model import Dossier, Party, Review
from onestop.states import State
from onestop.wire import Lease
from tests.faults import proxy as faults
from tests.faults.checker import ask, check_all
from tests.faults.test_clock import MovedClock
from tests.servers.gateway import GatewayProcess
from tests.ui.centre.conftest import PASSWORD, Window, Windows, wait_until

UNIT = "H32.15.01"
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)
_people = count(300_000)


def take_in(window: Window, id_no: str = "") -> Dossier:
    owner = Party(name="Nguyễn Văn An", id_no=id_no or f"001099{next(_people)}", dob="1999", gender="male", address="Số 1 Trần Phú")
    return receive(window.desk, ReceiveForm(procedure="1.004873", owner=owner))[0].dossier


@dataclass
class Case:
    """``before``: online, at the first desk; returns what the others are given (a dossier, a slip). ``first``, ``second``: each desk
    without a line, the first one arrives first; what they return is what the review is about, where that is not the same thing.
    ``shown``: words of both values in the detail of the page. ``choices``: what the buttons say. ``key``: which of them is pressed,
    at desk ``at``. ``then``: what the dossier is afterwards, everywhere."""

    code: str
    title: str
    first: Callable[[Window, str], object]
    second: Callable[[Window, str], object]
    shown: tuple[str, ...]
    choices: tuple[str, ...]
    before: Callable[[Window], str] = lambda window: take_in(window).id
    key: int = 0
    at: int = 0
    then: Callable[[Dossier], bool] = lambda dossier: True


def correct(**values: object) -> Callable[[Window, str], object]:
    changes = {name.replace("_", ".", 1): value for name, value in values.items()}
    return lambda window, dossier: correcting.correct(window.desk, dossier, changes, "gõ nhầm")


def in_work(window: Window) -> str:
    dossier = take_in(window)
    out, _ = handover.create_slip(window.desk, "out", UNIT, [dossier.id])
    handover.confirm_slip(window.desk, out.id, person="Bà Hạnh")
    return dossier.id


def asked(window: Window) -> str:
    dossier = take_in(window)
    fees.add_fee(window.desk, dossier.id, code="LP", name="Lệ phí", entry="due", amount=8_000)
    return dossier.id


def paid(window: Window) -> str:
    dossier = take_in(window)
    fees.add_fee(window.desk, dossier.id, code="LP", name="Lệ phí", amount=8_000)
    return dossier.id


def a_slip(window: Window) -> str:
    slip, _ = handover.create_slip(window.desk, "out", UNIT, [take_in(window).id, take_in(window).id])
    return slip.id


def counted(how_many: int) -> Callable[[Window, str], object]:
    def confirm(window: Window, slip_id: str) -> object:
        with window.station.store.read() as reader:
            dossiers = [line.dossier for line in reader.slip(slip_id).lines]
        return handover.confirm_slip(window.desk, slip_id, received=dossiers[:how_many], person="Bà Hạnh")

    return confirm


def later_by(days: int) -> Callable[[Window, str], object]:
    def extend(window: Window, dossier: str) -> object:
        with window.station.store.read() as reader:
            due = reader.dossier(dossier).due_at
        return lifecycle.extend(window.desk, dossier, due + timedelta(days=days), "chờ xác minh")

    return extend


def papers(note: str) -> Callable[[Window, str], object]:
    def noted(window: Window, dossier: str) -> object:
        with window.station.store.read() as reader:
            held = [{**item, "note": ""} for item in builtins(reader.dossier(dossier).components)]
        return correcting.correct(window.desk, dossier, {"components": [{**held[0], "note": note}, *held[1:]]}, "xem lại giấy tờ")

    return noted


def with_another_calendar(window: Window, _: str) -> object:
    """The desk's calendar knows of a day off that the centre's does not have (any more)."""
    calendar, today = window.desk.calendar, window.desk.today()
    off = {today + timedelta(days=n): DayRule("off", note="nghỉ") for n in range(1, 4)}
    window.desk.calendar = replace(calendar, days={**calendar.days, **off})
    try:
        return take_in(window).id
    finally:
        window.desk.calendar = calendar


def nothing(window: Window, entity: str) -> object:
    return None


SAME_PERSON = f"001099{next(_people)}"
CASES: dict[str, Case] = {
    "one field": Case("field-changed-elsewhere", "Đính chính", correct(owner_phone="0901111111"), correct(owner_phone="0902222222"),
                      ("Điện thoại", "0901111111", "0902222222"), ("Giữ giá trị trung tâm", "Ghi giá trị của quầy"), key=1,
                      then=lambda d: d.owner.phone == "0902222222"),
    "one field, the centre's": Case("field-changed-elsewhere", "Đính chính", correct(owner_name="Nguyễn Văn Một"),
                                    correct(owner_name="Nguyễn Văn Hai"), ("Tên chủ hồ sơ", "Nguyễn Văn Một", "Nguyễn Văn Hai"),
                                    ("Giữ giá trị trung tâm", "Ghi giá trị của quầy"), at=1,
                                    then=lambda d: d.owner.name == "Nguyễn Văn Một"),
    "papers": Case("field-changed-elsewhere", "Đính chính", papers("bản chụp"), papers("bản chính"), ("bản chụp", "bản chính"),
                   ("Giữ giá trị trung tâm", "Ghi giá trị của quầy"), key=1, at=1, then=lambda d: d.components[0].note == "bản chính"),
    "two moves": Case("transition-not-allowed", "Yêu cầu nộp tiền",
                      lambda w, d: lifecycle.ask_supplement(w.desk, d, ("Bản sao giấy khai sinh",), "thiếu"),
                      lambda w, d: lifecycle.ask_payment(w.desk, d, "chưa nộp lệ phí"), ("Yêu cầu bổ sung",),
                      ("Giữ giá trị trung tâm",), then=lambda d: d.status == State.SUPPLEMENT),
    "two results": Case("done-otherwise", "Hai quầy làm khác nhau", lambda w, d: lifecycle.register_result(w.desk, d, number="KQ-1"),
                        lambda w, d: lifecycle.register_result(w.desk, d, number="KQ-2"), ("KQ-1", "KQ-2"),
                        ("Giữ giá trị trung tâm",), before=in_work, at=1, then=lambda d: d.result.number == "KQ-1"),
    "two due dates": Case("due-changed-elsewhere", "Gia hạn", later_by(7), later_by(14), ("Ngày hẹn trả", "17:00"),
                          ("Giữ giá trị trung tâm", "Ghi giá trị của quầy"), key=1,
                          then=lambda d: d.due_at - d.original_due_at == timedelta(days=14)),
    "a slip counted twice": Case("slip-counted-otherwise", "Phiếu đếm khác nhau", counted(2), counted(1), ("đã nhận", "không nhận"),
                                 ("Giữ giá trị trung tâm",), before=a_slip),
    "paid twice": Case("paid-twice", "Thu hai lần một khoản",
                       lambda w, d: fees.add_fee(w.desk, d, code="LP", name="Lệ phí", amount=8_000),
                       lambda w, d: fees.add_fee(w.desk, d, code="LP", name="Lệ phí", amount=8_000), ("8.000",), ("Đã xem",), before=asked,
                       at=1, then=lambda d: sum(row.entry == "collected" for row in d.fees) == 2),
    "refunded twice": Case("refund-too-large", "Hoàn tiền nhiều hơn đã thu",
                           lambda w, d: fees.add_fee(w.desk, d, code="LP", entry="refunded", amount=8_000),
                           lambda w, d: fees.add_fee(w.desk, d, code="LP", entry="refunded", amount=8_000), (), ("Đã xem",),
                           before=paid, then=lambda d: sum(row.entry == "refunded" for row in d.fees) == 2),
    "the same person": Case("maybe-duplicate", "Có thể trùng hồ sơ", lambda w, _: take_in(w, SAME_PERSON).id and None,
                            lambda w, _: take_in(w, SAME_PERSON).id, ("Mã hồ sơ", "quầy"), ("Giữ cả hai hồ sơ",)),
    "another calendar": Case("due-date-differs", "Ngày hẹn khác cách tính", nothing, with_another_calendar,
                             ("Đã in trên giấy hẹn", "Trung tâm tính lại"), ("Đã xem",), at=1),
}


@dataclass
class Office:
    """Two desks after their time apart; ``about``: what each case's review is about."""

    gateway: GatewayProcess
    desks: tuple[Window, Window]
    about: dict[str, str]

    def sync(self) -> None:
        for desk in (*self.desks, *self.desks):
            desk.station.engine.run_once()

    def review(self, case: str, code: str = "") -> Review:
        """As the centre holds it, whether settled or not."""
        rows = ask(self.gateway, "SELECT data FROM entity WHERE kind = 'review'")
        held = [msgspec.json.decode(raw, type=Review) for (raw,) in rows]
        (found,) = [one for one in held if one.entity == self.about[case] and one.code == (code or CASES[case].code)]
        return found


@pytest.fixture(scope="module")
def office(windows: Windows, gateway: GatewayProcess) -> Iterator[Office]:
    """Each case happens; afterwards C1–C7 hold over both desks and the centre."""
    first, second = desks = windows(), windows()
    given = {name: case.before(first) for name, case in CASES.items()}
    first.now()
    first.works()
    second.now()
    wait_until(lambda: second.station.engine.run_once().ok)
    for desk in desks:
        desk.line.rule("*", "/v1/", faults.rst_before, times=100_000)
    about = {}
    for name, case in CASES.items():
        case.first(first, given[name])
        other = case.second(second, given[name])
        about[name] = other if isinstance(other, str) else given[name]
    for desk in desks:
        desk.mend()
        wait_until(lambda desk=desk: desk.station.engine.run_once().ok and not desk.waiting())
    made = Office(gateway, desks, about)
    made.sync()
    yield made
    check_all(gateway, [desk.station for desk in desks])


def shown(desk: Window, review: Review) -> ReviewLine:
    """The line of the page, put under the cursor."""
    wait_until(lambda: any(line.id == review.id for line in desk.page.reviews.rows()))
    at = next(n for n, line in enumerate(desk.page.reviews.rows()) if line.id == review.id)
    desk.page.reviews.select(at)
    return desk.page.reviews.current_row()


def gone(desk: Window, review: Review) -> bool:
    desk.station.engine.run_once()
    desk.page.presenter.refresh()
    return all(line.id != review.id for line in desk.page.reviews.rows())


def pressable(desk: Window) -> int:
    """How many of the buttons that decide are whole within the card (a card with long values scrolls with the page)."""
    card = desk.page.detail
    return sum(button.isVisible() and card.rect().contains(QRect(button.mapTo(card, QPoint()), button.size()))
               and button.parentWidget().rect().contains(button.geometry()) for button in desk.page.choice_buttons)


@pytest.mark.parametrize("name", CASES)
def test_both_desks_see_both_values_and_one_key_settles_it(office: Office, name: str) -> None:
    case, review = CASES[name], office.review(name)
    assert review.status == "open"
    for desk in office.desks:
        line = shown(desk, review)
        said = " ".join((line.message, *line.heads, *(part for row in line.rows for part in row)))
        assert line.what == case.title and not [words for words in case.shown if words not in said], (line.what, said)
        assert tuple(choice.label for choice in line.choices) == case.choices
        assert desk.page._message.text() == review.message
        assert f"quầy {review.device}" in desk.page._who.text() or "quầy này" in desk.page._who.text()
        wait_until(lambda desk=desk: pressable(desk) == len(case.choices))
    desk = office.desks[case.at]
    shown(desk, review)
    desk.press(KEYS[case.key])
    wait_until(lambda: all(line.id != review.id for line in desk.page.reviews.rows()))
    settled(office, review)
    assert office.review(name).status == "settled"
    if case.then is not Case.then:
        held = []
        for one in office.desks:
            with one.station.store.read() as reader:
                held.append(reader.dossier(office.about[name]))
        assert held[0] == held[1] and case.then(held[0]), held[0]


def apart(office: Office, *acts: Callable[[], object]) -> None:
    """Each act at its desk without a line; then both are back."""
    for desk in office.desks:
        desk.line.rule("*", "/v1/", faults.rst_before, times=100_000)
    for act in acts:
        act()
    for desk in office.desks:
        desk.mend()
        wait_until(lambda desk=desk: desk.station.engine.run_once().ok and not desk.waiting())
    office.sync()


def new_case(office: Office, name: str) -> str:
    """A dossier both desks have."""
    office.about[name] = take_in(office.desks[0]).id
    office.sync()
    return office.about[name]


def settled(office: Office, review: Review) -> None:
    wait_until(lambda: all([gone(desk, review) for desk in office.desks]))


def test_one_code_on_two_papers_gets_a_new_one_by_one_key(office: Office) -> None:
    """The second desk was given the first one's lane by a fault of the centre."""
    first, second = office.desks
    with second.station.store.read() as reader:
        own = reader.leases()

    def one_lane() -> None:
        for desk in office.desks:
            take_in(desk)  # whatever number the centre gave ahead is used up
        with first.station.store.read() as reader:
            lanes, used = reader.leases(), reader.store.facts(reader)
        give_lanes(second, lanes, used.lanes)

    made: list[Dossier] = []
    apart(office, one_lane, lambda: made.append(take_in(first)), lambda: made.append(take_in(second)), lambda: give_lanes(second, own, {}))
    kept, bare = made
    assert kept.code == bare.code, "the fault is set up"
    office.about["clash"] = bare.id
    review = office.review("clash", "code-clash")
    for desk in office.desks:
        line = shown(desk, review)
        assert line.what == "Trùng mã hồ sơ" and any(bare.code in row for row in line.rows)
        assert [choice.label for choice in line.choices] == ["Cấp mã mới", "Giữ giá trị trung tâm"]
    shown(second, review)
    second.press(KEYS[0])
    wait_until(lambda: second.program.window.current_page_id() == "dossier")  # there its receipt is printed again
    settled(office, review)
    codes = set()
    for desk in office.desks:
        with desk.station.store.read() as reader:
            assert reader.dossier(kept.id).code == kept.code
            codes.add(reader.dossier(bare.id).code)
    assert len(codes) == 1 and codes.isdisjoint({kept.code, None, ""})


def give_lanes(desk: Window, lanes: list[Lease], used: dict[str, tuple[str, int]]) -> None:
    with desk.station.store.write() as unit:
        facts = unit.store.facts(unit)
        unit.drop_leases()
        unit.save_leases(lanes)
        unit.numbers = msgspec.structs.replace(facts, lanes={**facts.lanes, **used})


def test_two_decisions_for_one_thing_are_shown_to_both(office: Office) -> None:
    first, second = office.desks
    dossier = new_case(office, "decided twice")
    apart(office, lambda: correct(owner_phone="0901111111")(first, dossier), lambda: correct(owner_phone="0902222222")(second, dossier))
    review = office.review("decided twice", "field-changed-elsewhere")

    def press(desk: Window, key: int) -> None:
        shown(desk, review)
        desk.press(KEYS[key])
        wait_until(lambda: all(line.id != review.id for line in desk.page.reviews.rows()))

    apart(office, lambda: press(first, 0), lambda: press(second, 1))
    again = office.review("decided twice", "settled-differently")
    for desk in office.desks:
        line = shown(desk, again)
        assert line.what == "Hai quyết định khác nhau"
        assert line.rows[0][1:] == ("Giữ giá trị trung tâm", "Ghi giá trị của quầy")
    shown(first, again)
    first.press(KEYS[0])
    settled(office, again)
    for desk in office.desks:
        with desk.station.store.read() as reader:
            assert reader.review(review.id).status == reader.review(again.id).status == "settled"
            assert reader.dossier(dossier).owner.phone == "0902222222", "the desk's value was sent and stands"


def test_work_of_a_locked_account_is_kept_and_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = office.desks
    head = second.desk.staff
    with second.station.store.read() as reader:
        second.desk.staff = next(person.row for person in reader.staff_list() if person.row.username == "lan.nt")
    try:
        office.gateway.lock("lan.nt")  # nobody has told the desk yet
        with monkeypatch.context() as later:
            MovedClock(second.station, later).slept = 5.0  # its clock may be two seconds behind the centre's
            apart(office, lambda: office.about.update({"locked": take_in(second).id}))
    finally:
        second.desk.staff = head
    review = office.review("locked", "staff-not-allowed")
    for desk in office.desks:
        assert shown(desk, review).what == "Người làm không có quyền" and "đã bị khóa" in desk.page._message.text()
    shown(first, review)
    first.press(KEYS[0])
    settled(office, review)


def test_the_command_settles_what_the_window_shows(office: Office, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Beside the open window, on the same store: the window follows, and so does the other desk."""
    first, second = office.desks
    dossier = new_case(office, "by command")
    apart(office, lambda: correct(owner_phone="0901111111")(first, dossier), lambda: correct(owner_phone="0902222222")(second, dossier))
    review = office.review("by command", "field-changed-elsewhere")
    shown(second, review)
    profile = second.station.profile
    monkeypatch.setenv("COUNTER_APP_PASSWORD", PASSWORD)
    monkeypatch.setenv("COUNTER_APP_PIN", "2468")
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(profile.witness_dir))
    assert counter_command(["conflicts", "--profile", str(profile.dir)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [one for one in lines if one["id"] == review.id]
    assert (line["current"], line["wanted"]) == ({"owner.phone": "0901111111"}, {"owner.phone": "0902222222"})
    assert counter_command(["resolve", review.id, "--keep", "mine", "--profile", str(profile.dir), "--user", "truong.nt"]) == 0
    settled(office, review)
    for desk in office.desks:
        with desk.station.store.read() as reader:
            assert reader.dossier(dossier).owner.phone == "0902222222"
