"""A slow line between a counter and the gateway: a relay that lets through so many bits a second in each direction."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 1460


@contextmanager
def line(port: int, bits_per_second: float) -> Iterator[int]:
    """Relay a free port to ``port``; each direction shares its bandwidth among all connections. Yields the free port."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    found: list[int] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lane: _Lane) -> None:
        try:
            while data := await reader.read(_CHUNK):
                await lane.wait(len(data))
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def main() -> None:
        up, down = _Lane(bits_per_second), _Lane(bits_per_second)

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(pump(reader, far_writer, up), pump(far_reader, writer, down))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        found.append(server.sockets[0].getsockname()[1])
        ready.set()

    task = loop.create_task(main())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


class _Lane:
    def __init__(self, bits_per_second: float) -> None:
        self._seconds_per_byte = 8 / bits_per_second
        self._free = 0.0

    async def wait(self, size: int) -> None:
        now = asyncio.get_running_loop().time()
        self._free = max(self._free, now) + size * self._seconds_per_byte
        await asyncio.sleep(self._free - now)
