"""What the invented papers of the desk share: one dossier with everything usual, one with nothing, one as long as the fields allow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from counter_app.printing.documents import Reprint
from tests.printing.samples import AT, CODE, DUE, HEADER, LONG_NAME, LONG_PROCEDURE, PROVISIONAL

OLD_CODE = "000.00.16.H59-230505-0001"
LONG_CODE = "H59.16.12-20261123-0092637"
SLIP = "H32.15-99.7-261123-0004"
ITEM = "RR123456785VN"
UNIT = "Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa"
PROCEDURE = "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ"
DOSSIER: dict[str, Any] = {
    "header": HEADER,
    "title_code": CODE,
    "made_at": AT,
    "code": CODE,
    "unit_name": UNIT,
    "owner": "Nguyễn Thị Ngọc Thuỷ",
    "procedure_name": PROCEDURE,
    "procedure_code": "1.013225",
    "received_at": AT,
    "due_at": DUE,
    "hotline": "0258 3 822 111",
}
BARE: dict[str, Any] = {
    "header": HEADER,
    "title_code": PROVISIONAL,
    "made_at": AT,
    "provisional_code": PROVISIONAL,
    "owner": "Lê An",
    "procedure_name": "Cấp bản sao trích lục hộ tịch",
    "received_at": AT,
}
LONG: dict[str, Any] = {
    **DOSSIER,
    "title_code": LONG_CODE,
    "code": LONG_CODE,
    "provisional_code": PROVISIONAL,
    "owner": LONG_NAME,
    "procedure_name": LONG_PROCEDURE,
    "reprint": Reprint(n=2, at=AT + timedelta(days=2), user="Phạm Thu Hằng"),
}


def s10(serial: int) -> str:
    """An item code with its check digit."""
    from counter_app.domain.postal import s10_check_digit

    return f"EE{serial:08d}{s10_check_digit(f'{serial:08d}')}VN"
