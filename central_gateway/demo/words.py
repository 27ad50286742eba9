"""What officers write: reasons, subjects, names of papers. Each is a sentence a real form could carry."""

from __future__ import annotations

SUPPLEMENT = (
    ("Thành phần hồ sơ chưa đủ theo quy định.", ("Bản sao giấy tờ chứng minh quan hệ có chứng thực",)),
    ("Tờ khai chưa có chữ ký của người yêu cầu ở trang 2.", ("Tờ khai đã ký đầy đủ các trang",)),
    ("Giấy ủy quyền đã hết thời hạn.", ("Giấy ủy quyền còn thời hạn",)),
    ("Bản vẽ chưa thể hiện đủ kích thước và ranh giới thửa đất.", ("Bản vẽ đã chỉnh sửa (02 bộ)", "Văn bản giải trình của đơn vị tư vấn")),
    ("Thông tin trên giấy tờ nộp kèm không thống nhất với tờ khai.", ("Tờ khai đã sửa đúng họ, chữ đệm, tên và ngày sinh",)),
    ("Ảnh chụp giấy tờ mờ, không đọc được nội dung.", ("Bản chụp rõ nét toàn bộ các trang",)),
)
REFUSE = (
    "Hồ sơ không thuộc phạm vi giải quyết của cơ quan tiếp nhận.",
    "Người nộp không thuộc đối tượng thực hiện thủ tục theo quy định.",
    "Giấy tờ đính kèm không phải giấy tờ của thủ tục đã chọn; đã hướng dẫn nộp lại đúng thủ tục.",
)
WITHDRAW = (
    "Người nộp thay đổi nhu cầu, xin rút hồ sơ.",
    "Người nộp rút hồ sơ để nộp lại cho người khác đứng tên.",
    "Các bên chưa thống nhất nội dung hợp đồng, xin rút hồ sơ.",
)
STOP = (
    "Đã giải quyết đề nghị rút hồ sơ của người nộp.",
    "Quá thời hạn bổ sung mà người nộp không bổ sung giấy tờ.",
    "Tài sản đang có tranh chấp theo thông báo của Tòa án.",
)
PAYMENT = "Chuyển thông tin nghĩa vụ tài chính; chờ người nộp hoàn thành nghĩa vụ thuế, lệ phí trước bạ."
EXTEND = (
    "Cần xác minh thêm nguồn gốc hồ sơ; cơ quan giải quyết xin lỗi và hẹn lại.",
    "Chờ ý kiến của cơ quan phối hợp; cơ quan giải quyết xin lỗi và hẹn lại.",
    "Số lượng hồ sơ tăng đột biến trong đợt cao điểm; cơ quan giải quyết xin lỗi và hẹn lại.",
)
EXTEND_OFF_DAY = "Trả kết quả vào ngày nghỉ theo đề nghị của người nộp (đợt cao điểm giải quyết hồ sơ quá hạn)."
CORRECT = (
    ("Nhập nhầm số điện thoại, sửa theo lời người nộp.", "owner.phone"),
    ("Nhập sai địa chỉ so với giấy tờ.", "owner.address"),
    ("Nhập thiếu số bộ hồ sơ.", "set_count"),
)
POST = "Bưu chính công ích"


def land_subject(plot: int, sheet: int, commune: str) -> str:
    """The plot a land dossier is about."""
    return f"Thửa đất số {plot}, tờ bản đồ số {sheet}, {commune}"
