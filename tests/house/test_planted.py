"""A check that cannot fail is a defect: each one is shown a planted violation in a copy of the house, and must find it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import walls
from django.conf import settings
from django.db import models
from test_house import upward

ROOT = Path(settings.ROOT)
BIN = Path(sys.executable).parent

RULES = "kechuang/vouchers/rules_planted.py"
PLANTED: list[tuple[Callable[[walls.House], list[str]], str, str]] = [
    (walls.doors, "kechuang/orders/queries/planted.py", "from kechuang.vouchers.models import Voucher\n"),
    (walls.doors, "kechuang/orders/queries/planted.py", "from kechuang.vouchers import models\n"),
    (walls.doors, "kechuang/orders/queries/planted.py", "import kechuang.vouchers.access\n"),
    (
        walls.reach,
        "kechuang/orders/queries/planted.py",
        "from django.apps import apps\nV = apps.get_model('vouchers', 'Voucher')\n",
    ),
    (walls.reach, "kechuang/orders/queries/planted.py", "def holds(voucher):\n    return voucher.hold_set.all()\n"),
    (
        walls.reach,
        "kechuang/orders/queries/planted.py",
        "from importlib import import_module\nM = import_module('kechuang.' + 'vouchers')\n",
    ),
    (walls.relative, "kechuang/orders/planted.py", "from . import states\n"),
    (walls.sizes, "kechuang/orders/planted.py", "def long():\n" + "    x = 1\n" * 61),
    (walls.sizes, "kechuang/orders/planted.py", "x = 1\n" * 401),
    (walls.names, "kechuang/orders/utils.py", "x = 1\n"),
    (walls.names, "kechuang/orders/planted.py", "x = 1\n"),
    (walls.literals, "kechuang/vouchers/rules/planted.py", "RATE = 3_000\n"),
    (walls.literals, "kechuang/vouchers/commands/planted.py", "def days() -> int:\n    return -10\n"),
    (walls.literals, "kechuang/vouchers/queries/planted.py", "FIRST = '2021-12-01'\n"),
    (walls.literals, "kechuang/vouchers/jobs/planted.py", "from datetime import date\nFIRST = date(2021, 12, 1)\n"),
    (walls.literals, "kechuang/vouchers/rules/planted.py", "class No(Exception):\n    status = 500_000\n"),
    (walls.money, "kechuang/vouchers/planted.py", "def half(price_fen):\n    return price_fen / 2\n"),
    (walls.money, "kechuang/vouchers/planted.py", "def half(price_fen):\n    price_fen /= 2\n    return price_fen\n"),
    (walls.money, "kechuang/vouchers/planted.py", "def part(price_fen):\n    return int(price_fen * 0.3)\n"),
    (walls.money, "kechuang/vouchers/planted.py", "def part(price_fen):\n    return float(price_fen)\n"),
    (walls.texts, "kechuang/vouchers/pages.py", "TITLE = '创新券'\n"),
    (walls.texts, "kechuang/vouchers/pages.py", "def title(name):\n    return f'创新券 {name}'\n"),
    (walls.template_texts, "kechuang/vouchers/templates/vouchers/planted.html", "<h1>创新券</h1>\n"),
    (walls.inline_scripts, "kechuang/vouchers/templates/vouchers/planted.html", "<script>alert(1)</script>\n"),
    (walls.inline_scripts, "kechuang/vouchers/templates/vouchers/planted.html", '<a href="/" onclick="go()">x</a>\n'),
    (walls.rooms_under_contract, "kechuang/auctions/apps.py", "x = 1\n"),
    (walls.rooms_under_contract, "kechuang/portal/apps.py", "x = 1\n"),
]


@pytest.mark.parametrize(
    ("check", "name", "text"), PLANTED, ids=[f"{p[0].__name__}-{n}" for n, p in enumerate(PLANTED)]
)
def test_a_planted_violation_is_found(
    check: Callable[[walls.House], list[str]], name: str, text: str, tmp_path: Path
) -> None:
    planted = tmp_path / name
    planted.parent.mkdir(parents=True)
    planted.write_text(text)
    house = (ROOT / "pyproject.toml").read_text()
    if check is walls.rooms_under_contract:  # a room that is built and still stands in parentheses
        house = house.replace('  "portal",\n', '  "(portal)",\n', 1)
    (tmp_path / "pyproject.toml").write_text(house)
    faults = check(walls.House(tmp_path))
    assert any(name in fault or planted.parts[-2] in fault for fault in faults), faults


def test_every_check_of_the_walls_is_shown_a_violation() -> None:
    assert {check for check, _, _ in PLANTED} == set(walls.CHECKS)


@pytest.mark.parametrize(
    "text", ["x = 1\nNUMBERS = [-1, 0, 1]\nFLAG = True\n", "class No(Exception):\n    status = 422\n"]
)
def test_plain_numbers_and_http_statuses_are_no_violation(text: str, tmp_path: Path) -> None:
    (tmp_path / "kechuang/vouchers").mkdir(parents=True)
    (tmp_path / "kechuang/vouchers/rules.py").write_text(text)
    assert not walls.literals(walls.House(tmp_path))


def test_a_path_is_not_a_division_of_money(tmp_path: Path) -> None:
    (tmp_path / "kechuang/vouchers").mkdir(parents=True)
    (tmp_path / "kechuang/vouchers/pages.py").write_text(
        "def file(root, price_fen):\n    return root / 'a' / f'{price_fen}'\n"
    )
    assert not walls.money(walls.House(tmp_path))


def test_a_foreign_key_upward_is_found() -> None:
    class Planted(models.Model):
        up = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="planted")

        class Meta:
            app_label = "trail"
            managed = False

    try:
        faults = upward(Planted)
        assert "Planted.up points up to parties" in faults
        assert any("related_name" in fault for fault in faults)
    finally:
        del Planted._meta.apps.all_models["trail"]["planted"]
        Planted._meta.apps.clear_cache()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The house as the tools read it, without what is fetched."""
    ignore = shutil.ignore_patterns("static", "__pycache__", "*.mo")
    shutil.copytree(ROOT / "kechuang", tmp_path / "kechuang", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


IMPORTS = [
    ("kechuang/kernel/money.py", "import kechuang.vouchers.rules\n", "A room imports only from the lines below"),
    ("kechuang/documents/rules.py", "import kechuang.deadlines.rules\n", "A room imports only from the lines below"),
    ("kechuang/vouchers/queries.py", "import kechuang.vouchers.commands\n", "Inside a room"),
    ("kechuang/deadlines/rules.py", "import django.db\n", "know no framework"),
    ("kechuang/kernel/money.py", "import kechuang.ui.clock\n", "know no framework"),
    ("kechuang/documents/formats/capital.py", "import django.conf\n", "Outside formats are pure"),
    ("kechuang/notices/pages.py", "import kechuang.notices.models\n", "touch tables"),
]


@pytest.mark.tool
@pytest.mark.parametrize(("name", "text", "contract"), IMPORTS, ids=[name for name, _, _ in IMPORTS])
def test_import_linter_breaks_a_contract(name: str, text: str, contract: str, copy: Path) -> None:
    path = copy / name
    if not path.exists():  # a file that grew into a folder of its name
        path = path.with_suffix("") / "__init__.py"
    path.write_text(path.read_text() + "\n" + text)
    said = tool(copy, "lint-imports", "--no-cache")
    assert said.returncode == 1, said.stdout
    broken = said.stdout.partition("Broken contracts")[2].replace("\n", " ")
    assert contract in broken, said.stdout
    assert Path(name).stem in broken


@pytest.mark.tool
def test_a_room_without_a_line_breaks_the_contract(copy: Path) -> None:
    (copy / "kechuang/auctions").mkdir()
    (copy / "kechuang/auctions/__init__.py").touch()
    said = tool(copy, "lint-imports", "--no-cache")
    assert said.returncode == 1
    assert "auctions" in said.stdout


STYLE = [
    ("from . import states\n", "TID252"),
    ("from decimal import Decimal\n\nRATE = Decimal(1)\n", "TID251"),
    ("from datetime import datetime\n\nNOW = datetime.now()\n", "TID251"),
    ("from django.utils import timezone\n\nNOW = timezone.now()\n", "TID251"),
]


@pytest.mark.tool
@pytest.mark.parametrize(("text", "rule"), STYLE, ids=[f"{rule}-{n}" for n, (_, rule) in enumerate(STYLE)])
def test_ruff_finds(text: str, rule: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "planted.py").write_text(text)
    said = tool(tmp_path, "ruff", "check", "--no-cache", "--output-format", "concise", ".")
    assert said.returncode == 1
    assert rule in said.stdout


TYPES = [
    ("kechuang/kernel/planted.py", "def half(fen: int) -> str:\n    return fen\n", "return-value"),
    ("kechuang/kernel/planted.py", "def half(fen):\n    return fen\n", "no-untyped-def"),
    ("kechuang/kernel/planted.py", "def first(found: list) -> int:\n    return 0\n", "type-arg"),
]


@pytest.mark.tool
@pytest.mark.xdist_group("mypy")  # one after another: they share a cache
@pytest.mark.parametrize(("name", "text", "code"), TYPES, ids=[code for _, _, code in TYPES])
def test_mypy_finds(name: str, text: str, code: str, copy: Path) -> None:
    (copy / name).write_text(text)
    said = tool(copy, "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), name)
    assert said.returncode == 1, said.stderr
    assert f"[{code}]" in said.stdout


def tool(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / name, *arguments], cwd=folder, capture_output=True, text=True, check=False)
