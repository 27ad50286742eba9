"""Every refusal is a problem document (RFC 9457): fixed ``type``, Vietnamese ``detail``, no stack trace, no personal data."""

from __future__ import annotations

import logging

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from central_gateway.errors import Refused
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import PROBLEM_BASE, PROBLEM_TYPE, Problem

log = logging.getLogger("central_gateway")

_TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    410: "Gone", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    426: "Upgrade Required", 429: "Too Many Requests", 460: "Checksum Mismatch",
    500: "Internal Server Error", 503: "Service Unavailable",
}
_BY_STATUS = {
    404: ("not-found", "Không có địa chỉ này trên hệ thống trung tâm."),
    405: ("method-not-allowed", "Địa chỉ này không nhận kiểu yêu cầu đã dùng."),
}


def reply(
    status: int, code: str, detail: str, *, epoch: int | None = None, heads: str = "", ops: list | None = None,
    headers: dict[str, str] | None = None, left: int | None = None,
) -> Response:
    """A problem document as an HTTP reply."""
    problem = Problem(
        type=PROBLEM_BASE + code, title=_TITLES.get(status, "Error"), status=status, detail=detail, code=code, epoch=epoch,
        heads=heads, ops=ops or [], left=left,
    )
    return Response(msgspec.json.encode(problem), status, headers, PROBLEM_TYPE)


def internal_error(error: BaseException) -> Response:
    """500: a fault of ours. Only the kind of the exception and where it arose are logged: its text may quote data."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}" if place else "?"
    log.error("internal error: %s at %s", type(error).__name__, where)
    return reply(500, "internal-error", "Hệ thống trung tâm gặp lỗi. Dữ liệu của anh/chị vẫn còn trên máy và sẽ được gửi lại.")


def install(app: FastAPI) -> None:
    """Make ``app`` answer every refusal and error as a problem document."""

    def refused(_request: Request, error: Refused) -> Response:
        return reply(error.status, error.code, error.message, epoch=error.epoch, heads=error.heads, ops=error.ops, headers=error.headers,
                     left=error.left)

    def user_error(_request: Request, error: UserError) -> Response:
        return reply(503 if isinstance(error, EnvironmentFault) else 422, error.code, error.message)

    def http(_request: Request, error: HTTPException) -> Response:
        code, detail = _BY_STATUS.get(error.status_code, (f"http-{error.status_code}", "Yêu cầu không được chấp nhận."))
        return reply(error.status_code, code, detail, headers=dict(error.headers or {}))

    def invalid(_request: Request, error: RequestValidationError) -> Response:
        names = ", ".join(sorted({str(item["loc"][-1])[:40] for item in error.errors() if item.get("loc")}))
        return reply(422, "parameters-invalid", f"Tham số của yêu cầu chưa đúng: {names}.")

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(UserError, user_error)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
