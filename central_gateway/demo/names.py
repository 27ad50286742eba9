"""Word lists for invented people, streets and organisations. A word stands as often as it should be drawn."""

from __future__ import annotations


def _weighted(text: str) -> tuple[str, ...]:
    """``"Nguyễn*38 Trần*11 Đỗ"`` → each word as often as its weight."""
    words: list[str] = []
    for item in text.split():
        word, _, times = item.partition("*")
        words += [word.replace("_", " ")] * int(times or 1)
    return tuple(words)


FAMILY = _weighted(
    "Nguyễn*38 Trần*12 Lê*10 Phạm*7 Huỳnh*6 Võ*5 Phan*4 Trương*3 Bùi*3 Đặng*3 Đỗ*2 Ngô*2 Hồ*3 Dương*2 Đinh*2 Mai*2 Cao*2 Lương*2 "
    "Lưu Tô Hà Trịnh Đoàn Thái Kiều Châu Tạ Văn Lâm Từ Quách Chế Mấu Pi_Năng Thập Đàng Đào Vũ*2 Hoàng*3"
)
MIDDLE_MALE = _weighted(
    "Văn*12 Hữu*4 Đức*4 Minh*4 Quốc*4 Công*3 Thanh*3 Xuân*3 Ngọc*3 Đình*3 Quang*3 Trọng*2 Tấn*3 Anh*2 Gia*3 Hoàng*3 Bá Thành*2 Duy*2 Nhật "
    "Phước"
)
GIVEN_MALE = _weighted(
    "An Ân Bình Bảo*2 Cường*2 Chí Dũng*2 Duy*2 Đạt*2 Đông Giang Hải*2 Hào Hậu Hiếu*2 Hòa Hùng*3 Huy*3 Hưng*2 Khải Khang*2 Khánh Khoa*2 "
    "Kiên Lâm Lộc Long*2 Luân Mạnh Nam*2 Nghĩa Nguyên Nhân Nhật Phát Phong*2 Phú Phúc*2 Quân*2 Quý Sang Sơn*2 Tài*2 Tâm Tân Thái "
    "Thành*2 Thắng*2 Thiện Thịnh*2 Thọ Tiến*2 Toàn Trí Trung*2 Tú Tuấn*3 Tùng Việt Vinh*2 Vũ*2 Vương Ý"
)
MIDDLE_FEMALE = _weighted(
    "Thị*16 Ngọc*4 Thanh*3 Kim*3 Thu*3 Minh*2 Phương*2 Hồng*2 Bích*2 Mỹ*2 Như*2 Quỳnh*2 Thùy*2 Hoài Diễm Tuyết Khánh Bảo*2 Gia "
    "Thị_Ngọc*3 Thị_Thanh*3 Thị_Kim*3 Thị_Thu*3 Thị_Mỹ*2 Thị_Hồng*2"
)
GIVEN_FEMALE = _weighted(
    "An Anh*2 Ánh Châu Chi*2 Diễm Diệp Dung*2 Duyên Đào Giang Hà*2 Hân*2 Hạnh*2 Hằng*2 Hiền*2 Hoa*2 Hồng*2 Huệ Hương*3 Huyền*2 Khuê Lan*3 "
    "Lệ Liên*2 Linh*3 Loan*2 Ly Mai*2 My*2 Nga*2 Ngân*2 Ngọc*2 Nguyệt Nhi*2 Nhung*2 Như*2 Nương Oanh Phụng Phương*2 Quyên Quỳnh Sương "
    "Tâm Thảo*3 Thi Thơ Thoa Thu*2 Thủy*3 Thúy Thư*2 Tiên Trâm*2 Trang*3 Trinh*2 Trúc*2 Tú Tuyết*2 Uyên Vân*2 Vy*3 Xuân Yến*2"
)
#: Not the streets of any real town.
STREETS = _weighted(
    "Hoa_Phượng Hàng_Dương Bến_Cá_Cũ Đá_Chồng Gió_Lộng Muối_Trắng Yến_Sào Trầm_Hương Cầu_Tre Giếng_Nước Chợ_Mới Đồi_Thông "
    "Rặng_Phi_Lao Sao_Biển Suối_Đá Vườn_Dừa Xóm_Lưới Lò_Gốm Bãi_Sỏi Ngọn_Hải_Đăng"
)
HAMLETS = _weighted(
    "Đông_Hạ Tây_Thượng An_Lạc_1 An_Lạc_2 Phú_Hòa Bình_Khê Suối_Cát Gò_Sạn Đồng_Muối Xuân_Lâm Vĩnh_Khê Hòn_Nứa"
)
TRADES = (
    ("Công ty TNHH {}", 6), ("Công ty TNHH Thương mại và Dịch vụ {}", 4), ("Công ty Cổ phần {}", 3), ("Công ty TNHH Xây dựng {}", 3),
    ("Công ty TNHH Vận tải {}", 2), ("Hợp tác xã Nông nghiệp {}", 2), ("Trường Mầm non tư thục {}", 1), ("Nhà thuốc {}", 1),
    ("Doanh nghiệp tư nhân {}", 2), ("Công ty TNHH Thủy sản {}", 2), ("Công ty Cổ phần Du lịch {}", 1),
)
TRADE_NAMES = _weighted(
    "Sóng_Biếc Gió_Lành Trầm_Xanh An_Khê_Phát Hải_Đăng_Vàng Cát_Trắng_Việt Phú_Lộc_Thịnh Minh_Khôi_Phát Đại_Lâm_Viên Tân_Hòa_Lợi Nắng_Mai "
    "Biển_Ngọc_An Thiên_Hương_Vịnh Hòn_Nứa_Xanh Vạn_Lộc_Tín Đông_Hải_Sinh Thuận_Gió Bình_Minh_Vịnh Yến_Ngọc_Phát Suối_Cát_Xanh"
)
