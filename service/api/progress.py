"""Progress told as server-sent events until the work has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection
from typing import Final, TypeVar

from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

_EVERY_SECONDS: Final = 0.5


_T = TypeVar("_T", bound=BaseModel)


async def pushed(
    read: Callable[[], _T], is_open: Callable[[_T], bool], left_out: Collection[str] = ()
) -> StreamingResponse:
    """Return a stream of what `read` says whenever it says something new; it ends after the first that is not open.

    `read` may wait for the database: it is called in a thread. Its first answer is awaited here, so that what does not exist is refused
    before the stream begins.
    """
    first = await run_in_threadpool(read)

    async def told() -> AsyncIterator[str]:
        state, last = first, ""
        while True:
            data = json.dumps(state.model_dump(mode="json", exclude=set(left_out)), ensure_ascii=False)
            if data != last:
                yield f"event: progress\ndata: {data}\n\n"
                last = data
            if not is_open(state):
                return
            await asyncio.sleep(_EVERY_SECONDS)
            state = await run_in_threadpool(read)

    return StreamingResponse(told(), media_type="text/event-stream")
