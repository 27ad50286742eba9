"""Invented people and organisations for the demonstration. No real person is meant; nothing is copied from a register.

Personal numbers are well-formed and agree with gender and year of birth (see domain notes: ``PPP G YY NNNNNN``); telephone
numbers begin with 0100, which no Vietnamese network uses, so that nobody can be called by mistake.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central_gateway.demo import names
from onestop.model import Party

_TRADES = tuple(pattern for pattern, times in names.TRADES for _ in range(times))
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
#: Where births were registered: mostly Khánh Hòa (056) and the former Ninh Thuận (058), some neighbours.
_PROVINCES = ("056",) * 16 + ("058",) * 5 + ("054", "066", "068", "060", "052", "079", "001", "038", "042")


def postal_item(rng: random.Random) -> str:
    """A number of a registered item of the public post (UPU S10) with its check digit."""
    digits = [rng.randint(0, 9) for _ in range(8)]
    check = 11 - sum(d * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"E{rng.choice('BKV')}{''.join(map(str, digits))}{ {10: 0, 11: 5}.get(check, check)}VN"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the people of a counter live: the words after the street."""

    commune: str
    rural: bool


class People:
    """A source of people that never gives one identity number twice. ``year`` is the present year."""

    def __init__(self, rng: random.Random, year: int) -> None:
        self._rng = rng
        self._year = year
        self._used: set[str] = set()
        self._phones = 0

    def person(self, place: Place, *, born_after: int | None = None) -> Party:
        """A grown-up of either sex who lives at ``place``."""
        rng = self._rng
        gender: Literal["male", "female"] = "female" if rng.random() < 0.52 else "male"
        age = 18 + int(rng.triangular(0, 68, 20))
        year = max(self._year - age, born_after or 0)
        born = date(year, rng.randint(1, 12), rng.randint(1, 28))
        year_only = age > 65 and rng.random() < 0.12
        name = self.name(gender)
        return Party(kind="person", id_no=self._id_no(gender, year), name=name, dob=str(year) if year_only else born.isoformat(),
                     gender=gender, address=self.address(place), phone=self.phone(),
                     email=self._email() if rng.random() < 0.08 else None)

    def organisation(self, place: Place) -> Party:
        """A firm, cooperative or school with a tax number whose check digit is right."""
        rng = self._rng
        return Party(kind="organisation", id_no=self._tax_code(), name=rng.choice(_TRADES).format(rng.choice(names.TRADE_NAMES)),
                     address=self.address(place), phone=self.phone(), email=self._email() if rng.random() < 0.6 else None)

    def name(self, gender: str) -> str:
        """Family, middle and given name in the usual proportions."""
        rng = self._rng
        middle, given = ((names.MIDDLE_MALE, names.GIVEN_MALE) if gender == "male" else (names.MIDDLE_FEMALE, names.GIVEN_FEMALE))
        family, second, last = rng.choice(names.FAMILY), rng.choice(middle), rng.choice(given)
        while last in second.split():
            last = rng.choice(given)
        return f"{family} {second} {last}"

    def address(self, place: Place) -> str:
        """A street or hamlet that exists nowhere, in a commune that does."""
        rng = self._rng
        if place.rural or rng.random() < 0.15:
            return f"{'Thôn' if place.rural else 'Tổ dân phố'} {rng.choice(names.HAMLETS)}, {place.commune}, tỉnh Khánh Hòa"
        return f"{rng.randint(1, 299)} đường {rng.choice(names.STREETS)}, {place.commune}, tỉnh Khánh Hòa"

    def phone(self) -> str:
        """``0100`` and six digits: nobody's number."""
        self._phones += self._rng.randint(1, 40)
        return f"0100{self._phones % 1_000_000:06d}"

    def _email(self) -> str:
        return f"nguoi.nop.{self._rng.randint(1000, 99999)}@example.com"

    def _id_no(self, gender: str, year: int) -> str:
        century = (year - 1900) // 100 * 2 + (gender == "female")
        while True:
            number = f"{self._rng.choice(_PROVINCES)}{century}{year % 100:02d}{self._rng.randint(0, 999_999):06d}"
            if number not in self._used:
                self._used.add(number)
                return number

    def _tax_code(self) -> str:
        while True:
            first = f"420{self._rng.randint(0, 999_999):06d}"
            check = 10 - sum(int(d) * w for d, w in zip(first, _TAX_WEIGHTS, strict=True)) % 11
            if check < 10 and first not in self._used:
                self._used.add(first)
                return f"{first}{check}"
