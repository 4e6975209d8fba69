"""Docs drawn from the code (生成文档): machines, roles, rooms, packs, glossary. `make check` compares, nobody edits them."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings

from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.kernel.machine import Machine
from kechuang.ledger.rules import CLEARING_KINDS, KIND_LABELS, RULES, Kind
from kechuang.policy.book import Pack, Parameter, Value, plain
from kechuang.policy.packs import read_folder
from kechuang.site import catalogue, glossary

NOTE = "<!-- 由 `make docs` 生成，请勿手改 · drawn by `make docs`, not to be edited -->\n\n"
ROOT = Path(settings.ROOT)


def drawn() -> dict[Path, str]:
    """Every generated file and what stands in it."""
    pages = {
        Path("docs/roles.md"): roles(),
        Path("docs/rooms.md"): rooms(),
        Path("docs/accounts.md"): accounts(),
        Path("docs/glossary.md"): glossary.drawn(ROOT, list(machines()), packs()),
    }
    for room, machine in machines():
        pages[Path(f"docs/states/{room}-{machine.name}.md")] = states(room, machine)
    for pack in packs():
        pages[Path(f"docs/policies/{pack.scheme}.md")] = policy(pack)
    return {path: NOTE + text for path, text in pages.items()}


def stale() -> list[Path]:
    """Files that differ from what the code says now, or that nothing draws any more."""
    pages = drawn()
    differing = [
        path for path, text in pages.items() if not (ROOT / path).exists() or (ROOT / path).read_text() != text
    ]
    return differing + _orphans(set(pages))


def write() -> list[Path]:
    """Draws all of them, and brings the English catalogue's list of texts up to the code."""
    catalogue.update(ROOT)
    changed = stale()
    for path in _orphans(set(drawn())):
        (ROOT / path).unlink()
    for path, text in drawn().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)
    return changed


def _orphans(pages: set[Path]) -> list[Path]:
    there = [path for folder in ("docs/states", "docs/policies") for path in (ROOT / folder).rglob("*.md")]
    return [path.relative_to(ROOT) for path in there if path.relative_to(ROOT) not in pages]


def machines() -> Iterator[tuple[str, Machine]]:
    """Every machine of the house with its room."""
    for config in apps.get_app_configs():
        if config.name.startswith("kechuang.") and find_spec(f"{config.name}.states"):
            for name, value in sorted(vars(import_module(f"{config.name}.states")).items()):
                if isinstance(value, Machine) and name.isupper():
                    yield config.label, value


def packs() -> list[Pack]:
    return list(read_folder(ROOT / "policies").packs.values())


def states(room: str, machine: Machine) -> str:
    """One machine: its drawing, whom each state waits for, its table."""
    waits = "".join(f"| `{state}` | {label} | {_waits(machine, state)} |\n" for state, label in machine.labels.items())
    moves = "".join(
        f"| `{move.action}` | {move.label} | {_states(machine, sorted(move.source))} |"
        f" {_states(machine, [move.target]) if move.target else '—'} | {_roles(sorted(move.by))} |\n"
        for move in machine.moves
    )
    return (
        f"# {room} · {machine.name}\n\n{machine.mermaid()}\n"
        f"| 状态 | 名称 | 等待谁办理 |\n|---|---|---|\n{waits}\n"
        f"| 办理 | 名称 | 从 | 到 | 由谁 |\n|---|---|---|---|---|\n{moves}"
    )


def _waits(machine: Machine, state: StrEnum) -> str:
    role = machine.waits.get(state)
    return ROLE_LABELS[role] if role else "—"


def _states(machine: Machine, found: Sequence[StrEnum]) -> str:
    return "、".join(machine.labels[state] for state in found)


def _roles(found: Sequence[Role]) -> str:
    return "、".join(ROLE_LABELS[role] for role in found)


def roles() -> str:
    """Who may do what, from every machine."""
    text = "# 谁可以办什么 · who may do what\n"
    for role in Role:
        rows = "".join(
            f"| {room} | {machine.name} | {move.label} | `{move.action}` | {_states(machine, sorted(move.source))} |\n"
            for room, machine in machines()
            for move in machine.moves
            if role in move.by
        )
        if rows:
            text += f"\n## {ROLE_LABELS[role]} `{role}`\n\n| 房间 | 对象 | 办理 | 代号 | 状态 |\n|---|---|---|---|---|\n{rows}"
    return text


