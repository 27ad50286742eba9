"""OpenAPI for routes whose bodies are msgspec Structs: schemas come from the same types that decode the wire."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from onestop import wire, wire_blobs
from onestop.wire import MEDIA_TYPE, PROBLEM_TYPE
from onestop.wire_blobs import OCTETS, PART_BYTES

_REF = "#/components/schemas/{name}"
_STRUCTS = [value for module in (wire, wire_blobs) for value in vars(module).values()
            if inspect.isclass(value) and issubclass(value, msgspec.Struct) and value is not msgspec.Struct]


#: What may be answered to every device, by status: the codes of the problem document.
_DEVICE = {401: "token-missing, token-invalid, token-expired, device-unknown", 403: "device-fenced",
           409: "history-diverged, incarnation-forked"}
_OLD = "upgrade-required (the protocol is too old, or of another major version; push, hello, token and enrol are always served)"
_HEADERS: dict[str, dict[str, Any]] = {
    "SyncProto": {
        "name": wire.H_PROTO, "in": "header", "schema": {"type": "string", "pattern": "^[0-9]{1,4}[.][0-9]{1,4}$", "default": "1.0"},
        "description": "Protocol of the caller, major.minor. Unknown minor versions are served."},
    "SyncEpoch": {"name": wire.H_EPOCH, "in": "header", "schema": {"type": "integer"}, "description": "The epoch the caller knows."},
    "SyncPosition": {
        "name": wire.H_POSITION, "in": "header", "schema": {"type": "string"},
        "description": "The highest positions the caller ever saw, `part=seq:chain`, separated by semicolons."},
}
_REPLY_HEADERS = {
    "Deprecation": "Since when the caller's protocol is replaced (RFC 9745).",
    "Sunset": "Until when it is served at least (RFC 8594).",
}


def describe(
    summary: str, request: Any, answer: Any, *, device: bool = True, always: bool = False, refusals: dict[int, str] | None = None,
) -> dict[str, Any]:
    """Keyword arguments for a route: what it takes and gives, and the codes of its own ``refusals`` by status. ``always``: it is
    served whatever protocol the caller speaks."""
    codes = {**({} if always else {426: _OLD}), **(_DEVICE if device else {})}
    for status, text in (refusals or {}).items():
        codes[status] = f"{codes[status]}, {text}" if status in codes else text
    extra: dict[str, Any] = {
        "responses": {
            "200": {"description": "OK", "content": _content(answer),
                    "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _REPLY_HEADERS}},
            **{str(status): {"description": text, "content": {PROBLEM_TYPE: {"schema": _schema(wire.Problem)}}}
               for status, text in sorted(codes.items())},
            "default": {"description": "Refused", "content": {PROBLEM_TYPE: {"schema": _schema(wire.Problem)}}},
        },
    }
    if request is not None:
        extra["requestBody"] = {"required": True, "content": _content(request)}
    if device:
        extra["security"] = [{"device": []}]
    return {"summary": summary, "openapi_extra": extra, "response_model": None}


def _content(kind: Any) -> dict[str, Any]:
    if kind is bytes:
        return {OCTETS: {"schema": {"type": "string", "format": "binary", "maxLength": PART_BYTES}}}
    return {MEDIA_TYPE: {"schema": _schema(kind)}}


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema


def _finish(operation: dict[str, Any]) -> None:
    """What FastAPI thinks it answers goes (its 422, plain JSON); headers that every route reads come in."""
    answers = operation.get("responses", {})
    ours = not {MEDIA_TYPE, OCTETS}.isdisjoint(answers.get("200", {}).get("content", {}))
    if ours:
        named = [parameter.get("name", "").lower() for parameter in operation.get("parameters", [])]
        wanted = ["SyncProto", *(["SyncEpoch", "SyncPosition"] if "security" in operation else [])]
        operation.setdefault("parameters", []).extend(
            {"$ref": f"#/components/parameters/{name}"} for name in wanted if _HEADERS[name]["name"].lower() not in named)
    if ours:
        for status in list(answers):
            content = answers[status].get("content", {})
            content.pop("application/json", None)
            if not content:
                del answers[status]


def install(app: FastAPI) -> None:
    """Make ``app`` describe itself with the schemas of the wire."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, schemas = msgspec.json.schema_components(_STRUCTS, ref_template=_REF)
            components = document.setdefault("components", {})
            components["schemas"] = schemas
            components["securitySchemes"] = {"device": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
            components["parameters"] = _HEADERS
            components["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in _REPLY_HEADERS.items()}
            for path in document["paths"].values():
                for operation in path.values():
                    _finish(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi
