"""A scanner is told from a person by timing; nobody's typing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counter_app.domain.published import bundled_codes
from counter_app.scanner.keystrokes import MAX_CHARACTERS, Action, BurstDetector, repair
from counter_app.scanner.known import scanner_text

CODE = "H59.16.12-260213-0042"
FITS = scanner_text(bundled_codes())


class Field:
    """What a field would hold if the caller did what the detector says."""

    def __init__(self) -> None:
        self.detector = BurstDetector(FITS)
        self.text, self.held, self.before = "", "", ""
        self.scans: list[str] = []
        self.now = 100.0

    def type(self, text: str, gap: float, in_field: bool = True) -> Field:
        for char in text:
            self.now += gap
            if self.detector.is_start(self.now):
                self.before = self.text
            self._do(self.detector.character(char, self.now, in_field), char)
        return self

    def enter(self, gap: float = 0.01) -> Field:
        self.now += gap
        self._do(self.detector.terminator(self.now), "\n")
        return self

    def silence(self) -> Field:
        self._do(self.detector.silence(), "")
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
            case Action.SCAN:
                self.held, self.text = "", self.before
                self.scans.append(verdict.text)


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
    assert repair("abc", FITS) == ("abc", None)
    assert repair(CODE, FITS) == (CODE, None)
    fixed, note = repair(french, FITS)
    assert note == "keyboard-layout" and FITS(fixed)


def test_a_megabyte_of_keys_is_bounded_and_comes_back():
    field = Field().type("9" * (MAX_CHARACTERS * 3 + 5), 0.001).silence()
    assert len(field.text) + sum(map(len, field.scans)) == MAX_CHARACTERS * 3 + 5
    assert field.held == ""


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
