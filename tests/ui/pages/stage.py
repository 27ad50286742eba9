"""What pages stand on in tests: a real desk, a real window, and everything that was said or asked recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from counter_app.domain.outcomes import Outcome
from counter_app.scanner.classify import classify
from counter_app.scanner.raw import RawScan, Source
from counter_app.scanner.router import Router
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import InlineRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.main_window import MainWindow
from counter_app.ui.page import Page, PageSpec
from counter_app.ui.widgets.top_bar import LinkView
from tests.desk import DeskBench

RAIL = (
    ("receive", "Tiếp nhận", "file-plus", "F2"),
    ("find", "Tra cứu", "search", "F3"),
    ("return", "Trả kết quả", "hand-coins", "F4"),
    ("handover", "Bàn giao", "arrow-left-right", "F5"),
    ("dossier", "Hồ sơ", "folder-open", ""),
    ("sync", "Đồng bộ", "refresh-cw", "F8"),
    ("settings", "Cài đặt", "settings", ""),
)


@dataclass
class Printer:
    """Takes papers like the print flow and remembers them."""

    papers: list[Any] = field(default_factory=list)

    def print_paper(self, paper: Any, **options: Any) -> None:
        self.papers.append(paper)

    def print_many(self, title: str, papers: list[Any]) -> None:
        self.papers += papers


@dataclass
class Stage:
    """``said``: outcomes with their facts; ``failed``: errors shown; ``went``: where the page wanted to go."""

    bench: DeskBench
    ctx: UiContext
    printer: Printer
    said: list[tuple[Outcome, dict[str, Any]]] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)
    went: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome, _ in self.said]

    def scan(self, text: str) -> Any:
        """A text arrives from a scanner."""
        return self.ctx.scans.deliver(classify(text, self.bench.desk.codes), RawScan(text, Source.WEDGE))


def make_stage(bench: DeskBench, router: Router | None = None) -> Stage:
    printer = Printer()
    ctx = UiContext(desk=bench.desk, tasks=InlineRunner(), scans=router or Router(), facts=Facts(), printing=printer)  # type: ignore[arg-type]
    stage = Stage(bench, ctx, printer)
    ctx.say = lambda outcome, **facts: stage.said.append((outcome, facts))
    ctx.fail = stage.failed.append
    ctx.link = lambda: LinkState.ONLINE
    for name in (
        "open_dossier",
        "open_slip",
        "go",
        "show_answer",
        "search",
        "receive_for",
        "correct_dossier",
        "return_dossier",
        "hand_over",
    ):
        setattr(ctx, name, lambda value, name=name: stage.went.append((name, value)))
    ctx.show_found = lambda title, dossiers: stage.went.append(("show_found", (title, dossiers)))
    bench.desk.changed = ctx.facts.changed.emit
    return stage


def in_window(stage: Stage, page_id: str, build: Callable[[UiContext], Page]) -> tuple[MainWindow, Any]:
    """The page in the frame of the program, 1366×768, shown."""

    def factory(made: str) -> Callable[[], Page]:
        return lambda: build(stage.ctx) if made == page_id else Page(made)

    window = MainWindow([PageSpec(i, title, icon, key, factory(i), i in ("sync", "settings")) for i, title, icon, key in RAIL])
    staff = stage.bench.desk.staff
    window.set_user(staff.name if staff else "", stage.bench.desk.unit.short_name)
    with stage.bench.store.read() as reader:
        waiting = reader.outbox_summary().waiting
    window.set_link(LinkView.ONLINE, waiting)
    window.set_last_sync(stage.bench.desk.now(), stage.bench.desk.now())
    window.set_status("Quầy số 7 · máy in Quay-07")
    page = window.show_page(page_id)
    window.show()
    return window, page
