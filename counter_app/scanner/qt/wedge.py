"""USB scanners that type: told apart from a person while the keys arrive, wherever the focus is.

The filter sits on the window and the object that have the focus, not on the application: a filter on the application is
called for every event of every object, this one for a few. A real key passes both (window first, then widget) and is worked
on once; characters that an input method commits reach only the object.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from statistics import median

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from counter_app.scanner.keystrokes import JOIN_S, MAX_GAP_S, MEDIAN_GAP_S, MIN_CHARACTERS, SILENCE_S, Action, BurstDetector, Verdict
from counter_app.scanner.listening import SILENCE_S as LISTENING_SILENCE_S
from counter_app.scanner.listening import Listening
from counter_app.scanner.positions import X_OFFSET, us_character
from counter_app.scanner.qt.fields import Snapshot, focused_field, is_secret
from counter_app.scanner.raw import Arrival, RawScan, Source

_Key = Qt.Key
_ENDS = {_Key.Key_Return: "enter", _Key.Key_Enter: "enter", _Key.Key_Tab: "tab"}
_MODIFIERS = {_Key.Key_Shift, _Key.Key_Control, _Key.Key_Alt, _Key.Key_AltGr, _Key.Key_Meta, _Key.Key_CapsLock, _Key.Key_NumLock,
              _Key.Key_ScrollLock, _Key.Key_Super_L, _Key.Key_Super_R, _Key.Key_Mode_switch}
_KEY, _PRESS = QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress
_INPUT_METHOD = QEvent.Type.InputMethod
_PIECES_KEPT = 8
_WATCHED = {_KEY, _PRESS, _INPUT_METHOD}


class Wedge(QObject):
    """Emits ``scanned(RawScan)`` for every scan typed by a keyboard scanner while the program has the focus.

    ``fits`` says whether a text is something only a scanner types, ``proves`` whether it is a code beyond doubt (see
    ``scanner.known``). A scan leaves no trace in the field that had the focus: held keys are dropped, what had already been typed
    is taken back. Password fields are never looked at. ``troubled(note)`` tells, by a key of ``raw.NOTES_VI``, of keys that are no
    scan and should have been one.
    """

    scanned = Signal(object)
    troubled = Signal(str)
    _found = Signal(object)

    def __init__(self, fits: Callable[[str], bool], parent: QObject | None = None, proves: Callable[[str], bool] | None = None) -> None:
        super().__init__(parent)
        self._detector = BurstDetector(fits, proves)
        self._listening: Listening | None = None
        self._heard_at = 0.0
        self._watching = False
        self._paused = False
        self._replaying = False
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._before: list[Snapshot | None] = []
        self._at_window: tuple[int, int, str] | None = None
        self._filtered: list[QObject] = []
        self._ticks: list[float] = []
        self._offset: float | None = None
        self._late_round = False
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._silent)
        # Queued: a handler may open a dialog, which must not happen inside the delivery of the key.
        self._found.connect(self.scanned, Qt.ConnectionType.QueuedConnection)

    # ---- life

    def start(self) -> None:
        """Watch the keys from now on. A second call does nothing."""
        if self._watching:
            return
        self._watching = True
        app = QGuiApplication.instance()
        app.focusWindowChanged.connect(self._follow)
        app.focusObjectChanged.connect(self._follow)
        self._follow()

    def stop(self) -> None:
        """Give back what is held and watch no more."""
        self._settle()
        if self._watching:
            app = QGuiApplication.instance()
            app.focusWindowChanged.disconnect(self._follow)
            app.focusObjectChanged.disconnect(self._follow)
        self._watching = False
        self._unfilter()

    def set_paused(self, paused: bool) -> None:
        """While paused (lock screen, sign-in) keys pass untouched and nothing is a scan."""
        if paused and not self._paused:
            self._settle()
        self._paused = paused

    def listen(self, on: bool) -> None:
        """While a scanner is tried out every character typed, slow or fast, is told as an arrival and reaches no field."""
        if on != (self._listening is not None):
            self._settle()
            self._listening = Listening() if on else None

    @Slot()
    @Slot(QObject)
    @Slot(QWindow)
    def _follow(self, _changed: QObject | None = None) -> None:
        """The focus moved: the filter goes along. A burst goes on: the program itself moves the focus while keys arrive (the last
        scan's dossier opens, an answer comes, a list follows the first letters), and a code cut in two there would end with an
        Enter that presses the button it meets. A person who moves it is heard by the key or the click; leaving the program
        ends a burst."""
        targets = [t for t in (QGuiApplication.focusWindow(), QGuiApplication.focusObject()) if t is not None]
        if targets == self._filtered:
            return
        if not targets:
            self._settle()
        self._unfilter()
        for target in targets:
            target.installEventFilter(self)
        self._filtered = targets

    def _unfilter(self) -> None:
        for target in self._filtered:
            if isValid(target):
                target.removeEventFilter(self)
        self._filtered = []

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in _WATCHED or self._replaying or self._paused:
            return False
        if kind is _PRESS:
            self._settle()
            return False
        if kind is _INPUT_METHOD:
            return isinstance(event, QInputMethodEvent) and self._committed(event)
        if not isinstance(event, QKeyEvent):
            return False
        stamp = (event.timestamp(), int(event.key()), event.text())
        if watched.isWindowType():
            self._at_window = stamp
        elif stamp == self._at_window:  # the same key on its way from the window to the widget
            self._at_window = None
            return False
        return self._key(watched, event)

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        field = focused_field()
        key = event.key()
        if key in _MODIFIERS or is_secret(field):
            return False
        modifier = Qt.KeyboardModifier
        pressed = event.modifiers() & (modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier)
        when = self._when(event)
        if key in _ENDS and not pressed:
            return self._listened(_ENDS[key]) if self._hears(field) else self._end(when, _ENDS[key])
        text = event.text()
        altgr = pressed == modifier.ControlModifier | modifier.AltModifier
        back = key == _Key.Key_Backspace and not event.modifiers()
        if event.isAutoRepeat() or (not back and (not text or not text.isprintable() or (pressed and not altgr))):
            self._settle()
            return False
        place = us_character(event.nativeScanCode() - _offset(), bool(event.modifiers() & modifier.ShiftModifier))
        if self._hears(field):
            return self._listen_to(text, when, place, back)
        opened = False
        if back:
            verdict = self._detector.backspace(when)
        else:
            opened = self._open_piece(field, when)
            verdict = self._detector.character(text, when, field is not None, place=place)
        if verdict.action is Action.HOLD:
            self._held.append((QApplication.focusWidget() or watched, event.clone()))
        elif verdict.action is Action.GIVE_BACK:
            self._give_back()
            if opened:
                self._before[-1] = _snapshot(field)  # what was given back belongs to the text now
        self._tell(verdict)
        self._wait()
        return verdict.action is Action.HOLD

    def _open_piece(self, field: QWidget | None, when: float) -> bool:
        if not self._detector.is_start(when):
            return False
        if not self._detector.continues(when):
            self._before.clear()
        self._before.append(_snapshot(field))
        del self._before[:-_PIECES_KEPT]
        return True

    def _end(self, when: float, end: str) -> bool:
        verdict = self._detector.terminator(when)
        self._silence.stop()
        if verdict.action is Action.HOLD:
            return True
        self._conclude(verdict, end)
        return verdict.action is Action.SCAN

    def _hears(self, field: QWidget | None) -> bool:
        """Is this key one of a scanner that is tried out? What goes into an editor (the search box, the list of commands) is not."""
        return self._listening is not None and field is None

    def _listen_to(self, text: str, when: float, place: str, back: bool) -> bool:
        assert self._listening is not None
        if back and not self._listening.active:
            return False
        if back:
            self._listening.backspace()
        else:
            self._listening.character(text, when, place)
        self._silence.start(round(LISTENING_SILENCE_S * 1000))
        return True

    def _listened(self, end: str) -> bool:
        """An arrival is complete; False when there was none (the person's own Enter). The second one of CR+LF goes with it."""
        self._silence.stop()
        now = time.monotonic()
        raw = self._listening.end(end) if self._listening else None
        doubled, self._heard_at = raw is None and now - self._heard_at <= MAX_GAP_S, now if raw is not None else 0.0
        if raw is not None:
            self._found.emit(raw)
        return raw is not None or doubled

    def _committed(self, event: QInputMethodEvent) -> bool:
        """Characters through an input method. They are in its hands until committed, so they cannot be held back; the times
        that count are those of the pre-edit changes before."""
        field = focused_field()
        now = time.monotonic()
        text = event.commitString()
        if self._hears(field):
            assert self._listening is not None
            if event.preeditString():
                self._listening.composing()
            return all([self._listen_to(char, now, "", False) for char in text if char.isprintable()])
        if field is None or is_secret(field):
            return False
        if self._ticks and now - self._ticks[-1] > JOIN_S:
            self._ticks.clear()  # of a word that was given up
        if not self._ticks:
            self._open_piece(field, now)
        if event.preeditString():
            self._ticks.append(now)
            self._silence.start(round(SILENCE_S * 1000))
            self._late_round = False
        elif not text:
            self._ticks.clear()
        if text and text.isprintable():
            if self._held:
                self._settle()
            times = self._ticks if len(self._ticks) >= len(text) else [*self._ticks, now]
            for char, when in zip(text, _spread(times, len(text)), strict=True):
                self._detector.character(char, when, in_field=True, may_hold=False)
            self._ticks.clear()
            self._wait()
        return False

    # ---- verdicts

    def _conclude(self, verdict: Verdict, end: str = "silence") -> None:
        if verdict.action is Action.SCAN:
            self._held.clear()
            QGuiApplication.inputMethod().reset()
            for before in reversed(self._before[-verdict.pieces :]):
                if before is not None:
                    before.restore()
            self._before.clear()
            arrival = Arrival(verdict.received, verdict.gaps, end, verdict.by_position, verdict.note == "input-method")
            self._found.emit(RawScan(verdict.text, Source.WEDGE, note=verdict.note, arrival=arrival))
        else:
            if verdict.action is Action.GIVE_BACK:
                self._give_back()
            self._tell(verdict)
        self._ticks.clear()

    def _tell(self, verdict: Verdict) -> None:
        if verdict.note and verdict.action is not Action.SCAN:
            self.troubled.emit(verdict.note)

    def _settle(self) -> None:
        self._silence.stop()
        if self._listening:
            self._listened("silence")
        self._conclude(self._detector.interrupted())
        self._before.clear()

    @Slot()
    def _silent(self) -> None:
        """Nothing for a while. Once more round the loop first: after a busy moment keys may wait behind this timer."""
        if not self._late_round:
            self._late_round = True
            self._silence.start(10)
        elif self._listening:
            self._listened("silence")
        elif self._ticks and (self._detector.looks_like_scan or _is_fast(self._ticks)):
            # An input method keeps the last letters of a scan without Enter to itself; a person's words it may keep.
            QGuiApplication.inputMethod().commit()
        else:
            verdict = self._detector.silence(time.monotonic())
            if verdict.action is Action.HOLD:
                self._silence.start(round(SILENCE_S * 1000))
            else:
                self._conclude(verdict)

    def _wait(self) -> None:
        self._late_round = False
        if self._detector.active:
            self._silence.start(round(SILENCE_S * 1000))

    def _give_back(self) -> None:
        """Deliver the held keys, in order, to where they were going."""
        held, self._held = self._held, []
        self._replaying = True
        try:
            for receiver, event in held:
                if isValid(receiver):
                    QApplication.sendEvent(receiver, event)
        finally:
            self._replaying = False

    def _when(self, event: QKeyEvent) -> float:
        """The time of a key in seconds of ``time.monotonic``, from the event itself where it has one: a window that was busy
        gets a person's slow keys all at once, and they must not look fast."""
        now = time.monotonic()
        if not event.timestamp():
            return now
        stamp = event.timestamp() / 1000
        if self._offset is None or abs(now - stamp - self._offset) > 5:
            self._offset = now - stamp
        self._offset = min(self._offset, now - stamp)
        return stamp + self._offset


def _snapshot(field: QWidget | None) -> Snapshot | None:
    return Snapshot.of(field) if field is not None else None  # type: ignore[arg-type]


@cache
def _offset() -> int:
    return 0 if QGuiApplication.platformName() == "windows" else X_OFFSET


def _is_fast(ticks: list[float]) -> bool:
    return len(ticks) >= MIN_CHARACTERS and median(b - a for a, b in pairwise(ticks)) <= MEDIAN_GAP_S


def _spread(ticks: list[float], count: int) -> list[float]:
    """The times of ``count`` characters committed at the last of ``ticks``; those before are of the pre-edit changes."""
    if len(ticks) >= count:
        return ticks[-count:]
    begun, now = ticks[0], ticks[-1]
    return [begun + (now - begun) * (i + 1) / count for i in range(count)]


__all__ = ["Wedge"]
