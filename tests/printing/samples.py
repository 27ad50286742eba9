"""Invented documents for tests, pictures and measurements: short, typical and extreme."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from counter_app.printing.documents import (
    ComponentLine,
    ControlSheetDoc,
    ControlStep,
    Document,
    HandoverLine,
    HandoverSlipDoc,
    Header,
    Party,
    ReceiptDoc,
    Reprint,
    ReturnSlipDoc,
)
from onestop.vntime import VN_TZ

AT = datetime(2026, 11, 23, 8, 5, tzinfo=VN_TZ)
DUE = datetime(2026, 12, 8, 17, 0, tzinfo=VN_TZ)
CODE = "H32.15-261123-0001"
PROVISIONAL = "TN-7-261123-0003"
HEADER = Header(parent="Văn phòng UBND tỉnh Khánh Hòa", unit="Trung tâm Phục vụ hành chính công", place="Khánh Hòa")
LONG_NAME = ("CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN ĐẦU TƯ XÂY DỰNG THƯƠNG MẠI DỊCH VỤ VÀ XUẤT NHẬP KHẨU "
             "THUỶ SẢN ĐỒNG BẰNG SÔNG CỬU LONG")[:120]
LONG_ADDRESS = ("Số nhà 123/45/6 Đường Nguyễn Thị Minh Khai nối dài, tổ dân phố số 12 Phước Hưng, khu tái định cư "
                "Phường Nha Trang mở rộng giai đoạn hai, cạnh Trường Trung học phổ thông chuyên Nguyễn Bỉnh Khiêm, "
                "phường Nha Trang, tỉnh Khánh Hòa, nước Cộng hòa xã hội chủ nghĩa Việt Nam, hộp thư bưu chính 89000")[:300]
LONG_PROCEDURE = ("Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất trong các trường hợp chuyển đổi, chuyển "
                  "nhượng, cho thuê, cho thuê lại, thừa kế, tặng cho, góp vốn bằng quyền sử dụng đất của hộ gia đình, cá nhân")


def start_of(text: str, length: int) -> str:
    """Whole words of the beginning, about ``length`` characters."""
    return text if len(text) <= length else text[:length].rpartition(" ")[0].rstrip(",")


def receipt_short() -> ReceiptDoc:
    """The least a receipt can hold: provisional, no due date, no papers, no contact."""
    return ReceiptDoc(header=HEADER, owner=Party(name="Lê An"), procedure_name="Cấp bản sao trích lục hộ tịch",
                      procedure_code="2.000635", received_at=AT, provisional_code=PROVISIONAL, return_method="Tại quầy")


def receipt() -> ReceiptDoc:
    """A usual morning's receipt."""
    return ReceiptDoc(
        header=HEADER, unit_name="Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa", code=CODE,
        owner=Party(name="Nguyễn Thị Ngọc Thuỷ", id_no="001099012345", phone="0912 345 678", email="ngocthuy@example.vn",
                    address="Số 8, tổ dân phố Phước Hưng, phường Nha Trang, tỉnh Khánh Hòa"),
        submitter=Party(name="Trần Văn Quyết", phone="0987 654 321", authority="giấy ủy quyền số 12/2026"),
        procedure_name="Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ",
        procedure_code="1.013225", components=(
            ComponentLine(name="Đơn đề nghị cấp giấy phép xây dựng", originals=1),
            ComponentLine(name="Giấy chứng nhận quyền sử dụng đất", copies=1, note="đã đối chiếu bản chính"),
            ComponentLine(name="Bản vẽ thiết kế xây dựng", originals=2),
            ComponentLine(name="Bản cam kết bảo đảm an toàn đối với công trình liền kề", originals=1, copies=1),
        ),
        limit="10 ngày làm việc", received_at=AT, due_at=DUE, return_method="Tại quầy của Trung tâm",
        fees="Lệ phí 75.000 đồng (đã thu)", book_no="03", book_seq="1245", receiver="Phạm Thu Hằng",
        hotline="0258 3 822 111", lookup_url="dichvucong.gov.vn", lookup_secret="K7Q2",
    )


def _receipt_2018() -> ReceiptDoc:
    return replace(receipt(), code="000.00.15.H32-240304-0001", received_at=datetime(2024, 3, 4, 9, 0, tzinfo=VN_TZ),
                   due_at=datetime(2024, 3, 18, 17, 0, tzinfo=VN_TZ),
                   submitter=Party(name="Trần Văn Quyết", phone="0987 654 321", authority="giấy ủy quyền số 12/2024"))


def receipt_extreme() -> ReceiptDoc:
    """Everything as long as the fields allow: 60 papers, a reprint, both codes."""
    papers = tuple(ComponentLine(name=f"{start_of(LONG_PROCEDURE, 30 + 3 * n)} – giấy tờ thứ {n}", originals=n % 3, copies=(n + 1) % 4,
                                 note="bản chính đã đối chiếu và trả lại tại quầy" if n % 5 == 0 else "") for n in range(1, 61))
    return replace(
        receipt(), owner=Party(name=LONG_NAME, id_no="1500123456-001", phone="0258 3 822 111 – máy lẻ 204",
                               email="vanphong.tiepnhan.hoso.hanhchinh@congtyxaydungthuysan-dbscl.example.vn", address=LONG_ADDRESS),
        code="H59.16.12-20261123-0092637", provisional_code=PROVISIONAL, procedure_name=LONG_PROCEDURE, subject=LONG_PROCEDURE,
        components=papers, set_count=12, reprint=Reprint(n=3, at=AT + timedelta(days=2, hours=3), user="Phạm Thu Hằng"),
        return_method="Qua dịch vụ bưu chính công ích, địa chỉ: " + LONG_ADDRESS,
        fees="Phí thẩm định 15.000.000 đồng (chưa thu); lệ phí 75.000 đồng (đã thu)",
    )


