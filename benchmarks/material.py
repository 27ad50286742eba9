"""Invented dossiers for the benchmarks, the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from counter_app.runtime.clock import FixedClock
from counter_app.store.engine import Store, open_store
from onestop.codec import encode
from onestop.feed import GENESIS, Position, next_chain
from onestop.model import Component, Dossier, Event, FeeEntry, Party
from onestop.vntime import VN_TZ
from onestop.wire import AgencySettings, EnrolReply, FeedItem, Lease

AGENCY = "H32.15"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN_TZ)
KEY = bytes(range(32))
SURNAMES = (
    ("Nguyễn",) * 38
    + ("Trần",) * 12
    + ("Lê",) * 10
    + ("Phạm",) * 7
    + ("Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Mai", "Tô", "Quách")
)
MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Thanh", "Hữu", "Quang", "Thu", "Kim", "Xuân", "Hoài", "Bảo", "Gia", "Phương", "Tuấn", "Mỹ")
GIVEN = (
    "An",
    "Anh",
    "Bình",
    "Chi",
    "Cường",
    "Dung",
    "Dũng",
    "Đạt",
    "Đào",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiền",
    "Hoa",
    "Hòa",
    "Hương",
    "Khánh",
    "Lan",
    "Linh",
    "Long",
    "Ly",
    "Mai",
    "Nam",
    "Nga",
    "Nhung",
    "Oanh",
    "Phúc",
    "Phượng",
    "Quân",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Thủy",
    "Trang",
    "Trung",
    "Tú",
    "Uyên",
    "Vân",
    "Việt",
    "Vượng",
    "Xuyến",
    "Yến",
    "Ước",
    "Ngữ",
)
PROCEDURES = tuple(
    f"{a} {b}"
    for a in ("Cấp giấy chứng nhận", "Cấp lại giấy phép", "Đăng ký biến động", "Xác nhận thông tin", "Thẩm định hồ sơ", "Gia hạn chứng chỉ")
    for b in (
        "quyền sử dụng đất",
        "hộ kinh doanh",
        "khai sinh có yếu tố nước ngoài",
        "hành nghề dược",
        "an toàn thực phẩm",
        "kết cấu xây dựng",
        "kinh doanh vận tải",
        "người có công",
        "hoạt động giáo dục",
        "tài nguyên nước",
    )
)


def dossiers(count: int, seed: int = 7) -> Iterator[Dossier]:
    """``count`` dossiers of some 1.9 kB, most of them returned long ago."""
    rnd = random.Random(seed)
    start = NOW - timedelta(days=900)
    for i in range(count):
        at = start + timedelta(minutes=(900 * 1440 - 10) * i / count)
        entity = f"{int(at.timestamp() * 1000) + i % 997:012x}7{rnd.getrandbits(76):019x}"
        status = rnd.choices((10, 2, 4, 5, 9, 3, 8), (90, 2, 4, 1, 2, 0.5, 0.5))[0] if i < count * 0.97 else rnd.choice((2, 4, 4, 9, 10))
        procedure = rnd.randrange(len(PROCEDURES))
        name = f"{rnd.choice(SURNAMES)} {rnd.choice(MIDDLE)} {rnd.choice(GIVEN)}"
        due = at + timedelta(days=rnd.randrange(1, 25))
        yield Dossier(
            id=entity,
            agency=AGENCY,
            code=f"{AGENCY}-{at:%y%m%d}-{i % 9000 + 1:04d}",
            competent_agency=AGENCY,
            procedure_version=1,
            procedure_code=f"1.{procedure:06d}",
            procedure_name=PROCEDURES[procedure],
            sector="Hộ tịch",
            received_at=at,
            received_by="u0042",
            owner=Party(
                name=name,
                id_no=f"{rnd.randrange(10**12):012d}",
                dob="1981-05-02",
                gender="female",
                phone="0912345678",
                address="Số 12, tổ 5, phường Vĩnh Niệm, thành phố Hưng Yên",
            ),
            components=tuple(
                Component(code=f"TP{k}", name="Bản chính giấy tờ chứng minh nội dung đề nghị theo mẫu", originals=1, copies=k)
                for k in range(3)
            ),
            fees=(FeeEntry(id=entity[::-1], kind="le_phi", code="LP1", name="Lệ phí hộ tịch", amount=15000, at=at, by="u0042"),),
            due_at=due,
            original_due_at=due,
            limit_value=5,
            status=status,
            holder=AGENCY,
            version=3,
            events=tuple(
                Event(id=f"{rnd.getrandbits(128):032x}", kind=kind, at=at, by="u0042", device=7, facts={"form": "01"})
                for kind in ("receive", "print", "handover")
            ),
        )


def pages(count: int, size: int = 500, seed: int = 7) -> Iterator[tuple[list[FeedItem], Position]]:
    """The same dossiers as pulled pages; the items are decoded from JSON as a reply's would be."""
    decoder = msgspec.json.Decoder(list[FeedItem])
    chain, items = GENESIS, []
    for seq, dossier in enumerate(dossiers(count, seed), 1):
        chain = next_chain(chain, dossier.id, 3)
        items.append(
            FeedItem(seq=seq, op=dossier.events[0].id, kind="dossier", id=dossier.id, v=3, chain=chain, data=msgspec.Raw(encode(dossier)))
        )
        if len(items) == size or seq == count:
            yield decoder.decode(msgspec.json.encode(items)), Position(AGENCY, seq, chain)
            items = []


def a_store(folder: Path) -> Store:
    """A real, encrypted, enrolled store with a lane."""
    store = open_store(folder / "store.db", KEY, witness=folder / "witness", clock=FixedClock(NOW))
    with store.write() as unit:
        unit.save_enrolment(
            EnrolReply(device=7, agency=AGENCY, agency_name="Trung tâm", gateway_key="k", epoch=1, settings=AgencySettings(code_digits=6))
        )
        unit.save_leases(
            [
                Lease(
                    lease="L1",
                    agency=AGENCY,
                    lane=1,
                    first=200_000,
                    last=900_000,
                    valid_from=date(2026, 11, 1),
                    valid_to=date(2027, 1, 20),
                    token="t",
                )
            ]
        )
    return store
