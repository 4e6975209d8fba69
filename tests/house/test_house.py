"""The rules of the house, over the house as it stands. test_planted.py shows that each of them can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest
import walls
from django.apps import apps
from django.conf import settings
from django.db import models

from kechuang.site import catalogue, drawings

ROOT = Path(settings.ROOT)
HOUSE = walls.House(ROOT)


@pytest.mark.parametrize("check", walls.CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps(check: Callable[[walls.House], list[str]]) -> None:
    faults = check(HOUSE)
    assert not faults, f"{check.__doc__}\n" + "\n".join(faults)


def test_foreign_keys_point_down_the_lines() -> None:
    faults = [fault for model in apps.get_models() for fault in upward(model)]
    assert not faults, "\n".join(faults)


def upward(model: type[models.Model]) -> list[str]:
    """Foreign keys of `model` that point up or sideways, or can be followed back from another room."""
    here, faults = model._meta.app_label, []
    for field in model._meta.get_fields():
        if not (field.is_relation and field.concrete) or here not in HOUSE.lines:
            continue
        there = field.related_model._meta.app_label
        if there == here or there not in HOUSE.lines:
            continue
        if HOUSE.lines[here] >= HOUSE.lines[there]:
            faults.append(f"{model.__name__}.{field.name} points up to {there}")
        if not field.remote_field.hidden:
            faults.append(f'{model.__name__}.{field.name} needs related_name="+": {there} must not see {here}')
    return faults


def test_money_is_kept_as_whole_fen() -> None:
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in HOUSE.lines
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField | models.DecimalField)
        or (field.name.endswith("_fen") and not isinstance(field, models.BigIntegerField))
    ]
    assert not wrong, wrong


def test_no_table_reads_the_clock_by_itself() -> None:
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in HOUSE.lines
        for field in model._meta.get_fields()
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    assert not wrong, wrong


def test_generated_docs_are_what_the_code_says() -> None:
    stale = drawings.stale()
    assert not stale, f"run `make docs`: {[str(path) for path in stale]}"


def test_the_glossary_has_every_room_role_state_action_and_parameter() -> None:
    rows = [line.split(" | ") for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.startswith("| ")]
    named = {row[2].strip("`") for row in rows[1:]}
    wanted = {config.label for config in apps.get_app_configs() if config.name.startswith("kechuang.")}
    for _, machine in drawings.machines():
        wanted |= {f"{machine.name}.{state}" for state in machine.states}
        wanted |= {f"{machine.name}.{move.action}" for move in machine.moves}
    wanted |= {name for pack in drawings.packs() for name in pack.parameters}
    assert not wanted - named, sorted(wanted - named)
    silent = [row[2] for row in rows[1:] if not row[0].strip("| ") or row[1] == "—"]
    assert not silent, f"without Chinese or English: {silent}"


def test_every_text_has_its_english() -> None:
    faults = catalogue.missing(ROOT)
    assert not faults, "\n".join(faults)
