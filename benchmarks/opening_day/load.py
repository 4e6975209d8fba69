"""The crowd, in a process of its own: reads a plan as JSON, answers what it measured. Raw asyncio, nothing of the platform.

`asks` are requests taken in turn by so many connections that stay open; `others` is one more client that reads pages at an
easy pace while they run, as everybody else does on that morning.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

READ = 65_536
PAUSE_SECONDS = 0.2


class Line:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, session: str) -> tuple[int, str]:
        """The status, and where it leads to."""
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        token = "c" * 32
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: sessionid={session}; csrftoken={token}\r\nX-CSRFToken: {token}\r\nContent-Length: 0\r\n\r\n"
        )
        self.writer.write(head.encode())
        await self.writer.drain()
        return await self._answer()

    async def _answer(self) -> tuple[int, str]:
        assert self.reader is not None
        assert self.writer is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:] if line)
        }
        if "content-length" in fields:
            await self.reader.readexactly(int(fields["content-length"]))
        elif fields.get("transfer-encoding") == "chunked":
            while size := int((await self.reader.readline()).strip(), 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readexactly(2)
        if fields.get("connection") == "close":
            self.writer.close()
        return int(head.split(" ", 2)[1]), fields.get("location", "")


async def crowd(plan: dict[str, Any]) -> dict[str, Any]:
    asks = iter(plan["asks"])
    answers: list[tuple[float, float, int, str]] = []
    others: list[float] = []
    began = time.monotonic()
    over = asyncio.Event()
    watcher = asyncio.create_task(_watch(plan, others, over)) if plan.get("others") else None
    await asyncio.gather(*[_worker(plan["port"], asks, answers, began) for _ in range(plan["connections"])])
    over.set()
    if watcher:
        await watcher
    return {"answers": answers, "others": others, "seconds": time.monotonic() - began}


async def _worker(
    port: int, asks: Iterator[list[str]], answers: list[tuple[float, float, int, str]], began: float
) -> None:
    line = Line(port)
    for method, path, session in asks:
        sent = time.monotonic()
        try:
            status, where = await line.ask(method, path, session)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status, where, line = 0, "", Line(port)
        done = time.monotonic()
        answers.append((done - began, done - sent, status, where))


async def _watch(plan: dict[str, Any], took: list[float], over: asyncio.Event) -> None:
    line, turn = Line(plan["port"]), 0
    while not over.is_set():
        path = plan["others"]["paths"][turn % len(plan["others"]["paths"])]
        turn += 1
        sent = time.monotonic()
        status, _where = await line.ask("GET", path, plan["others"]["session"])
        assert status == 200, f"{path}: {status}"
        took.append(time.monotonic() - sent)
        await asyncio.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(crowd(json.loads(sys.stdin.read())))))
