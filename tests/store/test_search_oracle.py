"""Search finds what reading every dossier finds, in the same order: words of people and of procedures that are the same, corrections,
pulled changes, dossiers that went away, dossiers that still wait for the index, procedures beyond those that have a number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from counter_app.store import filing, narrowing
from counter_app.store.engine import Store
from counter_app.store.narrowing import Narrowing, fits
from counter_app.store.words import columns_of, query_words, search_words
from onestop.codec import encode
from onestop.copying import replace
from onestop.feed import GENESIS, Position, next_chain
from onestop.model import Dossier, Party, Submitter
from onestop.ops import Change, Correct, Create
from onestop.wire import FeedItem
from tests.store.conftest import AGENCY, NOW, Bench, a_dossier

SURNAMES = ("Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Lê", "Đặng", "Gia", "Hạnh")
GIVEN = ("An", "Ánh", "Đạt", "Gia", "Hạn", "Hoa", "Hòa", "Khai", "Mỹ", "Nghề", "Sinh", "Thị", "Văn", "Xác", "Ước")
PROCEDURES = (
    ("1.000001", "Đăng ký khai sinh"),
    ("1.000002", "Đăng ký khai sinh có yếu tố nước ngoài"),
    ("1.000003", "Gia hạn chứng chỉ hành nghề"),
    ("1.000004", "Cấp giấy chứng nhận quyền sử dụng đất"),
    ("1.000004", "Cấp giấy chứng nhận quyền sử dụng đất (sửa đổi)"),
    ("2.000005", "Xác nhận thông tin hộ tịch"),
    ("2.000006", "Cấp lại giấy phép an toàn thực phẩm"),
    ("2.000007", "Thẩm định hồ sơ tài nguyên nước"),
    ("2.000008", "Cấp giấy phép vận tải"),
    ("3.000009", "Đánh giá, xếp hạng"),
)
ELSEWHERE = "H32.99"


class World:
    """Dossiers that come, change and go, by a seed."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.rnd = store, random.Random(seed)
        self.seq = dict.fromkeys((AGENCY, ELSEWHERE), 0)
        self.chain = dict.fromkeys(self.seq, GENESIS)
        self.theirs: list[tuple[Dossier, int]] = []
        self.ours: list[Dossier] = []

    def name(self) -> str:
        return " ".join([self.rnd.choice(SURNAMES), *self.rnd.choices(GIVEN, k=self.rnd.choice((1, 2, 2, 3)))])

    def fresh(self, agency: str) -> Dossier:
        code, name = self.rnd.choice(PROCEDURES)
        n = self.rnd.randrange(10_000)
        return a_dossier(
            agency=agency,
            owner=Party(name=self.name(), id_no=f"{self.rnd.randrange(10**12):012d}"),
            code=f"{agency}-26{self.rnd.randrange(1, 12):02d}12-{n:04d}" if self.rnd.random() < 0.9 else None,
            procedure_code=code,
            procedure_name=name,
            submitter=Submitter(name=self.name()) if self.rnd.random() < 0.2 else None,
            postal_codes=(f"EK{n:09d}VN",) if self.rnd.random() < 0.1 else (),
        )

    def pull(self, agency: str, dossiers: list[tuple[Dossier, int]]) -> None:
        items = []
        for dossier, version in dossiers:
            self.seq[agency] += 1
            self.chain[agency] = next_chain(self.chain[agency], dossier.id, version)
            items.append(FeedItem(seq=self.seq[agency], op="o", kind="dossier", id=dossier.id, v=version, chain=self.chain[agency],
                                  data=msgspec.Raw(encode(replace(dossier, version=version)))))
        with self.store.write() as unit:
            unit.apply_page(agency, items, Position(agency, self.seq[agency], self.chain[agency]))

    def step(self) -> None:
        kind = self.rnd.choice(("page", "page", "here", "changed", "changed", "corrected"))
        if kind == "page":
            agency = self.rnd.choice((AGENCY, AGENCY, ELSEWHERE))
            page = [(self.fresh(agency), 1) for _ in range(self.rnd.randrange(20, 60))]
            self.pull(agency, page)
            self.theirs += page
        elif kind == "here":
            for _ in range(self.rnd.randrange(1, 40)):
                dossier = self.fresh(AGENCY)
                with self.store.write() as unit:
                    unit.submit(Create(dossier=dossier), entity=dossier.id, by="u1", at=NOW)
                self.ours.append(dossier)
        elif kind == "changed" and self.theirs:
            for n in self.rnd.sample(range(len(self.theirs)), min(5, len(self.theirs))):
                dossier, version = self.theirs[n]
                other = self.fresh(dossier.agency)
                changed = replace(dossier, owner=other.owner) if self.rnd.random() < 0.5 else replace(
                    dossier, procedure_code=other.procedure_code, procedure_name=other.procedure_name)
                self.theirs[n] = changed, version + 1
                self.pull(dossier.agency, [self.theirs[n]])
        elif kind == "corrected" and self.ours:
            dossier = self.rnd.choice(self.ours)
            with self.store.write() as unit:
                have = unit.dossier(dossier.id)
                assert have is not None
                changes = {"owner.name": Change(old=have.owner.name, new=self.name() + " Mới")}
                unit.submit(Correct(changes=changes, reason="Gõ nhầm"), entity=dossier.id, by="u1", at=NOW + timedelta(minutes=5))

    def leave(self) -> None:
        with self.store.write() as unit:
            while unit.drop_part(ELSEWHERE, limit=40):
                pass
        self.theirs = [pair for pair in self.theirs if pair[0].agency == AGENCY]
        self.seq[ELSEWHERE], self.chain[ELSEWHERE] = 0, GENESIS

    def question(self, lines: list[str]) -> str:
        """Some words of one dossier, at times a strange one among them, the last one not finished."""
        own = [word for word in self.rnd.choice(lines).split() if not word.startswith("§")]
        words = self.rnd.sample(own, min(len(own), self.rnd.choice((1, 2, 3, 4, 5, 6))))
        if self.rnd.random() < 0.3:
            words[self.rnd.randrange(len(words))] = self.rnd.choice(self.rnd.choice(lines).split()).strip("§")
        words[-1] = words[-1][: self.rnd.randrange(1, 6)]
        return " ".join(words if self.rnd.random() < 0.8 else words + words[:1])


