"""The glossary (词汇表): the terms of the trade as written by hand in `docs/terms.toml`, and every name of the code.

Chinese comes from the code and the packs, so it cannot grow old. English of states, acts and roles is what the pages say;
that of rooms and parameters, and every explanation, is written by hand. A name without English is drawn as "—", and the
house test names it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps

from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.kernel.machine import Machine
from kechuang.policy.book import Pack, Parameter
from kechuang.policy.catalogue import CATALOGUE
from kechuang.site import catalogue

Row = tuple[str, ...]  # Chinese, English, name in code, room, article, explanation

COLUMNS = ("中文", "English", "代号", "房间", "依据", "说明")
INTRODUCTION = (
    "# 词汇表 · glossary\n\n"
    "002 = 《绍兴市科技创新券改革先行试点方案》；000 = 《公众创业创新服务行动方案》（浙科发条〔2015〕21号）。\n"
    "行话与英文写在 [terms.toml](terms.toml)，其余取自代码和规则包。\n"
    "Terms of the trade and English are written in [terms.toml](terms.toml); the rest is read from code and packs.\n"
)


def drawn(root: Path, machines: Sequence[tuple[str, Machine]], packs: Sequence[Pack]) -> str:
    """The whole page: the trade's terms by theme, then rooms, roles, each machine, and parameters by their number."""
    written = tomllib.loads((root / "docs/terms.toml").read_text())
    english = English(written["english"], catalogue.english(root))
    parts = [INTRODUCTION, *(_theme(theme) for theme in written["theme"])]
    parts.append(_section("房间 · rooms", _rooms(english)))
    parts.append(_section("角色 · roles", _roles(english)))
    for room, machine in machines:
        parts.append(_section(f"状态与办理：{room} · {machine.name}", _machine(english, room, machine)))
    parts += _parameters(english, packs)
    return "\n".join(parts)


class English:
    """What a name is called in English: as written for the glossary, else as the pages say it."""

    def __init__(self, written: Mapping[str, Mapping[str, str]], pages: Mapping[str, str]) -> None:
        self._written, self._pages = written, pages

    def of(self, kind: str, name: str, chinese: str) -> str:
        return self._written.get(kind, {}).get(name) or self._pages.get(chinese, "—")


def _theme(theme: Mapping[str, Any]) -> str:
    rows = [tuple(term[key] for key in ("zh", "en", "name", "room", "article", "says")) for term in theme["term"]]
    return _section(theme["title"], rows)


def _rooms(english: English) -> list[Row]:
    return [
        (
            str(config.verbose_name),
            english.of("room", config.label, str(config.verbose_name)),
            config.label,
            config.label,
            "—",
        )
        for config in apps.get_app_configs()
        if config.name.startswith("kechuang.")
    ]


def _roles(english: English) -> list[Row]:
    return [
        (ROLE_LABELS[role], english.of("role", str(role), ROLE_LABELS[role]), str(role), "kernel", "002 四（一）")
        for role in Role
    ]


def _machine(english: English, room: str, machine: Machine) -> list[Row]:
    named = [(str(state), label) for state, label in machine.labels.items()]
    named += dict.fromkeys((move.action, move.label) for move in machine.moves)
    return [
        (label, english.of(machine.name, name, label), f"{machine.name}.{name}", room, "—") for name, label in named
    ]


def _parameters(english: English, packs: Sequence[Pack]) -> list[str]:
    """One row per name, under its number of the catalogue; 0 is what lies beyond it."""
    found: dict[int, dict[str, list[tuple[Pack, Parameter]]]] = {}
    for pack in packs:
        for parameter in pack.parameters.values():
            found.setdefault(parameter.catalogue, {}).setdefault(parameter.name, []).append((pack, parameter))
    sections = []
    for number, names in sorted(found.items(), key=lambda item: (item[0] == 0, item[0])):
        title = f"{number} {CATALOGUE[number].title}" if number else "目录之外 · beyond the catalogue"
        rows = [_parameter(english, name, uses) for name, uses in sorted(names.items())]
        sections.append(_section(f"参数：{title}", rows))
    return sections


def _parameter(english: English, name: str, uses: Sequence[tuple[Pack, Parameter]]) -> Row:
    meaning = uses[0][1].meaning
    articles = dict.fromkeys(pack.article(parameter.values[-1].article) for pack, parameter in uses)
    return (
        meaning,
        english.of("parameter", name, meaning),
        name,
        "、".join(pack.scheme for pack, _ in uses),
        "；".join(articles),
    )


def _section(title: str, rows: Sequence[Row]) -> str:
    columns = COLUMNS[: len(rows[0])]
    lines = [columns, ("---",) * len(columns), *(_marked(row) for row in rows)]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _marked(row: Row) -> Row:
    return tuple(f"`{text}`" if place == COLUMNS.index("代号") else cell(text) for place, text in enumerate(row))


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
