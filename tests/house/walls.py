"""The rules of the house (家规) that no other tool holds, read from the source text.

Each check takes a checkout and answers its faults, so that the same check runs over the house (test_house.py) and over
a copy in which a violation was planted (test_planted.py).
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

NAMED_BY_DJANGO = {"kechuang/ui/postgres/base.py"}  # an ENGINE is a package with a module of this name
OPEN_ROOMS = {"kernel", "policy", "ui", "trail", "site"}  # every file of these may be imported
DOORS = {"commands", "queries", "rules", "states"}  # of a domain room, other rooms may import only these
FUNCTION_LINES_MAX, FILE_LINES_MAX = 60, 400
ROOM_FILES = {
    "__init__", "states", "rules", "models", "access", "queries", "commands", "pages", "forms", "api", "jobs", "admin",
    "formats", "adapters", "urls", "apps", "migrations", "templatetags", "middleware", "frame",
}  # fmt: skip
BANNED_NAMES = {
    "services", "utils", "helpers", "managers", "mixins", "base", "common", "constants", "exceptions", "signals",
    "serializers", "repositories",
}  # fmt: skip
SCRIPTED = {"pilot"}
LITERAL_FREE = {"rules", "commands", "queries", "jobs"}
PLAIN_NUMBERS = {-1, 0, 1}
STATUSES = {int(status) for status in HTTPStatus}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HAN = re.compile(r"[\u3400-\u9fff]")
MARKS = {"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
FOR_OPERATORS = {"Broken", "execute", "run_sql"}  # what `kechuang check` prints, and comments in SQL
# Words that no page is written in: formats and adapters speak to other systems, packs and drawings are Chinese files,
# and the pilot writes what people of its county would write.
UNMARKED = {"migrations", "formats", "adapters", "apps.py", "site", "policy", "kernel", "pilot"}


@dataclass(frozen=True)
class House:
    root: Path
    only: frozenset[str] = field(default_factory=frozenset)  # rooms to read; empty: all

    @cached_property
    def files(self) -> list["Source"]:
        found = sorted((self.root / "kechuang").rglob("*.py"))
        return [Source(path, self.root) for path in found if "migrations" not in path.parts]

    @cached_property
    def templates(self) -> list[Path]:
        return sorted((self.root / "kechuang").rglob("templates/**/*.html"))

    @cached_property
    def lines(self) -> dict[str, int]:
        """Room -> its line, top first, from the first contract, read without the parentheses."""
        contracts = tomllib.loads((self.root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        return {room: n for n, line in enumerate(contracts[0]["layers"]) for room in re.findall(r"\w+", line)}


class Source:
    """One file: where it stands, its text, its tree."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path, self.name = path, str(path.relative_to(root))
        self.parts = path.relative_to(root / "kechuang").with_suffix("").parts
        self.room, self.file = self.parts[0], self.parts[1] if len(self.parts) > 1 else ""
        self.text = path.read_text()
        self.tree = ast.parse(self.text)

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}: {what}"

    def imported(self) -> Iterator[tuple[ast.AST, list[str]]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name.split(".")) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node, [*node.module.split("."), alias.name]) for alias in node.names)

    def docstrings(self) -> set[int]:
        owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        bodies = [node.body for node in ast.walk(self.tree) if isinstance(node, owners)]
        return {id(part.value) for body in bodies for part in body if isinstance(part, ast.Expr)}


def doors(house: House) -> list[str]:
    """Another room is entered only by commands, queries, rules, states."""
    return [
        source.at(node, f"{source.room} may import {name[1]} only by {sorted(DOORS)}")
        for source in house.files
        if source.room != "site"
        for node, name in source.imported()
        if name[0] == "kechuang" and len(name) > 1 and name[1] not in OPEN_ROOMS | {source.room}
        if len(name) < 3 or name[2] not in DOORS
    ]


def reach(house: House) -> list[str]:
    """No way round the doors: `get_model`, import by name, reverse accessors."""
    faults = []
    for source in house.files:
        if source.room in {"site", "trail", "policy"} or source.file == "adapters":
            continue  # what assembles the house, the digest of any row, the rules that worked cases name, named adapters
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr in {"get_model", "import_module", "get_models"}:
                faults.append(source.at(node, f"{node.attr} goes past the doors"))
            elif isinstance(node, ast.Name) and node.id in {"import_module", "__import__"}:
                faults.append(source.at(node, f"{node.id} goes past the doors"))
            elif isinstance(node, ast.Attribute) and re.fullmatch(r"[a-z]+_set", node.attr):
                faults.append(source.at(node, f"{node.attr} is a reverse accessor"))
    return faults


