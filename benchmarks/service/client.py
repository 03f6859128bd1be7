"""A client that costs little itself: raw sockets, kept open, many at once."""

from __future__ import annotations

import asyncio
import time

#: Larger than any answer here.
_LIMIT = 2**24


async def _connection(port: int, request: bytes, end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT)
    while (start := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise RuntimeError(head.decode())
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - start)
    writer.close()
    await writer.wait_closed()


def ask(port: int, path: str, body: bytes, connections: int, seconds: float) -> list[float]:
    """Ask for `seconds` over so many connections; returns the time of every answer."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    times: list[float] = []

    async def all_of_them() -> None:
        end = time.perf_counter() + seconds
        await asyncio.gather(*(_connection(port, head.encode() + body, end, times) for _ in range(connections)))

    asyncio.run(all_of_them())
    return times