def control_sheet() -> ControlSheetDoc:
    """The sheet as it leaves the counter with its first hand-over."""
    return ControlSheetDoc(
        header=HEADER, code=CODE, received_at=AT, due_at=DUE, owner="Nguyễn Thị Ngọc Thuỷ", unit_name=HEADER.unit,
        procedure_name="Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ",
        steps=(ControlStep(from_unit="Bộ phận Một cửa", to_unit="Phòng Quản lý xây dựng", at=AT + timedelta(hours=6),
                           giver="Phạm Thu Hằng", receiver="Đỗ Minh Quân", outcome="on-time", note="Giao kèm 2 bộ bản vẽ"),
               ControlStep(from_unit="Phòng Quản lý xây dựng", to_unit="Bộ phận Một cửa")),
    )


def handover(count: int = 8) -> HandoverSlipDoc:
    """A slip to a department with ``count`` lines."""
    owners = ("Nguyễn Thị Ngọc Thuỷ", "Trần Văn Quyết", LONG_NAME, "Lê An")
    lines = tuple(HandoverLine(
        code=f"H32.15-261123-{n:04d}" if n % 4 else f"G09.20-20261123-{n:07d}", owner=owners[n % 4],
        procedure="Cấp giấy phép xây dựng mới" if n % 3 else LONG_PROCEDURE, component_count=4 + n % 3, set_count=1,
        internal_deadline=DUE - timedelta(days=1), due_at=DUE, remark="Thiếu bản vẽ số 2" if n == 5 else "") for n in range(1, count + 1))
    return HandoverSlipDoc(
        header=HEADER, slip_no="H32.15-99.7-261123-0004", direction="to-department", from_unit="Trung tâm Phục vụ hành chính công",
        from_person="Phạm Thu Hằng", to_unit="Phòng Quản lý xây dựng, Sở Xây dựng", to_person="Đỗ Minh Quân",
        handed_at=AT + timedelta(hours=6), lines=lines,
    )


def return_slip() -> ReturnSlipDoc:
    """An authorised person collects and gets an original back."""
    return ReturnSlipDoc(
        header=HEADER, code=CODE, owner="Nguyễn Thị Ngọc Thuỷ", unit_name="Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa",
        procedure_name="Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ", procedure_code="1.013225",
        received_at=AT, due_at=DUE, returned_at=DUE - timedelta(days=1, hours=6), result="Giấy phép xây dựng số 245/GPXD ngày 04/12/2026",
        collector=Party(name="Trần Văn Quyết", id_no="083088001234", phone="0987 654 321", authority="giấy ủy quyền số 12/2026"),
        relation="Người được ủy quyền", originals=("Giấy chứng nhận quyền sử dụng đất số BX 123456", "Hợp đồng tặng cho quyền sử dụng đất"),
        fees="Lệ phí 75.000 đồng, đã thu, biên lai số 0004512", returned_by="Phạm Thu Hằng", hotline="0258 3 822 111",
    )


def all_samples() -> dict[str, tuple[Document, str]]:
    """Name of picture → (document, paper)."""
    ctl = control_sheet()
    return {
        "01-a4-short": (receipt_short(), "A4"), "01-a4": (receipt(), "A4"), "01-a4-extreme": (receipt_extreme(), "A4"),
        "01-a5-short": (receipt_short(), "A5"), "01-a5": (receipt(), "A5"), "01-a5-extreme": (receipt_extreme(), "A5"),
        "01-a4-2018": (_receipt_2018(), "A4"),
        "06-a4": (ctl, "A4"), "06-a4-short": (replace(ctl, steps=(), code="", provisional_code=PROVISIONAL, due_at=None), "A4"),
        "06-a4-extreme": (replace(ctl, owner=LONG_NAME, procedure_name=LONG_PROCEDURE, steps=ctl.steps * 8), "A4"),
        "handover-a4": (handover(), "A4"), "handover-a4-short": (handover(1), "A4"), "handover-a4-extreme": (handover(60), "A4"),
        "return-a4": (return_slip(), "A4"), "return-a5": (return_slip(), "A5"),
        "return-a4-short": (replace(return_slip(), originals=(), collector=Party(name="Lê An"), relation="Chủ hồ sơ", fees="Không",
                                    due_at=None, result=""), "A4"),
        "return-a5-extreme": (replace(return_slip(), owner=LONG_NAME, procedure_name=LONG_PROCEDURE,
                                      originals=tuple(f"{start_of(LONG_PROCEDURE, 90)} {n}" for n in range(30)),
                                      reprint=Reprint(n=1, at=AT, user="Phạm Thu Hằng")), "A5"),
    }
