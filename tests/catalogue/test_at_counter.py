"""The same published document at different counters: for commune business the receiving commune decides itself."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from counter_app.domain.procedure import Catalogue, Procedure

TEXTS = json.loads((Path(__file__).resolve().parents[2] / "resources" / "catalogue" / "demo" / "procedures.json").read_text("utf-8"))
PROCEDURES = msgspec.convert(TEXTS, list[Procedure])


def marital_status(counter: str) -> Procedure:
    return Catalogue(tuple(p.at(counter) for p in PROCEDURES)).version("1.004873", 2)


@pytest.mark.parametrize(("counter", "competent", "unit"), [
    ("H32.15", "H32.15", "H32.15.01"), ("H32.27", "H32.27", "H32.27.01"), ("H32.38", "H32.38", "H32.38.01"),
    ("H32.01", "H32.15", "H32.15.01"),
])
def test_commune_business(counter, competent, unit):
    procedure = marital_status(counter)
    assert (procedure.competent_agency, procedure.handover_unit) == (competent, unit)


def test_provincial_business_is_the_same_everywhere():
    land = next(p for p in PROCEDURES if p.code == "1.012785" and p.valid_to is None)
    assert {land.at(c).handover_unit for c in ("H32.01", "H32.15", "H32.27")} == {"H32.04.01"}
    assert len({marital_status("H32.27"), marital_status("H32.27")}) == 1
