"""闸机 (turnstile): requests that take a place in a release come in one at a time, in the order in which they arrived.

On the morning of a release hundreds press one button. Let in all at once they would share the processor with everybody
else and each other; one after another they are served as fast. Each lets the pages go first that others have asked for
already, for a moment at most, so that those stay usable and nobody at the gate waits for ever. Who waits here holds no
thread and no connection to the database.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

INSIDE = 1  # requests of this kind within the web process at once
PATIENCE_SECONDS = 0.1  # for which one who is next lets others go first: about what two pages take
ENTERING = re.compile(r"/releases/[^/]+/enter")


class Turnstile:
    """An ASGI application around another; asyncio's semaphore lets in who came first."""

    def __init__(self, app: App, *, inside: int = INSIDE, patience: float = PATIENCE_SECONDS) -> None:
        self.app, self.gate, self.patience = app, asyncio.Semaphore(inside), patience
        self.others, self.quiet = 0, asyncio.Event()
        self.quiet.set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "POST" and ENTERING.fullmatch(scope["path"]):
            async with self.gate:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.patience):
                        await self.quiet.wait()
                await self.app(scope, receive, send)
        else:
            await self._by(scope, receive, send)

    async def _by(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Somebody else's page: it counts until its answer begins, so that a stream that stays open delays nobody."""
        counted = True

        def served() -> None:
            nonlocal counted
            if counted:
                counted = False
                self.others -= 1
                if not self.others:
                    self.quiet.set()

        async def sending(message: Any) -> None:
            served()
            await send(message)

        self.others += 1
        self.quiet.clear()
        try:
            await self.app(scope, receive, sending)
        finally:
            served()
