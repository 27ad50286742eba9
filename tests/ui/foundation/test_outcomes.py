import unicodedata

import pytest

from counter_app.domain.outcomes import ALL_OUTCOMES, PrintOutcome, ScanOutcome
from counter_app.ui.icons import icon_names
from counter_app.ui.notify import _LOOKS, Sound, notice
from counter_app.ui.tokens import STATUS_ROLES

EVERY = [outcome for family in ALL_OUTCOMES for outcome in family]


@pytest.mark.parametrize("outcome", EVERY, ids=lambda o: f"{type(o).__name__}.{o.name}")
def test_every_outcome_has_colour_icon_sentence_and_sound(outcome):
    shown = notice(outcome)
    assert shown.role in STATUS_ROLES
    assert shown.icon in icon_names()
    assert isinstance(shown.sound, Sound)
    assert outcome.sentence == unicodedata.normalize("NFC", outcome.sentence)
    assert outcome.sentence[0].isupper() or outcome.sentence[0] == "{"
    assert outcome.sentence.endswith((".", "…", "}"))
    assert "{" not in shown.sentence and "  " not in shown.sentence


def test_the_table_names_nothing_else():
    assert set(_LOOKS) == set(EVERY)


def test_codes_are_stable_words():
    codes = [(type(o), o.value) for o in EVERY]
    assert len(set(codes)) == len(codes)
    assert all(o.value == o.value.lower() and " " not in o.value for o in EVERY)
    assert ScanOutcome("not-found") is ScanOutcome.NOT_FOUND


def test_facts_reach_the_sentence():
    text = notice(PrintOutcome.REPRINTED, document="giấy hẹn", count=2).sentence
    assert text == "Đã in lại giấy hẹn, bản in lại lần 2."
    assert ScanOutcome.FOUND_LOCAL.say(code="{x}") == "Đã mở hồ sơ {x}."


def test_found_not_found_and_warning_sound_different():
    sounds = {notice(o).sound for o in (ScanOutcome.FOUND_LOCAL, ScanOutcome.NOT_FOUND, ScanOutcome.UNWANTED_HERE)}
    assert len(sounds) == 3