def relative(house: House) -> list[str]:
    """Imports are absolute."""
    return [
        source.at(node, "relative import")
        for source in house.files
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def sizes(house: House) -> list[str]:
    """A file has at most 400 lines, a function at most 60."""
    faults = []
    for source in house.files:
        if (count := source.text.count("\n")) > FILE_LINES_MAX:
            faults.append(f"{source.name}: {count} lines")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > FUNCTION_LINES_MAX:
                    faults.append(source.at(node, f"{node.name} has {count} lines"))
    return faults


def names(house: House) -> list[str]:
    """A room has the files of the house and no others."""
    faults = []
    for source in house.files:
        if source.room not in OPEN_ROOMS and source.file not in ROOM_FILES | {""}:
            faults.append(f"{source.name}: a room has no file {source.file}")
        if (banned := BANNED_NAMES & set(source.parts)) and source.name not in NAMED_BY_DJANGO:
            faults.append(f"{source.name}: {banned} says nothing")
    return faults


def literals(house: House) -> list[str]:
    """Rules, commands, queries and jobs hold no number but -1, 0, 1 and no day: they come from packs.

    The pilot decides nothing: its chances, waits and amounts are the script of a play.
    """
    faults = []
    for source in house.files:
        if source.room in OPEN_ROOMS - {"trail"} | SCRIPTED or source.file not in LITERAL_FREE:
            continue
        skipped = source.docstrings() | _http_statuses(source)
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or id(node) in skipped:
                continue
            if isinstance(node.value, int | float) and node.value not in PLAIN_NUMBERS:
                faults.append(source.at(node, f"the number {node.value}"))
            elif isinstance(node.value, str) and DAY.fullmatch(node.value):
                faults.append(source.at(node, f"the day {node.value}"))
    return faults


def _http_statuses(source: Source) -> set[int]:
    """`status = 422` of a Refusal says how HTTP names the refusal; it is no number of a regulation."""
    bodies = [part for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) for part in node.body]
    plain = [part for part in bodies if isinstance(part, ast.Assign | ast.AnnAssign) and "status" in _targets(part)]
    return {id(part.value) for part in plain if isinstance(part.value, ast.Constant) and part.value.value in STATUSES}


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def money(house: House) -> list[str]:
    """Near money there is no float and no `/`; only kernel.money divides. A `/` before a text is a path."""
    faults = []
    for source in house.files:
        if source.room == "ui" or not _is_about_money(source):
            continue
        for node in ast.walk(source.tree):
            if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node)) or (
                isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div)
            ):
                faults.append(source.at(node, "a division"))
            elif isinstance(node, ast.Constant) and isinstance(node.value, float):
                faults.append(source.at(node, f"the float {node.value}"))
            elif isinstance(node, ast.Name) and node.id in {"float", "Decimal", "FloatField", "DecimalField"}:
                faults.append(source.at(node, node.id))
            elif isinstance(node, ast.Attribute) and node.attr in {"FloatField", "DecimalField"}:
                faults.append(source.at(node, node.attr))
    return faults


def _is_about_money(source: Source) -> bool:
    named = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    named |= {node.arg for node in ast.walk(source.tree) if isinstance(node, ast.arg)}
    return any(name.lower() == "fen" or name.lower().endswith("_fen") for name in named)


def _is_path(node: ast.BinOp) -> bool:
    if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div):
        return _is_path(node.left)
    right = node.right
    written = isinstance(right, ast.JoinedStr) or (isinstance(right, ast.Constant) and isinstance(right.value, str))
    left = node.left.id if isinstance(node.left, ast.Name) else getattr(node.left, "attr", "")
    return written or left.lower() in {"folder", "root", "path", "place"}


def texts(house: House) -> list[str]:
    """Every Chinese text that a person sees is marked for translation; what a play types is content, like a firm's name."""
    faults = []
    for source in house.files:
        checks = source.parts[1:] == ("queries", "checks")
        if source.room in SCRIPTED or UNMARKED & {*source.parts, source.path.name} or checks:
            continue
        skipped = source.docstrings()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and _called(node) in MARKS | FOR_OPERATORS:
                skipped |= {id(part) for arg in node.args for part in ast.walk(arg)}
        spoken = (node for node in ast.walk(source.tree) if isinstance(node, ast.Constant) and id(node) not in skipped)
        for node in spoken:
            if isinstance(node.value, str) and HAN.search(node.value) and not _FOR_MACHINES.search(node.value):
                faults.append(source.at(node, f"not marked for translation: {node.value[:30]}"))
    return faults


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


_FOR_MACHINES = re.compile(r"%Y|\bSELECT\b|^\s+t ON ")  # forms of days that are read, and comments in SQL
# The page of a crash must not ask the translation machinery; a language is named in its own words.
_TEMPLATES_AS_THEY_ARE = {"500.html", "language.html"}
_TEMPLATE_NOISE = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%\s*trans(?:late)?\b.*?%}|_\((?:\".*?\"|'.*?')\)",
    re.DOTALL,
)


def template_texts(house: House) -> list[str]:
    """Every Chinese text of a template stands in a `translate`."""
    faults = []
    for path in house.templates:
        if path.name in _TEMPLATES_AS_THEY_ARE:
            continue
        bare = _TEMPLATE_NOISE.sub(lambda found: "\n" * found.group(0).count("\n"), path.read_text())
        for number, line in enumerate(bare.splitlines(), 1):
            if found := re.search(r"[\u3400-\u9fff][^<{]{0,30}", line):
                faults.append(f"{path.relative_to(house.root)}:{number}: not in translate: {found.group(0)}")
    return faults


def inline_scripts(house: House) -> list[str]:
    """No script and no handler inside a page: the security policy would stop it, and so do we."""
    wrong = re.compile(
        r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))|<[^>]*\son[a-z]+\s*=|javascript:", re.IGNORECASE
    )
    return [
        f"{path.relative_to(house.root)}:{number}: inline script"
        for path in house.templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if wrong.search(line)
    ]


def rooms_under_contract(house: House) -> list[str]:
    """A room that exists stands without parentheses, and its inner order is under contract."""
    contracts = tomllib.loads((house.root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    parenthesised = set(re.findall(r"\((\w+)\)", " ".join(contracts[0]["layers"])))
    inner = {name.removeprefix("kechuang.") for name in contracts[1]["containers"]}
    built = {source.room for source in house.files if source.file == "apps"}
    faults = [f"{room} is built: take off its parentheses in pyproject.toml" for room in sorted(built & parenthesised)]
    return faults + [f"{room}: its inner order is under no contract" for room in sorted(built - inner - OPEN_ROOMS)]


CHECKS: list[Callable[[House], list[str]]] = [
    doors, reach, relative, sizes, names, literals, money, texts, template_texts, inline_scripts, rooms_under_contract,
]  # fmt: skip