def oracle(lines: list[tuple[str, str]], text: str, limit: int) -> list[str]:
    """What ``find`` promises, by reading every line (newest first)."""
    words = query_words(text)
    last = len(words) - 1
    ways = [[i == last or w[0].isdigit() for i, w in enumerate(words)], [True] * len(words)]
    if len(words) == 1 and words[0].isdigit() and len(words[0]) >= 4:
        ways.insert(0, [False])
    for begins in ways:
        wanted = list(zip(words, begins, strict=True))
        if found := [entity for entity, line in lines if fits(line, wanted)][:limit]:
            return found
    return []


@pytest.fixture(params=["usual", "small steps", "few numbers"])
def _settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "small steps":
        monkeypatch.setattr(narrowing, "_CHUNK", 7)
        monkeypatch.setattr(narrowing, "_ENOUGH", 20)
        monkeypatch.setattr(narrowing, "_READ", 0.0)
        monkeypatch.setattr(narrowing, "_ASK", 0.0)
    if request.param == "few numbers":
        monkeypatch.setattr(filing, "OTHER", 6)
        monkeypatch.setattr(narrowing, "OTHER", 6)
        monkeypatch.setattr(narrowing, "_BEGIN", 5000.0)
    yield


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.usefixtures("_settings")
def test_search_finds_what_reading_every_dossier_finds(bench: Bench, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    store = bench.enrolled()
    world = World(store, seed)
    read: list[int] = []
    that_fit = Narrowing._that_fit
    monkeypatch.setattr(Narrowing, "_that_fit", lambda self, unread, wanted: read.append(len(unread)) or that_fit(self, unread, wanted))
    hits = 0
    for round_ in range(24):
        world.step()
        if round_ == 15:
            world.leave()
        if round_ % 3:
            continue
        with store.read() as reader:
            key = reader._hash_key()
            rows = reader._all("SELECT id, plain(coalesce(data, server)) FROM dossier ORDER BY n DESC")
            lines = [(entity, search_words(columns_of("dossier", raw), key)) for entity, raw in rows]  # type: ignore[arg-type]
            for _ in range(45 if lines else 0):
                text, limit = world.question([line for _, line in lines]), world.rnd.choice((3, 200))
                if reader._exact(text):
                    continue
                wanted = oracle(lines, text, limit)
                assert [row.id for row in reader.find(text, limit)] == wanted, text
                hits += bool(wanted)
    assert hits > 200 and read


def test_a_procedure_added_by_a_transaction_that_failed_is_not_remembered(store: Store) -> None:
    with store.write() as unit:
        unit.apply_page(AGENCY, [_item(1, a_dossier(procedure_name="Đăng ký kết hôn"))], Position(AGENCY, 1, GENESIS))
    with pytest.raises(RuntimeError), store.write() as unit:
        unit.apply_page(AGENCY, [_item(2, a_dossier(procedure_name="Gia hạn giấy phép"))], Position(AGENCY, 2, GENESIS))
        assert len(unit.find("gia han")) == 1
        raise RuntimeError
    with store.write() as unit:
        unit.apply_page(AGENCY, [_item(2, a_dossier(name="Lê Mơ", procedure_name="Xếp hạng di tích"))], Position(AGENCY, 2, GENESIS))
    with store.read() as reader:
        assert reader._all("SELECT n, name FROM procedure") == [(1, "Đăng ký kết hôn"), (2, "Xếp hạng di tích")]
        assert reader.find("gia han") == [] and len(reader.find("le xep hang")) == 1 and len(reader.find("an ket hon dang")) == 1


def _item(seq: int, dossier: Dossier) -> FeedItem:
    raw = msgspec.Raw(encode(replace(dossier, version=1)))
    return FeedItem(seq=seq, op="o", kind="dossier", id=dossier.id, v=1, chain=GENESIS, data=raw)
