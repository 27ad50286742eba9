"""The provinces by the first block of their agency ids (QĐ 20/2020/QĐ-TTg), for codes on papers of elsewhere. The names are those of
the list; provinces merged in 2025 go on under the name their papers were given by, since that is where the citizen was."""

from __future__ import annotations

import re

ELSEWHERE = "tỉnh khác"
"""What is said of a block that no list knows."""

_NAMES = (
    "An Giang", "Bắc Giang", "Bắc Kạn", "Bạc Liêu", "Bắc Ninh", "Bà Rịa – Vũng Tàu", "Bến Tre", "Bình Định", "Bình Dương", "Bình Phước",
    "Bình Thuận", "Cà Mau", "Cần Thơ", "Cao Bằng", "Đắk Lắk", "Đắk Nông", "Đà Nẵng", "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai",
    "Hà Giang", "Hải Dương", "Hải Phòng", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hòa Bình", "Thành phố Hồ Chí Minh", "Hậu Giang", "Hưng Yên",
    "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu", "Lâm Đồng", "Lạng Sơn", "Lào Cai", "Long An", "Nam Định", "Nghệ An", "Ninh Bình",
    "Ninh Thuận", "Phú Thọ", "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La",
    "Tây Ninh", "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Trà Vinh", "Tuyên Quang", "Vĩnh Long",
    "Vĩnh Phúc", "Yên Bái",
)
_BLOCK = re.compile(r"[A-Z][0-9]{2}", re.ASCII)


def province_block(agency: str) -> str:
    """``H19`` of ``H19.01`` as of ``000.00.01.H19``; empty when there is none."""
    return next((part for part in agency.split(".") if _BLOCK.fullmatch(part)), "")


def province_name(block: str) -> str:
    """``Đồng Nai`` for ``H19``; `ELSEWHERE` for what the list does not know (ministries, ids of later lists)."""
    number = int(block[1:]) if block.startswith("H") and block[1:].isdigit() else 0
    return _NAMES[number - 1] if 1 <= number <= len(_NAMES) else ELSEWHERE
