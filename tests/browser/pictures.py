"""Takes the pictures of the README from a prepared demonstration: real pages, real data, one command.

    make demo ARGS="--no-serve" && .venv/bin/python -m tests.browser.pictures

Serves what `.kechuang/` holds (or `KECHUANG_DATA`), walks to each page as the role that works there, and writes
docs/pictures/*.png, each at most 150 KB.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from kechuang.pilot.states import DEMO_PASSWORD
from tests.conftest import FONTS_CONF, SYSTEM_BROWSERS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
MOST_BYTES, COLOURS = 150_000, (256, 128, 64, 32)
STARTED_WITHIN_SECONDS = 60
Walk = Callable[[Page], None]


def _first_row(page: Page) -> None:
    page.locator("tr[data-href] a").first.click()
    page.wait_for_load_state("networkidle")


def _open(page: Page, address: str) -> None:
    page.goto(address)
    _first_row(page)


def _priced(page: Page) -> None:
    """An order that can be placed, with what is left to pay and why."""
    _open(page, "/orders/?side=holder&state=open")
    why = page.locator(".k-why > summary")
    if why.count():
        why.first.click()


def _confirmable(page: Page) -> None:
    _open(page, "/claims/?state=submitted")


def _paid_way(page: Page) -> None:
    page.goto("/claims/?state=paid")
    number = page.locator("tr[data-href] .k-code").first.inner_text()
    page.goto(f"/money?number={number}")


def _batch(page: Page) -> None:
    page.goto("/claims/payouts")
    page.locator("tr[data-href] a", has_text="兑付").first.click()
    page.wait_for_load_state("networkidle")


# name: who sits there, how wide the screen is, and the way to the page
PICTURES: dict[str, tuple[str, dict[str, int], Walk]] = {
    "home": ("", DESKTOP, lambda page: _go(page, "/")),
    "workbench": ("yuecheng.jingban", DESKTOP, lambda page: _go(page, "/workbench")),
    "order": ("qiye", DESKTOP, _priced),
    "claim": ("yuecheng.jingban", DESKTOP, _confirmable),
    "batch": ("yuecheng.shenhe", DESKTOP, _batch),
    "money": ("shenji", DESKTOP, _paid_way),
    "phone": ("qiye", PHONE, lambda page: _go(page, "/vouchers/mine")),
}


def _go(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _served() as url, sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"], env=_with_fonts())
        for name in names or PICTURES:
            who, screen, walk = PICTURES[name]
            context = browser.new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=screen)  # type: ignore[arg-type]
            page = context.new_page()
            if who:
                _sign_in(page, who)
            walk(page)
            page.mouse.move(0, 0)
            page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
            kept = _compressed(page.screenshot())
            (FOLDER / f"{name}.png").write_bytes(kept)
            print(f"{name}.png {len(kept):,}")
            context.close()
        browser.close()


def _sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in/")
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_url("**/workbench")


def _compressed(picture: bytes) -> bytes:
    """A palette is enough for a page of text; fewer colours until it fits."""
    drawn = Image.open(BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        written = BytesIO()
        drawn.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            written, "PNG", optimize=True
        )
        if written.tell() <= MOST_BYTES:
            return written.getvalue()
    sys.exit(f"more than {MOST_BYTES:,} bytes with {COLOURS[-1]} colours")


@contextmanager
def _served() -> Iterator[str]:
    """The demonstration's web process on a free port, its clock where the pilot stopped."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kechuang.site.cli", "demo", "--port", str(port)]
    surroundings = {name: value for name, value in os.environ.items() if name != "KECHUANG_TESTING"}
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=surroundings)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/health", child)
        yield url
    finally:
        child.terminate()
        child.wait()


def _await(url: str, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit("the demonstration does not answer; run `make demo ARGS=--no-serve` first")


def _chromium() -> str:
    fetched = ROOT / ".venv" / "browser" / "chromium"
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, SYSTEM_BROWSERS), str(fetched)]
    return next(path for path in found if path and Path(path).exists())


def _with_fonts() -> dict[str, str | float | bool]:
    conf = Path(tempfile.mkdtemp()) / "fonts.conf"
    fonts = ROOT / "kechuang" / "ui" / "static" / "vendor" / "fonts"
    conf.write_text(FONTS_CONF.format(fonts=fonts, cache=conf.parent))
    return {**os.environ, "FONTCONFIG_FILE": str(conf)}


if __name__ == "__main__":
    main(sys.argv[1:])
