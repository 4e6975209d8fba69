"""闸机 (turnstile): requests that take a place in a release come in a few at a time, in the order in which they arrived.

On the morning of a release hundreds press one button. Let in all at once they would share the processor with everybody
else and each other; one after another they are served as fast, and the pages of all others stay usable. Who waits here
holds no thread and no connection to the database.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

INSIDE = 2  # requests of this kind within the web process at once
ENTERING = re.compile(r"/releases/[^/]+/enter")


class Turnstile:
    """An ASGI application around another; asyncio's semaphore lets in who came first."""

    def __init__(self, app: App, *, inside: int = INSIDE) -> None:
        self.app, self.gate = app, asyncio.Semaphore(inside)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and ENTERING.fullmatch(scope["path"]):
            async with self.gate:
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)
