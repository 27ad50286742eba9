"""``central-gateway``: run the service and keep it. Prints JSON on stdout; exit 0 done, 1 refused (a JSON problem with ``code``
and a Vietnamese ``message`` on stderr), 2 wrong usage. Passwords come from ``CENTRAL_GATEWAY_PASSWORD`` or a prompt, never
from the command line, where other users of the machine could read them."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from central_gateway import cli_recover
from central_gateway.settings import Settings
from onestop.errors import UserError
from onestop.rights import ROLES
from onestop.vntime import utc_now


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except UserError as error:
        print(json.dumps(error.problem(), ensure_ascii=False), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="central-gateway", description="Hệ thống trung tâm mà các quầy đồng bộ với.")
    common = argparse.ArgumentParser(add_help=False)
    default = os.environ.get("CENTRAL_GATEWAY_DATABASE")
    common.add_argument("--database", metavar="URL", default=default, required=default is None,
                        help="postgresql://… hoặc sqlite:///tệp (hoặc biến CENTRAL_GATEWAY_DATABASE)")
    witness: Any = {"metavar": "DIR", "default": os.environ.get("CENTRAL_GATEWAY_WITNESS", ""),
                    "help": "thư mục tệp chứng, trên đĩa khác và ngoài bản sao lưu (hoặc biến CENTRAL_GATEWAY_WITNESS)"}
    commands = parser.add_subparsers(required=True, metavar="LỆNH")

    serve = commands.add_parser("serve", parents=[common], help="chạy dịch vụ")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8400, help="0: cổng trống bất kỳ")
    serve.add_argument("--port-file", type=Path, help="ghi dòng JSON khi sẵn sàng vào tệp này")
    serve.add_argument("--witness", **witness)
    serve.add_argument("--blobs", metavar="DIR", default=os.environ.get("CENTRAL_GATEWAY_BLOBS", ""),
                       help="thư mục tệp đính kèm, chung cho mọi tiến trình (hoặc biến CENTRAL_GATEWAY_BLOBS)")
    serve.add_argument("--most-mb", type=_positive, default=50, metavar="MB", help="tệp đính kèm lớn nhất được nhận")
    serve.add_argument("--workers", type=_positive, default=1, metavar="N", help="số tiến trình (chỉ với PostgreSQL)")
    serve.add_argument("--oldest-proto", type=_proto, default="1.0", metavar="N.N", help="giao thức cũ nhất còn được phục vụ")
    serve.add_argument("--demo-data", action="store_true", help="nạp tỉnh mẫu nếu cơ sở dữ liệu còn trống")
    serve.add_argument("--seed", type=int, default=2026)
    serve.add_argument("--demo-count", type=_positive, default=20_000)
    serve.set_defaults(run=_serve)

    enrol = commands.add_parser("enrol", parents=[common], help="cấp mã đăng ký dùng một lần cho một máy")
    enrol.add_argument("--unit", required=True, metavar="ID", help="mã định danh đơn vị")
    enrol.set_defaults(run=_enrol)

    fleet = commands.add_parser("device", help="các máy ở quầy").add_subparsers(required=True, metavar="VIỆC")
    shown = fleet.add_parser("list", parents=[common], help="liệt kê các máy")
    shown.add_argument("--unit", metavar="ID")
    shown.set_defaults(run=_device_list)
    moved = fleet.add_parser("move", parents=[common], help="chuyển một máy sang đơn vị khác")
    moved.add_argument("device", type=_positive, metavar="SỐ")
    moved.add_argument("--to", required=True, metavar="ID", help="mã định danh đơn vị mới")
    moved.set_defaults(run=_device_move)
    for word, state in (("fence", "fenced"), ("unfence", "active")):
        command = fleet.add_parser(word, parents=[common], help="ngừng một máy" if word == "fence" else "cho máy kết nối lại")
        command.add_argument("device", type=_positive, metavar="SỐ")
        command.set_defaults(run=_device_state, state=state)

    cli_recover.add(commands, common, witness)

    prune = commands.add_parser("prune", parents=[common], help="bỏ các dòng dữ liệu cũ của luồng đồng bộ (chạy mỗi ngày)")
    prune.add_argument("--feed-days", type=_positive, default=35)
    prune.add_argument("--chain-days", type=_positive, default=400)
    prune.set_defaults(run=_prune)

    letters = commands.add_parser("dead-letters", parents=[common], help="dữ liệu máy gửi lên mà không đọc được")
    letters.add_argument("--show", metavar="SHA256", help="in nguyên nội dung của một mục (có thể chứa dữ liệu cá nhân)")
    letters.set_defaults(run=_dead_letters)

    staff = commands.add_parser("staff", help="tài khoản cán bộ").add_subparsers(required=True, metavar="VIỆC")
    add = staff.add_parser("add", parents=[common])
    add.add_argument("--username", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--title", default="")
    add.add_argument("--unit", required=True, metavar="ID")
    add.add_argument("--role", required=True, action="append", choices=ROLES)
    add.set_defaults(run=_staff_add)
    for word, locked in (("lock", True), ("unlock", False)):
        command = staff.add_parser(word, parents=[common])
        command.add_argument("--username", required=True)
        command.set_defaults(run=_staff_lock, locked=locked)
    listing = staff.add_parser("list", parents=[common])
    listing.add_argument("--unit", metavar="ID")
    listing.set_defaults(run=_staff_list)

    catalogue = commands.add_parser("catalogue", help="danh mục").add_subparsers(required=True, metavar="VIỆC")
    load = catalogue.add_parser("import", parents=[common])
    load.add_argument("folder", type=Path, metavar="DIR")
    load.set_defaults(run=_catalogue_import)

    export = commands.add_parser("export", parents=[common], help="in toàn bộ dữ liệu để so sánh hai máy")
    export.add_argument("--json", action="store_true", required=True)
    export.add_argument("--agency", metavar="ID")
    export.set_defaults(run=_export)
    return parser


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise ValueError
    return value


def _proto(text: str) -> str:
    from central_gateway.services import versions

    versions.parse(text)
    return text


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _serve(args: argparse.Namespace) -> None:
    from central_gateway.serve import serve

    settings = Settings(database=args.database, oldest_proto=args.oldest_proto, witness=args.witness, blobs=args.blobs,
                        statement_timeout_ms=30_000, max_blob_bytes=args.most_mb * 1_000_000)
    serve(settings, host=args.host, port=args.port, port_file=args.port_file, workers=args.workers,
          demo=(args.seed, args.demo_count) if args.demo_data else None)


class Opened:
    """The gateway of a command that does one thing."""

    def __init__(self, args: argparse.Namespace) -> None:
        from central_gateway.state import open_gateway

        self.gateway = open_gateway(Settings(database=args.database, witness=getattr(args, "witness", "")))

    def __enter__(self):
        return self.gateway

    def __exit__(self, *_: object) -> None:
        self.gateway.close()


def _print(value: Any) -> None:
    print(msgspec.json.encode(value).decode())


def _enrol(args: argparse.Namespace) -> None:
    from central_gateway.services import enrol

    with Opened(args) as gateway:
        code = gateway.database.retrying(lambda conn: enrol.new_code(conn, args.unit, gateway.settings))
        _print({"agency": args.unit, "code": code, "valid_hours": gateway.settings.enrol_code_hours})


def _device_list(args: argparse.Namespace) -> None:
    from central_gateway.services import devices

    with Opened(args) as gateway, gateway.database.read() as conn:
        for row in devices.listing(conn, agency_id=args.unit):
            _print(row)


def _device_move(args: argparse.Namespace) -> None:
    from central_gateway.services import devices

    with Opened(args) as gateway:
        _print(gateway.database.retrying(lambda conn: devices.move(conn, args.device, args.to)))


def _device_state(args: argparse.Namespace) -> None:
    from central_gateway.services import devices

    with Opened(args) as gateway:
        _print(gateway.database.retrying(lambda conn: devices.set_state(conn, args.device, args.state)))


def _prune(args: argparse.Namespace) -> None:
    from central_gateway.services import retention

    with Opened(args) as gateway:
        _print(retention.prune(gateway.database, utc_now(), feed_days=args.feed_days, chain_days=args.chain_days))


def _dead_letters(args: argparse.Namespace) -> None:
    from central_gateway.services import letters

    with Opened(args) as gateway, gateway.database.read() as conn:
        if args.show is None:
            for letter in letters.listing(conn):
                _print(letter)
            return
        found = letters.body(conn, args.show)
    if found is None:
        raise UserError("dead-letter-unknown", "Không có mục nào mang mã này.")
    sys.stdout.buffer.write(found)
    sys.stdout.buffer.flush()


def _asked(prompt: str) -> str:
    """Typed by a person; a script without a terminal is told how it gives it."""
    if not sys.stdin.isatty():
        raise UserError("password-missing", "Chưa có mật khẩu. Chạy lệnh ở cửa sổ dòng lệnh để gõ, hoặc đặt biến CENTRAL_GATEWAY_PASSWORD.")
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise UserError("password-missing", "Chưa gõ mật khẩu.") from None


def _staff_add(args: argparse.Namespace) -> None:
    from central_gateway.services import staff

    password = os.environ.get("CENTRAL_GATEWAY_PASSWORD") or _asked("Mật khẩu: ")
    with Opened(args) as gateway:
        _print(gateway.database.retrying(lambda conn: staff.add(
            conn, username=args.username, name=args.name, title=args.title, agency_id=args.unit, roles=args.role, password=password,
            passwords=gateway.passwords)))


def _staff_lock(args: argparse.Namespace) -> None:
    from central_gateway.services import staff

    with Opened(args) as gateway:
        _print(gateway.database.retrying(lambda conn: staff.set_lock(conn, args.username, locked=args.locked)))


def _staff_list(args: argparse.Namespace) -> None:
    from central_gateway.services import staff

    with Opened(args) as gateway:
        for row in gateway.database.retrying(lambda conn: staff.listing(conn, args.unit, gateway.settings)):
            _print(row)


def _catalogue_import(args: argparse.Namespace) -> None:
    from central_gateway.services.published import import_folder

    with Opened(args) as gateway:
        _print({"new": gateway.database.retrying(lambda conn: import_folder(conn, args.folder))})


def _export(args: argparse.Namespace) -> None:
    from central_gateway.services.export import export

    with Opened(args) as gateway, gateway.database.read() as conn:
        print(export(conn, args.agency))


if __name__ == "__main__":
    sys.exit(main())
