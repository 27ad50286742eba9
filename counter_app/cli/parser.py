"""The words of the command line. Each command's work is imported only when it runs: ``counter-app due`` needs no Qt."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Run = Callable[[argparse.Namespace], "int | None"]


def _between(low: int, high: int) -> Callable[[str], int]:
    """An option's whole number within bounds: beyond them it is a slip of the hand, and SQLite's integers end too."""

    def whole(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"phải trong khoảng {low}–{high}")
        return value

    return whole


def _folder(text: str) -> Path:
    """An empty word (a variable that is not set) must not mean the folder one happens to stand in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("tên thư mục trống")
    return Path(text)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError("phải trong khoảng 0–3600")
    return value


def _lazy(module: str, function: str) -> Run:
    def run(args: argparse.Namespace) -> int | None:
        return getattr(import_module(f"counter_app.cli.{module}"), function)(args)

    return run


def build_parser() -> argparse.ArgumentParser:
    """All commands of the contract."""
    parser = argparse.ArgumentParser(
        prog="counter-app", description="Tiếp nhận và trả kết quả hồ sơ tại bộ phận một cửa. Không có lệnh: mở cửa sổ.")
    parser.set_defaults(run=_lazy("window", "run_window"), user=None)
    _profile(parser)
    commands = parser.add_subparsers(metavar="LỆNH")

    # Every command takes --profile; to those without an account (``profile`` False) it means nothing, or (demo) their folder.
    def add(name: str, module: str, help_text: str, *, code: bool = False, reason: bool = False,
            profile: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        sub.set_defaults(run=_lazy(module, "run_" + name.replace("-", "_")))
        _profile(sub, default=argparse.SUPPRESS)
        if profile:
            sub.add_argument("--user", metavar="NAME", help="tài khoản làm việc; mật khẩu trong COUNTER_APP_PASSWORD")
        if code:
            sub.add_argument("code", metavar="CODE", help="mã hồ sơ, số tạm hoặc id")
        if reason:
            sub.add_argument("--reason", help="lý do")
        return sub

    demo = add("demo", "system", "cửa sổ trên dữ liệu mẫu với cổng trung tâm của riêng nó", profile=False)
    demo.add_argument("--dir", type=Path, help="thư mục dữ liệu mẫu (mặc định: thư mục riêng của người dùng)")
    demo.add_argument("--walk", action="store_true", help="tự làm một vòng công việc rồi in tên các ảnh và PDF")
    demo.add_argument("--fresh", action="store_true", help="xóa dữ liệu mẫu cũ trước")
    demo.add_argument("--count", type=_between(1, 1_000_000), default=20_000, help="số hồ sơ mẫu")
    init = add("init", "system", "tạo hồ sơ máy: đăng ký thiết bị, tải danh mục, mã hóa kho")
    init.add_argument("--gateway", required=True, metavar="URL")
    init.add_argument("--enrol", required=True, metavar="CODE")
    init.add_argument("--name", default="", help="tên máy")
    init.add_argument("--ca", type=Path, help="chứng thư gốc của tỉnh (PEM)")

    add("receive", "dossiers", "tiếp nhận một hay nhiều hồ sơ (JSON, JSON lines)").add_argument("file", metavar="FILE|-")
    add("show", "dossiers", "một hồ sơ", code=True)
    find = add("find", "dossiers", "tìm theo mã, tên (không cần dấu)")
    find.add_argument("text")
    find.add_argument("--limit", type=_between(1, 1_000_000), default=200)
    listing = add("list", "dossiers", "danh sách hồ sơ")
    listing.add_argument("--status", type=_between(0, 10**9), action="append")
    listing.add_argument("--overdue", action="store_true")
    listing.add_argument("--unsent", action="store_true")
    listing.add_argument("--limit", type=_between(1, 1_000_000), default=1000)
    add("procedures", "dossiers", "thủ tục đang tiếp nhận").add_argument("--day", help="ngày (yyyy-mm-dd)")

    add("classify", "rules", "một văn bản quét được là gì", profile=False).add_argument("text", metavar="TEXT|-")
    scan = add("scan", "rules", "đọc mã trong ảnh", profile=False)
    scan.add_argument("images", nargs="+", metavar="IMAGE")
    scan.add_argument("--expect", choices=["code", "idcard", "any"], default="any")
    due = add("due", "rules", "ngày hẹn trả và vì sao", profile=False)
    due.add_argument("--received", required=True)
    due.add_argument("--limit", type=int, default=1)
    due.add_argument("--unit", choices=["workday", "day", "hour", "same-day"], default="workday")
    due.add_argument("--calendar", type=Path)
    due.add_argument("--cutoff", default="15:00")

    supplement = add("supplement", "dossiers", "yêu cầu bổ sung (mẫu 02), hoặc --answered: đã bổ sung", code=True, reason=True)
    supplement.add_argument("--item", action="append", help="giấy tờ cần bổ sung (lặp lại được)")
    supplement.add_argument("--approver", help="người phê duyệt khi yêu cầu lần nữa")
    supplement.add_argument("--answer-by", metavar="DATE", help="hạn bổ sung, in trên phiếu")
    supplement.add_argument("--answered", action="store_true")
    supplement.add_argument("--due", help="ngày hẹn mới nếu thủ tục đòi nhập tay")
    add("accept", "dossiers", "tiếp nhận hồ sơ nộp trực tuyến", code=True)
    add("refuse", "dossiers", "từ chối (mẫu 03)", code=True, reason=True)
    add("stop", "dossiers", "dừng giải quyết (mẫu 05)", code=True, reason=True)
    add("withdraw", "dossiers", "công dân xin rút hồ sơ", code=True, reason=True)
    payment = add("payment", "dossiers", "yêu cầu nghĩa vụ tài chính, hoặc --done: đã nộp", code=True, reason=True)
    payment.add_argument("--done", action="store_true")
    extend = add("extend", "dossiers", "gia hạn (mẫu 04)", code=True, reason=True)
    extend.add_argument("--due", required=True)
    extend.add_argument("--approver")
    result = add("result", "dossiers", "kết quả đã về quầy", code=True)
    for name in ("kind", "number", "note"):
        result.add_argument(f"--{name}")
    giving = add("return", "dossiers", "trả kết quả", code=True)
    giving.add_argument("--collector", help="tên người nhận (mặc định chủ hồ sơ)")
    giving.add_argument("--collector-id")
    giving.add_argument("--relation", choices=["owner", "submitter", "authorised", "post"], default="owner")
    giving.add_argument("--authority")
    giving.add_argument("--original", action="append", help="bản chính trả lại")
    giving.add_argument("--note")
    correct = add("correct", "dossiers", "đính chính: --set owner.name=…", code=True, reason=True)
    correct.add_argument("--set", action="append", metavar="FIELD=VALUE")

    attach = add("attach", "attachments", "đính kèm tệp vào hồ sơ; --remove SHA256 --reason: gỡ ra", code=True)
    attach.add_argument("files", nargs="*", metavar="FILE")
    attach.add_argument("--remove", metavar="SHA256")
    attach.add_argument("--reason")
    listed = add("attachments", "attachments", "các tệp đính kèm; --get SHA256 --to FILE: lấy về", code=True)
    listed.add_argument("--get", metavar="SHA256")
    listed.add_argument("--to", type=Path, metavar="FILE")

    handover = add("handover", "dossiers", "bàn giao: --to UNIT CODE…, --from UNIT CODE…, --post CODE[=ITEM]…, hoặc confirm SLIP [CODE…]")
    handover.add_argument("codes", nargs="*", metavar="CODE")
    handover.add_argument("--to", metavar="UNIT")
    handover.add_argument("--from", dest="from_unit", metavar="UNIT")
    handover.add_argument("--post", action="store_true", help="giao bưu chính; CODE=RR123456785VN ghi mã bưu gửi")
    handover.add_argument("--person", help="người bên kia")
    fee = add("fee", "dossiers", "sổ thu: add|list CODE")
    fee.add_argument("action", choices=["add", "list"])
    fee.add_argument("code", metavar="CODE")
    fee.add_argument("--fee", metavar="FEE_CODE")
    fee.add_argument("--entry", choices=["due", "collected", "refunded", "cancelled"], default="collected")
    fee.add_argument("--amount", type=int)
    fee.add_argument("--kind", choices=["phi", "le_phi"], default="le_phi")
    fee.add_argument("--name")
    fee.add_argument("--method", default="cash")
    fee.add_argument("--receipt-no")

    printing = add("print", "papers", "in mẫu (xem --list), một hay nhiều mã; ra tệp hoặc máy in")
    printing.add_argument("form", nargs="?")
    printing.add_argument("codes", nargs="*", metavar="CODE|SLIP|PERIOD|FILE")
    printing.add_argument("--list", action="store_true", help="các mẫu in được")
    printing.add_argument("--out", metavar="FILE.pdf|DIR")
    printing.add_argument("--blank", action="store_true", help="mẫu trống để viết tay")
    printing.add_argument("--preview", metavar="TEMPLATE.json", help="xem thử một tệp mẫu với dữ kiện bịa")
    printing.add_argument("--overwrite", action="store_true", help="ghi đè tệp đã có")
    printing.add_argument("--printer", metavar="NAME", nargs="?", const="", help="máy in; không ghi tên: máy in của loại giấy tờ này")
    printing.add_argument("--purpose", metavar="PURPOSE", help="dùng thiết lập máy in của loại giấy tờ khác")
    printing.add_argument("--copies", "--copy", dest="copies", type=_between(1, 20), help="số bản")
    printing.add_argument("--paper", metavar="SIZE", help="khổ giấy")
    printing.add_argument("--skip", type=_between(0, 200), default=0, metavar="N", help="tờ nhãn dùng dở: bỏ qua N nhãn đầu")
    printing.add_argument("--timeout", type=_seconds, default=60.0, help="giây chờ lệnh in xong")
    machines = add("printers", "printing", "máy in: list; status NAME; profile [PURPOSE]: xem, đặt; test PURPOSE: trang in thử")
    machines.add_argument("action", nargs="?", choices=["list", "status", "profile", "test"], default="list")
    machines.add_argument("name", nargs="?", metavar="NAME|PURPOSE")
    machines.add_argument("--queue", help="máy in, hay địa chỉ tcp://HOST:9100, file:///dev/usb/lp0, raw:QUEUE; pdf: lưu tệp")
    machines.add_argument("--paper", metavar="SIZE")
    machines.add_argument("--tray", help="khay giấy, như máy in gọi")
    machines.add_argument("--copies", type=int)
    machines.add_argument("--duplex", choices=["", "none", "long", "short"])
    machines.add_argument("--dx", dest="dx_mm", type=float, metavar="MM", help="dời sang phải")
    machines.add_argument("--dy", dest="dy_mm", type=float, metavar="MM", help="dời xuống dưới")
    machines.add_argument("--dpi", type=int)
    machines.add_argument("--reset", action="store_true", help="về mặc định")
    machines.add_argument("--out", metavar="FILE.pdf", help="test: ra tệp thay vì máy in")
    machines.add_argument("--overwrite", action="store_true", help="ghi đè tệp đã có")
    printed = add("prints", "printing", "những gì đã in: của một hồ sơ, một phiếu, hoặc của máy này")
    printed.add_argument("code", nargs="?", metavar="CODE|SLIP")
    printed.add_argument("--limit", type=_between(1, 1_000_000), default=200)

    syncing = add("sync", "system", "đồng bộ")
    syncing.add_argument("--once", action="store_true")
    syncing.add_argument("--verify", action="store_true", help="một lần, rồi so sánh tổng số hồ sơ với trung tâm")
    outbox = add("outbox", "unsent", "những gì chưa gửi; export FILE, import FILE: chuyển qua máy khác; retry: gửi lại ngay; "
                 "edit --op ID: sửa rồi gửi lại")
    outbox.add_argument("action", nargs="?", choices=["list", "export", "import", "retry", "edit"], default="list")
    outbox.add_argument("file", nargs="?", type=Path, metavar="FILE")
    outbox.add_argument("--set", action="append", metavar="Ô=GIÁ TRỊ", dest="values", help="edit: ô sửa lại (lặp lại được)")
    outbox.add_argument("--reason", metavar="LÝ DO", help="edit: lý do ghi lại")
    outbox.add_argument("--op", action="append", metavar="ID", help="chỉ thao tác này (lặp lại được)")
    add("clock", "unsent", "ngày giờ của máy; confirm: phụ trách xác nhận ngày đúng").add_argument(
        "action", nargs="?", choices=["show", "confirm"], default="show")
    add("new-code", "unsent", "cấp mã mới cho hồ sơ chưa có mã hoặc bị trùng mã", code=True)
    add("recover", "recover", "cứu kho dữ liệu bị hỏng: giữ tệp cũ, làm kho mới, tải lại, gửi lại những gì đọc được")
    add("pin", "pin", "đổi mã PIN của kho dữ liệu (máy không có kho khóa)")
    add("conflicts", "system", "việc cần người quyết, hai giá trị cạnh nhau").add_argument(
        "--old", action="store_true", help="chỉ những việc chờ quá một ngày làm việc")
    settle = add("resolve", "system", "quyết một việc trong conflicts")
    settle.add_argument("id", metavar="ID")
    settle.add_argument("--keep", metavar="CHOICE",
                        help="theirs: giữ giá trị trung tâm; mine: ghi giá trị của quầy; new-code: cấp mã mới; keep-both: giữ cả hai")
    settle.add_argument("--take", action="append", metavar="FIELD=mine|theirs",
                        help="chọn từng ô (lặp lại được); ô không nêu giữ giá trị trung tâm")
    settle.add_argument("--note")
    export = add("export", "system", "toàn bộ kho, sắp xếp, để so hai máy")
    export.add_argument("--json", action="store_true", required=True)
    copied = add("catalogue", "catalogue", "danh mục: export FILE cho máy không có mạng, import FILE")
    copied.add_argument("action", choices=["export", "import"])
    copied.add_argument("file", type=Path, metavar="FILE")
    setting = add("settings", "settings", "thiết lập của máy này: mọi giá trị, một giá trị, hay đặt giá trị")
    setting.add_argument("key", nargs="?", metavar="KEY")
    setting.add_argument("value", nargs="?", metavar="VALUE", help="số, true/false, chữ; danh sách viết bằng JSON")
    add("doctor", "system", "máy này có gì sai")
    return parser


def _profile(parser: argparse.ArgumentParser, default: object = None) -> None:
    parser.add_argument("--profile", type=_folder, metavar="DIR", default=default, help="thư mục hồ sơ máy")
