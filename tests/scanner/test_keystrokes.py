"""A scanner is told from a person by timing; nobody's typing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.published import bundled_codes
from counter_app.scanner.gate import Wrapping
from counter_app.scanner.keystrokes import MAX_CHARACTERS, Action, BurstDetector
from counter_app.scanner.known import TypedGrammar
from counter_app.scanner.positions import us_character
from counter_app.scanner.repair import repair

CODE = "H59.16.12-260213-0042"
LONG = "000.00.16.H59-260213-0042"
POST = "EE123456785VN"
GRAMMAR = TypedGrammar(bundled_codes, Wrapping)
FITS, PROVES = GRAMMAR.fits, GRAMMAR.proves


class Field:
    """What a field would hold if the caller did what the detector says."""

    def __init__(self) -> None:
        self.detector = BurstDetector(FITS, PROVES)
        self.notes: list[str | None] = []
        self.text, self.held = "", ""
        self.befores: list[str] = []
        self.scans: list[str] = []
        self.now = 100.0

    def type(self, text: str, gap: float, in_field: bool = True) -> Field:
        for char in text:
            self.now += gap
            if self.detector.is_start(self.now):
                if not self.detector.continues(self.now):
                    self.befores.clear()
                self.befores.append(self.text)
            self._do(self.detector.character(char, self.now, in_field), char)
        return self

    def enter(self, gap: float = 0.01) -> Field:
        self.now += gap
        self._do(self.detector.terminator(self.now), "\n")
        return self

    def silence(self, after: float | None = None) -> Field:
        """The timer says that nothing came; without ``after`` for good."""
        verdict = self.detector.silence(None if after is None else self.now + after)
        if verdict.action is not Action.HOLD:
            self._do(verdict, "")
        return self

    def _do(self, verdict, char: str) -> None:
        match verdict.action:
            case Action.PASS:
                self.text += char
            case Action.HOLD:
                self.held += char if char != "\n" else ""
            case Action.GIVE_BACK:
                self.text += self.held + char
                self.held = ""
                if self.befores and len(self.befores) > 1:
                    self.befores[-1] = self.text[: -len(char)] if char else self.text
            case Action.SCAN:
                self.held, self.text = "", self.befores[-verdict.pieces]
                self.scans.append(verdict.text)
        if verdict.note or verdict.action is Action.SCAN:
            self.notes.append(verdict.note)


def test_a_scan_leaves_the_field_as_it_was_with_and_without_terminator():
    assert Field().type(CODE, 0.008).enter().scans == [CODE]
    field = Field()
    field.text = "đang gõ dở"
    field.type(CODE, 0.008).silence()
    assert (field.scans, field.text, field.held) == ([CODE], "đang gõ dở", "")


def test_carriage_return_and_line_feed_are_one_end():
    field = Field().type(CODE, 0.008).enter().enter(0.004)
    assert (field.scans, field.text) == ([CODE], "")
    assert field.enter(2.0).text == "\n", "the person's own Enter later is hers"


def test_slow_scanner_at_the_limit_reads_and_a_fast_typist_does_not():
    assert Field().type(CODE, 0.034).enter().scans == [CODE]
    typist = Field().type(CODE, 0.060).enter()
    assert (typist.scans, typist.text) == ([], CODE + "\n")


def test_short_bursts_are_typing():
    field = Field().type("00012", 0.01).enter()
    assert (field.scans, field.text) == ([], "00012\n")


def test_what_no_scanner_of_ours_types_stays_in_the_field_but_is_a_scan_outside():
    inside = Field().type("0912345678", 0.005).enter()
    assert (inside.scans, inside.text) == ([], "0912345678\n")
    outside = Field().type("0912345678", 0.005, in_field=False).enter()
    assert outside.scans == ["0912345678"]


def test_two_scans_in_a_row():
    other = CODE[:-1] + "3"
    assert Field().type(CODE, 0.01).enter().type(other, 0.01).enter().scans == [CODE, other]
    field = Field().type(CODE, 0.01)
    field.now += 0.5  # no terminator and the silence not told in time: at least nothing typed disappears
    assert field.type("x", 0.3).held == ""


def test_caps_lock_and_french_layout_are_undone_when_the_grammar_proves_it():
    assert repair("https://dvc.vn/Ab".swapcase(), "https://dvc.vn/Ab".__eq__) == ("https://dvc.vn/Ab", "caps-lock")
    assert FITS(CODE.swapcase()), "codes have no case: nothing to repair"
    french = CODE.translate(str.maketrans("1234567890-.", "&é\"'(-è_çà):"))
    assert repair("abc", PROVES) == ("abc", None)
    assert repair(CODE, PROVES) == (CODE, None)
    fixed, note = repair(french, PROVES)
    assert note == "keyboard-layout" and PROVES(fixed)
    address = f"https://dvc.example.vn/tra-cuu?MHS={LONG}"
    assert repair(address.swapcase(), PROVES) == (address, "caps-lock")
    card = "001099012345||Nguyen Van An|01011999|Nam|So 1, Ha Noi|15082021"
    assert repair(card.swapcase(), PROVES) == (card, "caps-lock")


def test_any_layout_is_undone_by_the_places_of_the_keys():
    german = POST[:2] + POST[2:].replace("5", "ß")
    assert repair(german, PROVES, by_position=POST) == (POST, "keyboard-layout")
    assert repair(german, PROVES) == (german, None), "without places nothing is guessed"
    assert repair(german, PROVES, by_position=POST[:-3] + "4VN") == (german, None), "nor without a proof"
    assert [us_character(*key) for key in ((2, False), (2, True), (35, True), (52, False), (12, False), (86, False))] == [
        "1", "!", "H", ".", "-", ""]


def test_what_an_input_method_made_of_a_code_is_undone_when_the_grammar_proves_it():
    assert repair("Ê123456785VN", PROVES) == (POST, "input-method")
    assert repair("Ê123456784VN", PROVES) == ("Ê123456784VN", None), "the check digit is wrong: not proven"
    rewritten = f"https://dvc.êxample.vn/tra-cuu?MHS={LONG}"
    assert repair(rewritten, PROVES) == (rewritten, "input-method"), "the code is whole, the address is not: said, not guessed"


def test_an_input_helper_that_takes_characters_back_is_named():
    field = Field().type("http://x.vn/a", 0.005)
    field.now += 0.002
    assert field.detector.backspace(field.now).action is Action.HOLD
    field.type(f"á?mhs={LONG}", 0.005).enter()
    assert (field.scans, field.notes) == ([f"http://x.vn/á?mhs={LONG}"], ["input-method"])
    typed = Field().type("tiee", 0.005)
    typed.now += 0.002
    typed.detector.backspace(typed.now)
    typed.type("ếng Việt", 0.005).enter()
    assert (typed.scans, typed.notes) == ([], ["input-method"])


def test_pieces_of_one_scan_are_joined_and_the_rest_alone_opens_nothing():
    for at in range(1, len(LONG)):
        for pause in (0.15, 0.4, 0.9):
            field = Field()
            field.text = "đang gõ dở"
            field.type(LONG[:at], 0.004)
            if pause > 0.15:
                field.silence(0.13)
            field.now += pause
            field.type(LONG[at:], 0.004).enter()
            assert (field.scans, field.text, field.held) == ([LONG], "đang gõ dở", ""), (at, pause)


def test_a_torn_code_of_an_undeclared_form_is_given_back_rather_than_cut():
    field = Field().type("0000UBND.", 0.004).silence()
    field.now += 0.3
    field.type("UB7-260213-0042", 0.004).enter()
    assert (field.scans, field.text) == ([], "0000UBND.UB7-260213-0042\n")


def test_of_a_scanner_that_always_sent_enter_a_little_more_is_waited_for():
    field = Field().type(LONG[:-1], 0.004).enter().type(LONG[:-1], 0.004)
    assert field.detector.silence(field.now + 0.13).action is Action.HOLD, "a digit may still come"
    field.now += 0.2
    assert field.type(LONG[-1], 0.004).enter().scans == [LONG[:-1], LONG]
    field.type(LONG, 0.004)
    assert field.detector.silence(field.now + 0.7).action is Action.SCAN


def test_a_code_delivered_twice_without_an_end_between_is_one_scan():
    assert Field().type(LONG + LONG, 0.004).enter().scans == [LONG]
    assert Field().type(LONG + CODE, 0.004).enter().scans == []


def test_the_enter_that_comes_after_the_silence_presses_nothing():
    field = Field().type(LONG, 0.004).silence()
    assert field.enter(0.3).text == "" and field.scans == [LONG]
    assert field.enter(1.0).text == "\n"


def test_a_megabyte_of_keys_is_bounded_said_once_and_comes_back():
    detector, held, out, notes = BurstDetector(FITS, PROVES), 0, 0, []
    for n in range(1_000_000):
        verdict = detector.character("9", n * 0.001, in_field=True)
        out += {Action.HOLD: 0, Action.PASS: 1, Action.GIVE_BACK: held + 1}[verdict.action]
        held = held + 1 if verdict.action is Action.HOLD else 0
        notes += [verdict.note] * bool(verdict.note)
        assert len(detector._burst.chars) <= MAX_CHARACTERS + 1 and not detector._earlier
    assert (out, held, notes) == (1_000_000, 0, ["flood"])
    field = Field()
    field.detector, field.now = detector, 1_001.0
    assert field.type(LONG, 0.004).enter().scans == [LONG]


@given(st.lists(st.tuples(st.sampled_from("0123456789.-Hhaxyz "), st.sampled_from([0.004, 0.03, 0.05, 0.09, 0.11, 0.4])), max_size=60))
def test_nothing_typed_is_ever_lost_or_reordered(keys):
    field = Field()
    for char, gap in keys:
        field.type(char, gap)
    typed = "".join(char for char, _ in keys)
    field.silence()
    if not field.scans:
        assert field.text == typed
    else:
        assert field.text in typed
    assert field.held == ""
