"""闸机: who takes a place in a release comes in one by one and in order; all others pass by, and go first."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kechuang.site.turnstile import INSIDE, PATIENCE_SECONDS, Turnstile

ENTER, PAGE = "/releases/rel_1/enter", "/releases/rel_1/"


class Hall:
    """An application that keeps everybody inside until the door at the back is opened."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.left: list[str] = []
        self.doors: dict[str, asyncio.Event] = {}
        self.fails: set[str] = set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        name = scope["name"]
        self.came.append(name)
        self.doors[name] = asyncio.Event()
        if name in self.fails:
            raise RuntimeError(name)
        if name.startswith("stream"):
            await send({"type": "http.response.start"})
        await self.doors[name].wait()
        self.left.append(name)


class Morning:
    """Requests as they arrive one after another at the turnstile."""

    def __init__(self, *, inside: int = INSIDE, patience: float = PATIENCE_SECONDS) -> None:
        self.hall = Hall()
        self.gate = Turnstile(self.hall, inside=inside, patience=patience)
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, name: str, *, method: str = "POST", path: str = ENTER, kind: str = "http") -> None:
        scope = {"type": kind, "method": method, "path": path, "name": name}
        self.tasks[name] = asyncio.create_task(self._through(scope))
        await self._settled()

    async def goes(self, name: str) -> None:
        self.hall.doors[name].set()
        await self._settled()

    async def gives_up(self, name: str) -> None:
        self.tasks[name].cancel()
        await self._settled()

    async def over(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def _through(self, scope: dict[str, Any]) -> None:
        async def send(_message: Any) -> None: ...

        await self.gate(scope, None, send)

    async def _settled(self) -> None:
        """Everybody who can go on has gone on."""
        for _ in range(5):
            await asyncio.sleep(0)


def _run(morning: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a browser that is open in this one has its loop running here."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, morning).result()


def test_one_at_a_time_and_in_the_order_of_arrival() -> None:
    async def played() -> None:
        morning = Morning()
        for name in "abc":
            await morning.comes(name)
        assert morning.hall.came == ["a"]
        await morning.goes("a")
        assert morning.hall.came == ["a", "b"]
        await morning.goes("b")
        assert morning.hall.came == ["a", "b", "c"]
        await morning.over()

    _run(played())


def test_without_the_gate_all_would_be_inside_at_once() -> None:
    """The negative control: as many as come are let in when the gate is as wide as the crowd."""

    async def played() -> None:
        morning = Morning(inside=5)
        for name in "abcde":
            await morning.comes(name)
        assert morning.hall.came == list("abcde")
        await morning.over()

    _run(played())


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", PAGE, "http"),
        ("GET", ENTER, "http"),
        ("POST", "/releases/rel_1/act/close", "http"),
        ("POST", "/releases/rel_1/enter/more", "http"),
        ("POST", "/orders/ord_1/enter", "http"),
        ("POST", ENTER, "lifespan"),
    ],
)
def test_everybody_else_passes_by_a_full_gate(method: str, path: str, kind: str) -> None:
    async def played() -> None:
        morning = Morning()
        for name in "ab":
            await morning.comes(name)
        await morning.comes("other", method=method, path=path, kind=kind)
        assert morning.hall.came == ["a", "other"]
        await morning.over()

    _run(played())


def test_who_fails_inside_makes_room_for_the_next() -> None:
    async def played() -> None:
        morning = Morning()
        morning.hall.fails = {"a"}
        await morning.comes("a")
        await morning.comes("b")
        assert morning.hall.came == ["a", "b"]
        with pytest.raises(RuntimeError):
            await morning.tasks["a"]
        await morning.over()

    _run(played())


def test_who_waits_and_goes_away_is_no_longer_waited_for() -> None:
    async def played() -> None:
        morning = Morning()
        for name in "abc":
            await morning.comes(name)
        await morning.gives_up("b")
        await morning.goes("a")
        assert morning.hall.came == ["a", "c"]
        await morning.over()

    _run(played())


def test_a_page_that_was_asked_for_goes_first() -> None:
    async def played() -> None:
        morning = Morning(patience=60)
        await morning.comes("page", method="GET", path=PAGE)
        await morning.comes("a")
        assert morning.hall.came == ["page"]
        await morning.goes("page")
        assert morning.hall.came == ["page", "a"]
        await morning.over()

    _run(played())


def test_control_without_patience_it_shares_the_processor_with_the_crowd() -> None:
    async def played() -> None:
        morning = Morning(patience=0)
        await morning.comes("page", method="GET", path=PAGE)
        await morning.comes("a")
        await asyncio.sleep(0.01)
        assert morning.hall.came == ["page", "a"]
        await morning.over()

    _run(played())


def test_nobody_at_the_gate_waits_for_ever_for_pages_that_take_long() -> None:
    async def played() -> None:
        morning = Morning(patience=0.01)
        await morning.comes("page", method="GET", path=PAGE)
        await morning.comes("a")
        await asyncio.sleep(0.05)
        assert morning.hall.came == ["page", "a"]
        await morning.over()

    _run(played())


def test_a_stream_that_stays_open_delays_nobody() -> None:
    async def played() -> None:
        morning = Morning(patience=60)
        await morning.comes("stream", method="GET", path=PAGE)
        await morning.comes("a")
        assert morning.hall.came == ["stream", "a"]
        await morning.over()

    _run(played())
