"""Hands and eyes on an X screen: real key strokes (XTEST) and pictures of what is shown."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

from PIL import Image
from Xlib import XK, X, display
from Xlib.ext import xtest
from Xlib.protocol import event

_BASES = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
#: The letters a Vietnamese input helper produces and no key of a US keyboard carries.
_LETTERS = [char for char in (*(unicodedata.normalize("NFC", base + tone) for base in _BASES for tone in ("", *_TONES)), "đ")
            if not char.isascii()]
#: From here on a PC's key map has only media keys, which no test presses.
_FIRST_SPARE = 136
_KEYS = {"Enter": "Return", "Esc": "Escape", "Ctrl": "Control_L", "Shift": "Shift_L", "Alt": "Alt_L", "Space": "space",
         "Backspace": "BackSpace", "PageDown": "Next", "PageUp": "Prior"}


class ScreenDriver:
    """Types on and looks at one display. The keyboard is US plus the Vietnamese letters on keys no keyboard has, set before any
    program starts: a key map that changes while somebody types loses letters."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)
        self._root = self._display.screen().root
        self._add_letters()

    def close(self) -> None:
        self._display.close()

    # ---- keys

    def type(self, text: str, gap: float = 0.02) -> None:
        """Type as a quick person does: ``gap`` seconds between the letters."""
        for char in text:
            code, shift = self._code(_keysym(char))
            self._stroke(code, (self._code(XK.string_to_keysym("Shift_L"))[0],) if shift else ())
            time.sleep(gap)

    def scan(self, text: str) -> None:
        """What a USB scanner in keyboard mode does: every 4 ms a character, then Enter."""
        self.type(text, gap=0.004)
        self.press("Enter", pause=0)

    def press(self, keys: str, times: int = 1, pause: float = 0.05) -> None:
        """One key or combination, named as on the buttons: ``F2``, ``Ctrl+Enter``, ``Tab``."""
        *held, last = (_KEYS.get(part, part) for part in keys.split("+"))
        codes = [self._code(XK.string_to_keysym(name))[0] for name in held]
        code, shift = self._code(XK.string_to_keysym(last))
        if shift:
            codes.append(self._code(XK.string_to_keysym("Shift_L"))[0])
        for _ in range(times):
            self._stroke(code, codes)
            time.sleep(pause)

    def _stroke(self, code: int, held: tuple[int, ...] | list[int] = ()) -> None:
        for other in held:
            xtest.fake_input(self._display, X.KeyPress, other)
        xtest.fake_input(self._display, X.KeyPress, code)
        xtest.fake_input(self._display, X.KeyRelease, code)
        for other in reversed(held):
            xtest.fake_input(self._display, X.KeyRelease, other)
        self._display.sync()

    def _code(self, keysym: int) -> tuple[int, bool]:
        """Key code and whether Shift is held. Raises ValueError for what this keyboard cannot type."""
        for code, level in self._display.keysym_to_keycodes(keysym):
            if level in (0, 1):
                return code, level == 1
        raise ValueError(f"no key types keysym {keysym:#x}")

    def _add_letters(self) -> None:
        held = {code for row in self._display.get_modifier_mapping() for code in row}
        spare = [code for code in range(_FIRST_SPARE, self._display.display.info.max_keycode + 1) if code not in held]
        for code, char in zip(spare, _LETTERS, strict=False):
            self._display.change_keyboard_mapping(code, [(_keysym(char), _keysym(char.upper()))])
        self._display.sync()
        self._display.refresh_keyboard_mapping(event.MappingNotify(
            type=X.MappingNotify, sequence_number=0, request=X.MappingKeyboard, first_keycode=_FIRST_SPARE,
            count=len(spare), display=self._display.display, window=X.NONE))

    # ---- windows

    def close_window(self, title: str) -> None:
        """Ask the window to close, as its close button does. Raises LookupError if it is not there."""
        for window in self._windows(self._root):
            if title in _title(window):
                protocol, delete = (self._display.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
                window.send_event(event.ClientMessage(window=window, client_type=protocol, data=(32, [delete, X.CurrentTime, 0, 0, 0])))
                self._display.sync()
                return
        raise LookupError(f"no window {title!r}: {[_title(w) for w in self._windows(self._root)]}")

    def _windows(self, parent):
        for child in parent.query_tree().children:
            if child.get_wm_state() is not None:
                yield child
            else:
                yield from self._windows(child)

    # ---- pictures

    def picture(self, file: Path) -> Path:
        """Keep what the screen shows now."""
        size = self._root.get_geometry()
        raw = self._root.get_image(0, 0, size.width, size.height, X.ZPixmap, 0xFFFFFFFF)
        Image.frombytes("RGB", (size.width, size.height), raw.data, "raw", "BGRX").save(file)
        return file


def _title(window) -> str:
    kept = window.get_full_text_property(window.display.get_atom("_NET_WM_NAME"))
    return kept or window.get_wm_name() or ""


def _keysym(char: str) -> int:
    """Keysyms of Latin-1 are their code points; of all others the code point plus 0x1000000."""
    code = ord(char)
    return code if code < 0x100 else 0x1000000 + code
