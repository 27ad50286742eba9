"""Scans that no page wants: each ends in one outcome and nothing read is lost."""

from dataclasses import replace

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication

from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner.router import Router
from counter_app.services.lookup import look_up
from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import InlineRunner
from counter_app.ui.pages.find_presenter import build_find_page
from counter_app.ui.scan_dispatch import ScanDispatch, scan_name
from counter_app.ui.scan_offer import ScanOffer
from counter_app.ui.widgets import KeyButton
from onestop.codec import encode
from onestop.states import State
from onestop.wire import LookupReply
from tests.desk import NOW
from tests.ui.pages.stage import in_window, make_stage

FAR = "H32.01-261120-0077"
CARD = "056080001914||Trần Văn Không|23081980|Nam|Số 1 đường Yersin, phường Nha Trang, tỉnh Khánh Hòa|01012022"


class Centre:
    """The centre as it answers; None: there is no network."""

    def __init__(self, reply):
        self.reply, self.asked = reply, []

    def lookup(self, code):
        self.asked.append(code)
        if self.reply is None:
            raise NotReached()
        return self.reply


@pytest.fixture
def desk_and_dispatch(app, bench):
    stage = make_stage(bench)
    dispatch = ScanDispatch(stage.ctx, dialog_open=lambda: False)
    stage.ctx.scans = Router(scan_name, dispatch.on_outcome)
    stage.offers = []
    dispatch.offered.connect(lambda notice, detail, actions: stage.offers.append((notice, detail, [a for a, _ in actions])))
    return stage, dispatch


def test_a_code_of_ours_opens_at_once(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    dossier = stage.bench.with_status(State.DONE)
    stage.scan(dossier.code)
    assert stage.went == [("open_dossier", dossier.id)] and stage.outcomes == [ScanOutcome.FOUND_LOCAL]


def test_a_slip_opens(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    with stage.bench.store.read() as reader:
        slip = reader.list_slips(limit=1)[0]
    stage.scan(slip.number)
    assert stage.went == [("open_slip", slip.id)] and stage.outcomes == [ScanOutcome.SLIP_OPENED]


def test_unknown_here_is_asked_at_the_centre(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    there = replace(stage.bench.with_status(State.DONE), id="e" * 32, code=FAR, agency="H32.01")
    stage.ctx.central = Centre(LookupReply(found=True, kind="dossier", as_of=NOW, data=msgspec.Raw(encode(there))))
    stage.scan(FAR)
    assert stage.outcomes == [ScanOutcome.ASKING_CENTRAL, ScanOutcome.FOUND_CENTRAL]
    assert stage.went[0][0] == "show_answer" and stage.went[0][1].provenance == "central"


def test_without_a_network_it_says_so(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    stage.ctx.central = Centre(None)
    stage.scan(FAR)
    assert stage.outcomes[-1] is ScanOutcome.OFFLINE_NOT_FOUND and stage.offers[0][2] == ["search", "copy", "receive"]


def test_a_known_cut_is_not_waited_for(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    stage.ctx.central = Centre(LookupReply(found=False))
    stage.ctx.link = lambda: LinkState.OFFLINE
    stage.scan(FAR)
    assert stage.outcomes == [ScanOutcome.OFFLINE_NOT_FOUND]


def test_a_late_answer_is_dropped(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    stage.ctx.tasks = InlineRunner(hold=True)
    stage.ctx.central = Centre(LookupReply(found=False))
    stage.scan(FAR)
    dossier = stage.bench.with_status(State.DONE)
    stage.scan(dossier.code)
    stage.ctx.tasks.release()
    assert stage.outcomes == [ScanOutcome.ASKING_CENTRAL, ScanOutcome.FOUND_LOCAL]


def test_another_provinces_code(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    stage.scan("H08.15-261120-0077")
    assert stage.outcomes == [ScanOutcome.OTHER_PROVINCE]
    assert stage.said[0][0].say(**stage.said[0][1]).startswith("Mã H08.15-261120-0077 thuộc Bình Định.")


@pytest.mark.parametrize(("code", "whose"), [("000.00.16.H59-230505-0001", "Trà Vinh"), ("H77.01-261120-0001", "tỉnh khác"),
                                             ("G09.20-20260609-0092637", "tỉnh khác"), ("H01.1-261120-0001", "An Giang"),
                                             ("H63.1-261120-0001", "Yên Bái")])
def test_whose_code_it_is(bench, code, whose):
    found = look_up(bench.desk, code)
    assert (found.outcome, found.province) == (ScanOutcome.OTHER_PROVINCE, whose)


def test_a_card_lists_the_persons_dossiers(desk_and_dispatch):
    stage, _ = desk_and_dispatch
    owner = stage.bench.with_status(State.DONE).owner
    stage.scan(CARD.replace("056080001914", owner.id_no).replace("Trần Văn Không", owner.name))
    kind, (title, dossiers) = stage.went[0]
    assert (
        kind == "show_found"
        and owner.name in title
        and all(owner.id_no in (d.owner.id_no, d.submitter and d.submitter.id_no) for d in dossiers)
    )


def test_a_card_nobody_knows_offers_a_reception(desk_and_dispatch):
    stage, dispatch = desk_and_dispatch
    stage.scan(CARD)
    assert stage.outcomes == [ScanOutcome.PERSON_UNKNOWN]
    dispatch.act("receive")
    assert stage.went[-1][0] == "receive_for" and stage.went[-1][1].name == "Trần Văn Không"


def test_unknown_text_is_kept(desk_and_dispatch):
    stage, dispatch = desk_and_dispatch
    stage.scan("https://example.com/abc")
    assert stage.outcomes == [ScanOutcome.UNKNOWN_TEXT] and stage.offers
    dispatch.act("copy")
    assert QGuiApplication.clipboard().text() == "https://example.com/abc"
    stage.scan("gach men 60x60")
    dispatch.act("search")
    assert stage.went[-1] == ("search", "gach men 60x60")


def test_a_dialog_keeps_scans_out(app, bench):
    stage = make_stage(bench)
    stage.ctx.scans = Router(scan_name, ScanDispatch(stage.ctx, dialog_open=lambda: True).on_outcome)
    stage.scan(bench.with_status(State.DONE).code)
    assert stage.outcomes == [ScanOutcome.UNWANTED_HERE] and stage.went == []


def test_typed_words_are_searched_and_codes_opened(desk_and_dispatch):
    stage, dispatch = desk_and_dispatch
    dossier = stage.bench.with_status(State.DONE)
    dispatch.typed("nguyen van")
    dispatch.typed(dossier.code.lower())
    assert stage.went == [("search", "nguyen van"), ("open_dossier", dossier.id)]


def test_the_offer_lies_over_the_page(desk_and_dispatch, qtbot):
    stage, dispatch = desk_and_dispatch
    window, _page = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    offer = ScanOffer(dispatch, window.current_page())
    stage.scan("gach men 60x60")
    assert offer.isVisible() and "Chép" in [b.text() for b in offer.findChildren(KeyButton)]
    assert window.current_page().rect().contains(offer.geometry())
    stage.scan(stage.bench.with_status(State.DONE).code)
    assert not offer.isVisible()
