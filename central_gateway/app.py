"""The application: put together once per process."""

from __future__ import annotations

from fastapi import FastAPI

from central_gateway import problems
from central_gateway.admit import Admit
from central_gateway.envelope import Envelope
from central_gateway.routes import blobs, describe, devices, health, sync
from central_gateway.state import Gateway
from onestop.wire import PROTO


def create_app(gateway: Gateway) -> FastAPI:
    """The ASGI application over an open gateway. No documentation pages: they would load scripts from elsewhere."""
    app = FastAPI(
        title="Central gateway of the one-stop shops", version=PROTO, docs_url=None, redoc_url=None, openapi_url="/openapi.json",
        description="Counters push ops and pull states. See docs/architecture.md.",
    )
    app.state.gateway = gateway
    problems.install(app)
    describe.install(app)
    for module in (health, devices, sync, blobs):
        app.include_router(module.router)
    app.add_middleware(Admit, settings=gateway.settings)
    app.add_middleware(Envelope, settings=gateway.settings)
    return app
