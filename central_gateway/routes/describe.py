"""OpenAPI for routes whose bodies are msgspec Structs: schemas come from the same types that decode the wire."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from onestop import wire
from onestop.wire import MEDIA_TYPE, PROBLEM_TYPE

_REF = "#/components/schemas/{name}"
_STRUCTS = [value for value in vars(wire).values() if inspect.isclass(value) and issubclass(value, msgspec.Struct)
            and value is not msgspec.Struct]


def describe(summary: str, request: Any, answer: Any, *, device: bool = True) -> dict[str, Any]:
    """Keyword arguments for a route: what it takes and gives."""
    extra: dict[str, Any] = {
        "responses": {
            "200": {"description": "OK", "content": {MEDIA_TYPE: {"schema": _schema(answer)}}},
            "default": {"description": "Refused", "content": {PROBLEM_TYPE: {"schema": _schema(wire.Problem)}}},
        },
    }
    if request is not None:
        extra["requestBody"] = {"required": True, "content": {MEDIA_TYPE: {"schema": _schema(request)}}}
    if device:
        extra["security"] = [{"device": []}]
    return {"summary": summary, "openapi_extra": extra, "response_model": None}


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema


def install(app: FastAPI) -> None:
    """Make ``app`` describe itself with the schemas of the wire."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, schemas = msgspec.json.schema_components(_STRUCTS, ref_template=_REF)
            components = document.setdefault("components", {})
            components["schemas"] = schemas
            components["securitySchemes"] = {"device": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
            for path in document["paths"].values():
                for operation in path.values():
                    operation.get("responses", {}).pop("422", None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi
