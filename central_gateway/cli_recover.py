"""The commands around backups and restores: ``recover start|status|finish`` and ``durable``. See docs/operations/restore.md."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import msgspec

from onestop.errors import UserError
from onestop.feed import Position

_START = "Bắt đầu khôi phục: mọi quầy sẽ gửi lại dữ liệu và tải lại từ đầu; không cấp số mới cho đến khi xong. Tiếp tục? [c/K] "
_FINISH = "Còn máy chưa gửi lại dữ liệu. Dữ liệu chỉ còn trên các máy đó vẫn được nhận sau này. Kết thúc khôi phục? [c/K] "

_UNKNOWN = (
    "Còn máy chưa gửi lại dữ liệu và không có tệp chứng (--witness), nên không biết hệ thống đã cấp số đến đâu: một mã có thể được cấp "
    "lần nữa cho hồ sơ đang mang số tạm. Hãy chờ các máy còn thiếu (recover status), hoặc dùng --witness, hoặc thêm "
    "--numbers-may-repeat nếu chấp nhận cấp lại mã và in lại giấy hẹn."
)


def add(commands: Any, common: argparse.ArgumentParser, witness: dict[str, Any]) -> None:
    """Put the commands into the parser."""
    recover = commands.add_parser("recover", help="sau khi khôi phục từ bản sao lưu").add_subparsers(required=True, metavar="VIỆC")
    for word, run, text in (("start", _start, "bắt đầu một đời dữ liệu mới"), ("status", _status, "khôi phục đến đâu rồi"),
                            ("finish", _finish, "lấy lại các bản sao và cấp số trở lại")):
        command = recover.add_parser(word, parents=[common], help=text)
        command.set_defaults(run=run)
        if word != "status":
            command.add_argument("--witness", **witness)
            command.add_argument("--yes", action="store_true", help="không hỏi lại")
        if word == "finish":
            command.add_argument("--numbers-may-repeat", action="store_true",
                                 help="kết thúc cả khi còn máy chưa báo và không có tệp chứng; mã trùng thành việc cần người quyết")
    durable = commands.add_parser("durable", parents=[common], help="bản sao lưu ở nơi khác đã có đến đâu (do lệnh sao lưu gọi)")
    durable.add_argument("marks", nargs="*", metavar="ĐƠN-VỊ=SỐ")
    durable.add_argument("--heads", action="store_true", help="chỉ in vị trí hiện tại: ghi lại trước khi bắt đầu sao lưu")
    durable.add_argument("--all", action="store_true", help="mọi dữ liệu hiện có đều đã được sao lưu (dịch vụ đang dừng)")
    durable.set_defaults(run=_durable)


def _opened(args: argparse.Namespace) -> Any:
    from central_gateway.cli import Opened

    return Opened(args)


def _print(value: Any) -> None:
    print(msgspec.json.encode(value).decode())


def _sure(args: argparse.Namespace, question: str) -> None:
    """Raises UserError ``not-confirmed``."""
    if args.yes:
        return
    if not sys.stdin.isatty() or input(question).strip().lower() not in ("c", "có", "co", "y", "yes"):
        raise UserError("not-confirmed", "Chưa làm gì. Thêm --yes để xác nhận.")


def _start(args: argparse.Namespace) -> None:
    from central_gateway.services import finish, recovery

    with _opened(args) as gateway:
        _sure(args, _START)
        recovery.begin(gateway, gateway.life.now(fresh=True).epoch, "operator")
        with gateway.database.read() as conn:
            _print(finish.status(conn))


def _status(args: argparse.Namespace) -> None:
    from central_gateway.services import finish

    with _opened(args) as gateway, gateway.database.read() as conn:
        _print(finish.status(conn))


def _finish(args: argparse.Namespace) -> None:
    from central_gateway.services import finish, life

    with _opened(args) as gateway:
        with gateway.database.read() as conn:
            now = finish.status(conn)
        if now.state != life.RECOVERING:
            raise UserError("not-recovering", "Hệ thống không ở trong trạng thái khôi phục.")
        if not now.enough:
            if not gateway.witness.there and not args.numbers_may_repeat:
                raise UserError("witness-missing", _UNKNOWN)
            _sure(args, _FINISH)
        _print(finish.finish(gateway))


def _durable(args: argparse.Namespace) -> None:
    from central_gateway.services import heads, identity

    with _opened(args) as gateway:
        if args.heads:
            with gateway.database.read() as conn:
                for position in heads.all_heads(conn):
                    print(f"{position.part}={position.seq}")
            return
        if bool(args.marks) == args.all:
            raise UserError("durable-form", "Hãy ghi các mốc dạng ĐƠN-VỊ=SỐ, hoặc dùng --all.")
        marks = [_mark(text) for text in args.marks]
        _print(gateway.database.retrying(lambda conn: identity.set_durable(conn, heads.all_heads(conn) if args.all else marks)))


def _mark(text: str) -> Position:
    part, _, seq = text.partition("=")
    if not part or not seq.isascii() or not seq.isdigit() or len(seq) > 18:
        raise UserError("durable-form", "Mốc sao lưu phải có dạng ĐƠN-VỊ=SỐ, ví dụ H32.15=88190.")
    return Position(part, int(seq))
