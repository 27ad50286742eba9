"""Search as you type, lists, the queue strip and scan-to-dossier with 1,000,000 dossiers in an encrypted store."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks.material import AGENCY, GIVEN, MIDDLE, NOW, PROCEDURES, SURNAMES, a_store, dossiers, pages
from benchmarks.report import Row, p95
from counter_app.scanner.classify import classify
from counter_app.store.engine import Store
from counter_app.store.rows import ListFilter
from onestop.codes import load_code_book
from onestop.text import fold

TARGETS = ("overdue", "due_soon", "ready")


def run(quick: bool = False) -> list[Row]:
    """Every figure is a p95 over different questions, read transaction included."""
    count = 30_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder))
        for items, position in pages(count, size=2000):
            with store.write() as unit:
                unit.apply_page(AGENCY, items, position)
        more = True
        while more:  # as the sync does after a pull
            with store.write() as unit:
                more = unit.merge_index()
        rows = _measure(store, count)
        store.close()
    return rows


def _measure(store: Store, count: int) -> list[Row]:
    rnd = random.Random(3)
    named = f"at {count:,} dossiers, p95"

    def each(questions: list[str], ask: Callable[[str], object]) -> float:
        times = []
        for question in questions:
            start = perf_counter()
            ask(question)
            times.append((perf_counter() - start) * 1000)
        return p95(times)

    def find(text: str) -> object:
        with store.read() as reader:
            return reader.find(text)

    names = [f"{rnd.choice(SURNAMES)} {rnd.choice(MIDDLE)} {rnd.choice(GIVEN)}" for _ in range(60)]
    typing = [name[:n] for name in names[:25] for n in range(2, len(name) + 1)]
    mixed = [fold(f"{name} {rnd.choice(PROCEDURES)[: rnd.randrange(4, 16)]}") for name in names]
    codes = [d.code or "" for d in dossiers(400, seed=11)]
    numbers = [code[-4:] for code in codes[:60]] + [code[: rnd.randrange(9, 16)] for code in codes[:60]]
    with store.read() as reader:
        known = [row.code or "" for row in reader.list_dossiers(ListFilter(), limit=200, offset=1000)]
    book = load_code_book(Path(__file__).parents[1] / "resources" / "codes" / "patterns.json")

    def scan(text: str) -> object:
        found = classify(text, book)
        with store.read() as reader:
            dossier = reader.dossier_by_code(getattr(found, "code", text))
            assert dossier is not None
            return dossier, reader.open_slip_of(dossier.id), reader.sync_state(dossier.id)

    def strip(_: str) -> object:
        with store.read() as reader:
            return reader.counts(NOW)

    def lists(name: str) -> object:
        wanted = ListFilter(now=NOW, **{name: True}) if name in TARGETS else ListFilter()
        with store.read() as reader:
            return reader.list_dossiers(wanted)

    return [
        Row(f"search while a name is typed {named}", each(typing, find), "ms", 15),
        Row(f"search name and procedure {named}", each(mixed, find), "ms", 15),
        Row(f"search pieces of codes {named}", each(numbers, find), "ms", 15),
        Row(f"scan to dossier {named}", each(known, scan), "ms", 150),
        Row(f"queue strip {named}", each([""] * 40, strip), "ms", 50),
        Row(f"lists {named}", each([*TARGETS, "all"] * 10, lists), "ms", 50),
    ]
