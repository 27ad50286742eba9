"""What the invented papers and cards say. No person, no dossier and no office of these exists."""

from __future__ import annotations

from numpy.random import Generator

from benchmarks.material import GIVEN, MIDDLE, SURNAMES
from counter_app.domain.postal import s10_check_digit

_AGENCIES = ("H32.15", "H59.16.12", "G09.20", "H32.15.30.7", "K42.3")
_OLD_AGENCIES = ("000.00.16.H59", "000.00.15.H32", "002.21.03.G18")
_PLACES = (
    "Ấp 2, Xã Mẫu, Huyện Ví Dụ, TP. Hồ Chí Minh",
    "Tổ dân phố Phước Hưng, Phường Nha Trang, Khánh Hòa",
    "Thôn Đức Thuỷ, Xã Quỳnh Ưng, Nghệ An",
    "Số 8 ngõ Khuỷu, Phường Ỷ La, Tuyên Quang",
    "Khu phố 7, Phường Rạch Dừa, Bà Rịa",
)
PROCEDURES = (
    "Cấp giấy phép xây dựng mới",
    "Đăng ký biến động quyền sử dụng đất",
    "Cấp bản sao trích lục hộ tịch",
    "Chứng thực chữ ký",
    "Đăng ký thành lập hộ kinh doanh",
)


def pick(rng: Generator, choices: tuple[str, ...]) -> str:
    """One of ``choices``."""
    return choices[int(rng.integers(len(choices)))]


def person(rng: Generator) -> str:
    """A name with all its marks."""
    return f"{pick(rng, SURNAMES)} {pick(rng, MIDDLE)} {pick(rng, GIVEN)}"


def _day(rng: Generator) -> tuple[int, int, int]:
    return int(rng.integers(20, 27)), int(rng.integers(1, 13)), int(rng.integers(1, 29))


def dossier_code(rng: Generator) -> str:
    """A code in one of the three forms, the older ones on half of the papers: a receipt may be years old."""
    year, month, day = _day(rng)
    date, form = f"{year:02d}{month:02d}{day:02d}", int(rng.integers(4))
    if form < 2:
        return f"{pick(rng, _OLD_AGENCIES)}-{date}-{rng.integers(1, 10000):04d}"
    if form == 2:
        return f"{pick(rng, _AGENCIES)}-{date}-{rng.integers(1, 10000):04d}"
    return f"{pick(rng, _AGENCIES)}-20{date}-{rng.integers(1, 10**7):07d}"


def short_code(rng: Generator) -> str:
    """A code short enough for the wide bars of Code 39."""
    year, month, day = _day(rng)
    return f"{pick(rng, ('H32.15', 'G09.20', 'K42.3'))}-{year:02d}{month:02d}{day:02d}-{rng.integers(1, 10000):04d}"


def linear_text(rng: Generator) -> str:
    """What a Code 128 on a paper of the counter says: mostly dossier codes, also numbers that are printed instead."""
    year, month, day = _day(rng)
    date, kind = f"{year:02d}{month:02d}{day:02d}", rng.random()
    if kind < 0.7:
        return dossier_code(rng)
    if kind < 0.8:
        return f"TN-{rng.integers(1, 90)}-{date}-{rng.integers(1, 10000):04d}"
    if kind < 0.9:
        return f"{pick(rng, _AGENCIES)}-99.{rng.integers(1, 90)}-{date}-{rng.integers(1, 10000):04d}"
    digits = f"{rng.integers(10**8):08d}"
    return f"E{'ABCKR'[int(rng.integers(5))]}{digits}{s10_check_digit(digits)}VN"


def qr_text(rng: Generator) -> str:
    """What a QR code on a paper says: a code, a tracking address, a block of plain text."""
    code, kind = dossier_code(rng), rng.random()
    if kind < 0.6:
        return code
    if kind < 0.85:
        return f"https://dichvucong.example.vn/tra-cuu?maHoSo={code}"
    return f"Mã hồ sơ: {code}\nChủ hồ sơ: {person(rng)}\nThủ tục: {pick(rng, PROCEDURES)}"


def card_text(rng: Generator) -> str:
    """The QR text of a citizen's card, in the order of fields of 2021."""
    female = bool(rng.integers(2))
    year, month, day = int(rng.integers(1945, 2007)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    number = f"{pick(rng, ('001', '056', '079', '083'))}{(2 if year >= 2000 else 0) + female}{year % 100:02d}{rng.integers(10**6):06d}"
    former = f"{rng.integers(10**9):09d}" if rng.random() < 0.6 else ""
    issued = f"{rng.integers(1, 29):02d}{rng.integers(1, 13):02d}{rng.integers(2021, 2026)}"
    sex = "Nữ" if female else "Nam"
    return f"{number}|{former}|{person(rng)}|{day:02d}{month:02d}{year}|{sex}|{pick(rng, _PLACES)}|{issued}"
