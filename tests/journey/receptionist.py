"""What a receptionist does, by keyboard, scanner and camera; and what they wait to see before they go on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.journey.atspi import CHECKED, ENABLED, FOCUSED, Node, NotShown, outline
from tests.journey.photograph import photograph

if TYPE_CHECKING:
    from tests.journey.counter_process import CounterProcess

SIGN_IN = "Đăng nhập quầy một cửa"
CODE = re.compile(r"\bH32\.15-\d{6}-\d{4}\b")
_OWN_DATA = "Dữ liệu trên máy này"
_MANY_FIELDS = 60


class Receptionist:
    """Somebody at a counter. Every method returns once the screen shows that it worked."""

    def __init__(self, counter: CounterProcess, user: str, password: str) -> None:
        self.counter, self.user, self.password = counter, user, password
        self.keys, self.screen = counter.keys, counter.screen
        self.lost_scans = 0

    def sign_in(self) -> None:
        """At the sign-in; the name is filled in for who was here last."""
        self.screen.find("text", "Mật khẩu")
        name = self.screen.find("text", "Tên đăng nhập")
        if self.screen.text(name) != self.user:
            self.screen.focus(name)
            self.keys.press("Ctrl+a")
            self.keys.type(self.user)
            self.keys.press("Enter")
        self.keys.type(self.password)
        self.keys.press("Enter")
        self.screen.gone(name=SIGN_IN)
        self.page("Tiếp nhận hồ sơ")

    def page(self, title: str) -> Node:
        """The page with this title is on top."""
        return self.screen.find("label", title)

    def go(self, key: str, title: str) -> None:
        """A page by its key."""
        self.keys.press(key)
        self.page(title)

    def fill(self, values: Mapping[str, str], until: str) -> None:
        """Walk the form with Enter, as on paper, and type each value where the cursor stands in the field that begins with that
        label, up to the field ``until``. Raises NotShown when a field was never reached."""
        left = dict(values)
        for _ in range(_MANY_FIELDS):
            here = self.focused()
            label = next((label for label in left if here.name.startswith(label)), None)
            if label is not None:
                self.keys.type(left.pop(label))
            if here.name.startswith(until):
                break
            self.keys.press("Enter")
        if left:
            raise NotShown(f"the cursor never came to {list(left)}:\n{outline(self.screen.tree())}")

    def focused(self) -> Node:
        """Where the cursor is. Raises NotShown when it is nowhere."""
        found = self.screen.focused()
        if found is None:
            raise NotShown(f"nothing has the focus:\n{outline(self.screen.tree())}")
        return found

    def says(self, sentence: str | re.Pattern[str], seconds: float = 20) -> Node:
        """Something on the screen says this (a part of it)."""
        wanted = sentence if isinstance(sentence, re.Pattern) else re.compile(re.escape(sentence))
        return self.screen.find(name=wanted, seconds=seconds)

    def button(self, words: str) -> None:
        """Press a button by its words, once it can be pressed."""
        self.screen.press(self.screen.find("push button", re.compile("^" + re.escape(words)), where=lambda node: node.is_(ENABLED)))

    def choose(self, option: str) -> None:
        """One of several options by keyboard: Shift+Tab to where the group is entered, arrows to the wanted one."""
        if self.screen.find("radio button", option).is_(CHECKED):
            return
        while (here := self.focused()).role != "radio button":
            self.keys.press("Shift+Tab")
            self.screen.wait(lambda _, left=here: self.focused() != left, "another focus after Shift+Tab")
        options = [node.name for node in self.screen.find_all("radio button") if node.depth == here.depth]
        at, wanted = options.index(here.name), options.index(option)
        while at != wanted:
            step = 1 if wanted > at else -1
            self.keys.press("Right" if step > 0 else "Left")
            at += step
            self.screen.find("radio button", options[at], where=lambda node: node.is_(FOCUSED))
        if not self.screen.find("radio button", option).is_(CHECKED):
            self.keys.press("Space")
        self.screen.find("radio button", option, where=lambda node: node.is_(CHECKED))

    def show_to_camera(self, document: Path, sees: str | re.Pattern[str], picture: Callable[[], None] = lambda: None, **how: float) -> None:
        """Hold a printed page before the camera until the screen says what it should (then ``picture`` is taken), and take it away."""
        self.keys.press("F10")
        frames = photograph(document, self.counter.folder / "camera", **how)
        self.says(sees)
        picture()
        self.keys.press("F10")
        self.screen.gone(name="Camera quét mã")
        for frame in frames:
            frame.unlink()

    # ---- the day's work

    def receive(self, procedure: str, values: Mapping[str, str]) -> str:
        """Receive one dossier by keyboard alone, save and print. Returns the code the screen gives it."""
        self.go("F2", "Tiếp nhận hồ sơ")
        self.screen.focus(self.screen.find("text", re.compile("^Thủ tục")))
        self.keys.type(procedure)
        self.screen.find("list", "Danh sách gợi ý")
        self.keys.press("Enter")
        self.screen.gone("list", "Danh sách gợi ý")
        self.fill(values, until="Thư điện tử")
        self.keys.press("Ctrl+Enter")
        saved = self.screen.find("panel", re.compile("^Vừa tiếp nhận: " + CODE.pattern))
        self.says("Đã in xong", 60)
        return CODE.search(saved.name).group(0)

    def hand_over(self, direction: str, codes: list[str]) -> None:
        """Scan one receipt after another, then make the slip and print it."""
        self.go("F5", "Bàn giao")
        self.choose(direction)
        for count, code in enumerate(codes, 1):
            self.keys.scan(code)
            self.says(f"{count} hồ sơ")
        self.keys.press("Ctrl+Enter")
        self.says("Chưa có hồ sơ nào trong phiếu")

    def confirm(self, slip: Path) -> None:
        """The other side signs the slip; it is shown to the camera and confirmed as a whole."""
        self.show_to_camera(slip, "Phiếu bàn giao H32", at=(75, 35), view=165, turn=1)
        self.keys.press("Ctrl+Enter")
        self.says(re.compile("Đã xác nhận phiếu|đã xác nhận"))

    def return_result(self, code: str) -> None:
        """The citizen stands there with the receipt."""
        self.go("F4", "Trả kết quả")
        self.keys.scan(code)
        self.screen.find("push button", "Thu đủ")
        self.keys.press("F7")
        self.says("Đã thu đủ")
        self.keys.press("Ctrl+Enter")
        self.says(f"Đã trả kết quả {code}")

    def open_by_scan(self, code: str, shows: str, seconds: float = 30) -> None:
        """Scan a receipt until its dossier is open from this PC's own store and shows that. What the centre knows and this PC not
        yet comes with the next exchange: then a person scans once more. A scan that opened nothing is counted in ``lost_scans``:
        no key stroke may go missing."""
        deadline = time.monotonic() + seconds
        while True:
            self.keys.scan(code)
            time.sleep(1)
            names = [node.name for node in self.screen.tree()]
            if _OWN_DATA in names and any(shows in name for name in names):
                return
            if code not in names:
                self.lost_scans += 1
                self.counter.keys.picture(self.counter.folder / f"lost-scan-{self.lost_scans}.png")
            if time.monotonic() > deadline:
                raise NotShown(f"{code} does not show {shows!r}:\n{outline(self.screen.tree())}")

    def sync(self) -> None:
        """Send and fetch now, and wait until nothing waits any more."""
        self.go("F8", "Đồng bộ")
        self.button("Gửi và nhận ngay")
        self.says("Không còn gì chờ gửi")
