"""The smallest province the gateway can serve: two counters that number by lanes, one that numbers provisionally."""

from __future__ import annotations

import json
from pathlib import Path

NHA_TRANG, DIEN_KHANH, VAN_NINH = "H32.15", "H32.27", "H32.38"
PASSWORD = "một-mật-khẩu-dài"
STAFF = [
    {"username": "lan", "name": "Lan", "agency_id": NHA_TRANG, "roles": ["reception"], "staff_id": "lan"},
    {"username": "minh", "name": "Minh", "agency_id": NHA_TRANG, "roles": ["return", "head"], "staff_id": "minh"},
    {"username": "quantri", "name": "Quản trị", "agency_id": NHA_TRANG, "roles": ["admin"], "staff_id": "quantri"},
    {"username": "hoa", "name": "Hoa", "agency_id": VAN_NINH, "roles": ["reception", "return"], "staff_id": "hoa"},
    {"username": "cuc", "name": "Cúc", "agency_id": DIEN_KHANH, "roles": ["reception"], "staff_id": "cuc"},
]
ELSEWHERE = "2.002500"


def write(folder: Path) -> Path:
    """The catalogue as the files a province publishes."""
    folder.mkdir()
    agencies = [
        {"id": NHA_TRANG, "name": "Trung tâm phường Nha Trang", "is_counter": True, "numbering": "lane"},
        {"id": DIEN_KHANH, "name": "Trung tâm xã Diên Khánh", "is_counter": True, "numbering": "lane"},
        {"id": VAN_NINH, "name": "Trung tâm xã Vạn Ninh", "is_counter": True, "numbering": "provisional"},
        {"id": "H32.02", "name": "Sở Tư pháp", "is_counter": False, "numbering": ""},
    ]
    procedures = [
        _procedure("1.004873", 1, valid_to="2026-06-30"),
        _procedure("1.004873", 2, valid_from="2026-07-01"),
        _procedure(ELSEWHERE, 1, authoritative_system={"name": "Hệ thống Bộ Công an", "hint": "Mời công dân đến công an xã."}),
    ]
    files = {"agencies": agencies, "procedures": procedures, "fields": [{"id": "HT", "name": "Hộ tịch"}],
             "settings": {"default": {"code_digits": 4}}}
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return folder


def _procedure(code: str, version: int, **facts) -> dict:
    return {"code": code, "version": version, "name": "Cấp giấy xác nhận", "authoritative_system": None, "valid_from": None,
            "valid_to": None, "limit": {"value": 3, "unit": "workday"}, **facts}