def accounts() -> str:
    """The chart of accounts and every posting rule (会计科目与记账规则): nothing else can be booked."""
    kinds = "".join(
        f"| `{kind}` | {label} | {'可以为负' if kind is Kind.APPROPRIATION else '不得透支'} | {'途中，应归零' if kind in CLEARING_KINDS else ''} |\n"
        for kind, label in KIND_LABELS.items()
    )
    rules = "".join(
        f"| `{rule.code}` | {rule.label} | {KIND_LABELS[rule.debit]} → {KIND_LABELS[rule.credit]} | `{rule.flow}` | {'可跨地区、年度' if rule.crosses else ''} |\n"
        for rule in RULES.values()
    ).replace("| `` |", "| |")
    return (
        "# 会计科目与记账规则 · Accounts and posting rules\n\n"
        "一笔账从借方账户转入贷方账户，整数分，只增不改；表中没有的不能记。· A transfer takes fen from the debit account to the"
        " credit account; what is not in the table cannot be booked.\n\n"
        "## 会计科目 · Chart of accounts\n\n| 代码 | 科目 | 余额 | 过渡 |\n|---|---|---|---|\n"
        f"{kinds}\n## 记账规则 · Posting rules\n\n| 代码 | 摘要 | 借 → 贷 | 资金总览 | 范围 |\n|---|---|---|---|---|\n{rules}"
    )


def rooms() -> str:
    """The rooms in their order, with what each is for and its doors."""
    rows = "".join(
        f"| {line} | `{room}` | {_about(room)} | {_doors(room)} |\n"
        for line, names in enumerate(layers(ROOT), 1)
        for room in names
        if (ROOT / "kechuang" / room / "__init__.py").exists()
    )
    return (
        "# 房间 · rooms\n\n每个房间只引用下面各行；同一行互不相识。"
        "A room imports only from the lines below its own.\n\n"
        f"| 行 | 房间 | 内容 | 门 |\n|---|---|---|---|\n{rows}"
    )


def layers(root: Path) -> list[list[str]]:
    """The lines of the house, top first, as pyproject.toml names them."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [re.findall(r"\w+", line) for line in contracts[0]["layers"]]


def _about(room: str) -> str:
    said = import_module(f"kechuang.{room}").__doc__ or ""
    return " ".join(said.split())


def _doors(room: str) -> str:
    doors = [door for door in ("commands", "queries", "rules", "states") if find_spec(f"kechuang.{room}.{door}")]
    return "、".join(f"`{door}`" for door in doors) or "—"


def policy(pack: Pack) -> str:
    """One pack in words."""
    sources = "".join(
        f"- {source.title}{source.number and '，' + source.number}，自 {source.first} 起施行"
        f"{'（首日为示例）' if source.first_illustrative else ''}\n"
        for source in pack.sources.values()
    )
    rows = "".join(_parameter(pack, parameter) for parameter in pack.parameters.values())
    return (
        f"# {pack.title}\n\n`{pack.scheme}` · 解释机关：{'、'.join(pack.interpreters)}\n\n{sources}\n{_rollout(pack)}"
        f"| 参数 | 含义 | 值 | 自 | 依据 |\n|---|---|---|---|---|\n{rows}"
    )


def _parameter(pack: Pack, parameter: Parameter) -> str:
    meaning = parameter.meaning + (f"<br>读法：{parameter.reading}" if parameter.reading else "")
    return "".join(
        f"| `{parameter.name}` | {_cell(meaning)} | {_cell(_said(parameter, value))} | {value.first}"
        f"{f' 至 {value.until} 前' if value.until else ''} | {pack.article(value.article)} |\n"
        for value in parameter.values
    )


def _said(parameter: Parameter, value: Value) -> str:
    said = plain(value.is_)
    if isinstance(said, list) and said and isinstance(said[0], dict):
        return "<br>".join("，".join(f"{key} {item}" for key, item in row.items()) for row in said)
    if isinstance(said, bool):
        return "是" if said else "否"
    if isinstance(said, int):
        return f"{said:,}"
    if isinstance(said, list):
        return "、".join(map(str, said))
    return parameter.options.get(str(said), str(said))


def _rollout(pack: Pack) -> str:
    if not pack.rollout:
        return ""
    openings = [*pack.rollout.regions.values(), *pack.rollout.providers.values()]
    rows = "".join(f"| {opening.name} | {opening.first} | {pack.article(opening.article)} |\n" for opening in openings)
    return f"## 施行范围\n\n| 地区或机构 | 自 | 依据 |\n|---|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
