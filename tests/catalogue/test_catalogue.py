"""The demo catalogue is what a province would publish: complete, consistent, and written in composed Vietnamese."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from onestop.deadline import Limit
from onestop.wire import AgencySettings

HERE = Path(__file__).resolve().parents[2] / "resources" / "catalogue" / "demo"
TODAY = date(2026, 11, 22)


def load(name: str):
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


AGENCIES = {a["id"]: a for a in load("agencies")}
PROCEDURES = load("procedures")
STAFF = load("staff")
SETTINGS = load("settings")
COUNTERS = {a["id"] for a in AGENCIES.values() if a["is_counter"]}
UNIT_KEYS = {"id", "name", "short_name", "level", "parent", "header_lines", "place", "hotline", "valid_from", "valid_to",
             "successor", "is_counter", "numbering", "authoritative_system"}
VERSION_KEYS = {"code", "version", "name", "field", "field_id", "competent_agency", "handover_unit", "by_counter",
                "authoritative_system", "limit", "internal_days_before", "supplement_policy", "due_policy", "fees",
                "components", "result_kind", "return_methods", "agencies", "valid_from", "valid_to", "decision_no"}


def name_of(version) -> str:
    return f"{version['code']} v{version['version']}"


def days(entry) -> tuple[date, date]:
    return date.fromisoformat(entry["valid_from"]), date.fromisoformat(entry["valid_to"] or "9999-12-31")


@pytest.mark.parametrize("path", sorted(HERE.glob("*.json")), ids=lambda p: p.name)
def test_files_are_composed_utf8_without_doubles(path):
    text = path.read_bytes().decode("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert "  " not in json.dumps(json.loads(text), ensure_ascii=False)
    assert not re.search(r"\bTODO\b|\?\?", text)


def test_province_is_large_enough():
    assert len({p["code"] for p in PROCEDURES}) >= 70
    assert len({p["field"] for p in PROCEDURES}) >= 11
    assert len(COUNTERS) >= 3
    assert sum(not a["is_counter"] and a["valid_to"] is None for a in AGENCIES.values()) >= 10
    versions = Counter(p["code"] for p in PROCEDURES)
    assert sum(n >= 2 for n in versions.values()) >= 6
    assert {p["limit"]["unit"] for p in PROCEDURES} == {"workday", "day", "hour", "same-day"}
    assert {f["moment"] for p in PROCEDURES for f in p["fees"]} == {1, 2, 4}
    assert {f["kind"] for p in PROCEDURES for f in p["fees"]} == {"phi", "le_phi"}
    assert {p["due_policy"] for p in PROCEDURES} == {"restart", "resume", "manual"}
    assert any(not p["fees"] for p in PROCEDURES)
    assert sum(bool(p["authoritative_system"]) for p in PROCEDURES) >= 2


def test_agencies_are_a_tree_with_headers():
    roots = [a for a in AGENCIES.values() if a["parent"] is None]
    assert [a["id"] for a in roots] == ["H32"]
    assert len(AGENCIES) == len(load("agencies"))
    for unit in AGENCIES.values():
        assert set(unit) == UNIT_KEYS
        assert re.fullmatch(r"H32(\.\d{2}){0,2}", unit["id"])
        assert unit["parent"] is None or unit["parent"] in AGENCIES
        assert len(unit["header_lines"]) == 2
        assert all(line == line.upper() and line for line in unit["header_lines"])
        assert unit["name"] and unit["short_name"] and unit["place"]
        first, last = days(unit)
        assert first < last
        if unit["valid_to"]:
            assert AGENCIES[unit["successor"]]["valid_to"] is None
        else:
            assert unit["successor"] is None
        assert unit["numbering"] in (("lane", "provisional") if unit["is_counter"] else ("",))
    centre = AGENCIES["H32.01"]
    assert centre["header_lines"] == ["VĂN PHÒNG UBND TỈNH KHÁNH HÒA", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"]
    assert AGENCIES["H32.15"]["header_lines"][0] == "UBND PHƯỜNG NHA TRANG"


@pytest.mark.parametrize("version", PROCEDURES, ids=name_of)
def test_procedure_version_is_complete(version):
    assert set(version) == VERSION_KEYS
    assert re.fullmatch(r"[12]\.\d{6}", version["code"])
    Limit(version["limit"]["value"], version["limit"]["unit"])
    assert version["limit"]["value"] >= (version["limit"]["unit"] != "same-day")
    assert 0 <= version["internal_days_before"] <= max(0, version["limit"]["value"] - 1)
    assert version["supplement_policy"] == "once-per-stage"
    assert version["result_kind"] and version["decision_no"].endswith("/QĐ-UBND")
    assert version["return_methods"] and set(version["return_methods"]) <= {"counter", "post", "online"}
    assert version["agencies"] and set(version["agencies"]) <= COUNTERS
    assert version["field"] in {f["name"] for f in load("fields") if f["id"] == version["field_id"]}
    places = [version, *version["by_counter"].values()]
    assert set(version["by_counter"]) <= COUNTERS
    for place in places:
        for unit in (place["competent_agency"], place["handover_unit"]):
            assert AGENCIES[unit]["valid_to"] is None
    for counter, place in version["by_counter"].items():
        assert place["competent_agency"] == counter and AGENCIES[place["handover_unit"]]["parent"] == counter
    first, last = days(version)
    assert first < last
    if version["authoritative_system"]:
        hint = version["authoritative_system"]["hint"]
        assert len(hint) > 40 and "http" not in hint and ".vn" not in hint


@pytest.mark.parametrize("version", PROCEDURES, ids=name_of)
def test_components_and_fees(version):
    components, fees = version["components"], version["fees"]
    assert components and any(c["required"] for c in components)
    assert len({c["code"] for c in components}) == len(components)
    assert len({c["name"] for c in components}) == len(components)
    for component in components:
        assert component["name"] and component["originals"] + component["copies"] >= 1
    assert len({f["code"] for f in fees}) == len(fees)
    for fee in fees:
        assert fee["amount"] >= 0 and fee["amount"] % 1000 == 0 and fee["name"]
        assert fee["name"].lower().startswith("lệ phí" if fee["kind"] == "le_phi" else "phí")
        assert fee["amount"] or fee["note"], "a waived fee says why"


def test_fee_codes_are_the_same_fee_everywhere():
    kinds: dict[str, tuple[str, str]] = {}
    for version in PROCEDURES:
        for fee in version["fees"]:
            assert kinds.setdefault(fee["code"], (version["code"], fee["kind"])) == (version["code"], fee["kind"])


def test_versions_follow_each_other():
    keys = [(p["code"], p["version"]) for p in PROCEDURES]
    assert len(set(keys)) == len(keys)
    by_code: dict[str, list] = {}
    for version in PROCEDURES:
        by_code.setdefault(version["code"], []).append(version)
    for versions in by_code.values():
        versions.sort(key=lambda p: p["version"])
        assert [p["version"] for p in versions] == list(range(1, len(versions) + 1))
        for a, b in combinations(versions, 2):
            assert days(a)[1] < days(b)[0], name_of(b)
        for a, b in pairwise(versions):
            assert (days(b)[0] - days(a)[1]).days == 1
            assert any(a[key] != b[key] for key in ("limit", "fees", "authoritative_system"))
        assert any(days(p)[0] <= TODAY <= days(p)[1] for p in versions)
        assert len({(p["name"], p["field"]) for p in versions}) == 1


def test_the_procedure_of_the_contract_is_there():
    """design.md §10 receives 1.004873 by its code."""
    now = next(p for p in PROCEDURES if p["code"] == "1.004873" and days(p)[0] <= TODAY <= days(p)[1])
    assert now["name"] == "Cấp Giấy xác nhận tình trạng hôn nhân"
    assert now["authoritative_system"] is None and set(now["agencies"]) == COUNTERS


def test_staff_of_every_counter():
    assert len({s["username"] for s in STAFF}) == len(STAFF) == len({s["id"] for s in STAFF})
    for counter in COUNTERS:
        here = [s for s in STAFF if s["agency"] == counter]
        assert {s["username"].split(".")[0] for s in here} == {"lan", "hoa", "minh", "thu", "truong", "quantri"}
        assert {role for s in here for role in s["roles"]} == {"reception", "return", "cashier", "head", "admin"}
    assert all(s["username"] == s["username"].lower() and s["title"] and s["name"] for s in STAFF)


def test_settings_are_the_wire_settings():
    for counter in COUNTERS:
        values = SETTINGS["default"] | SETTINGS["agencies"].get(counter, {})
        assert set(values) <= set(AgencySettings.__struct_fields__)
        settings = AgencySettings(**values)
        assert settings.numbering == AGENCIES[counter]["numbering"]
    assert set(SETTINGS["agencies"]) <= COUNTERS
