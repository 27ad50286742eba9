"""A gateway without a single rule, for comparison: it writes op, state and feed row of each reception and says "applied". One
transaction a batch, forced to the disk. ``python -m benchmarks.bare_gateway FILE`` prints its port."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import zstandard

from benchmarks.accept import bare, raw_sqlite
from central_gateway.serve import bound
from onestop.wire import MEDIA_TYPE, PushRequest


def _app(path: str) -> Any:
    keep = raw_sqlite(Path(path))

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        raw, more = b"", True
        while more:
            message = await receive()
            raw, more = raw + message.get("body", b""), message.get("more_body", False)
        if (b"content-encoding", b"zstd") in scope["headers"]:
            raw = zstandard.ZstdDecompressor().decompress(raw, max_output_size=1 << 24)
        request = msgspec.json.decode(raw, type=PushRequest)
        rows = [bare(bytes(op)) for op in request.ops]
        keep(rows)
        body = msgspec.json.encode({"results": [{"op": row[0], "s": "applied"} for row in rows]})
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    with bound("127.0.0.1", 0) as listener:
        listener.listen(64)
        print(listener.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(_app(sys.argv[1]), log_level="critical", lifespan="off")).run(sockets=[listener])
