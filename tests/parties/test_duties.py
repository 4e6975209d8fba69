"""Every verb of 四（一） of source 002 belongs to a role, and the role can really do it."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.kernel.machine import Machine
from kechuang.parties.rules import DUTIES, Duty

ROOMS = sorted(path.parent.name for path in (Path(__file__).resolve().parents[2] / "kechuang").glob("*/states.py"))
SOURCE = (
    "市科技局负责创新券改革制度设计、创新券使用与兑付监管等。市财政局负责创新券政策资金统筹、政策资金执行情况监督等。"
    "区、县（市）科技局负责创新券预算制定与执行、创新券发放与兑付、监督管理、违规处置、绩效评价等。"
    "区、县（市）财政局负责政策资金保障、资金绩效管理，并及时下达当年大型科研仪器开放共享创新券预算资金。"
)
# 预算制定与执行 and 发放与兑付 are two verbs each
SPLIT = {"创新券预算制定": "创新券预算制定", "创新券预算执行": "执行", "创新券发放": "创新券发放", "创新券兑付": "兑付"}


def _machines() -> dict[str, Machine]:
    found = {}
    for room in ROOMS:
        if find_spec(f"kechuang.{room}.states"):
            named = vars(import_module(f"kechuang.{room}.states")).values()
            found |= {one.name: one for one in named if isinstance(one, Machine)}
    return found


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: f"{duty.verb}-{duty.role}")
def test_the_verb_stands_in_the_source_after_its_body(duty: Duty) -> None:
    clause = next(part for part in SOURCE.split("。") if part.startswith(f"{duty.body}负责"))
    assert SPLIT.get(duty.verb, duty.verb) in clause


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: f"{duty.verb}-{duty.role}")
def test_the_role_has_the_duty_in_the_tables_of_the_rooms(duty: Duty) -> None:
    machines = _machines()
    assert duty.acts or duty.reads
    for act in duty.acts:
        name, action = act.split(".")
        assert [move for move in machines[name].moves if move.action == action and duty.role in move.by], act


def test_every_verb_of_the_source_has_a_duty() -> None:
    left = SOURCE
    for verb in sorted({SPLIT.get(duty.verb, duty.verb) for duty in DUTIES}, key=len, reverse=True):
        left = left.replace(verb, "")
    for body in {duty.body for duty in DUTIES}:
        left = left.replace(f"{body}负责", "")
    assert set(left) <= set("等。、，与并"), left


def test_the_bodies_of_the_source_have_roles_of_their_own() -> None:
    assert {duty.role for duty in DUTIES} == {
        Role.CITY_SCIENCE,
        Role.CITY_FINANCE,
        Role.BUDGET_AUTHOR,
        Role.COUNTY_OFFICER,
        Role.COUNTY_APPROVER,
        Role.COUNTY_FINANCE,
    }
    assert all(duty.role in ROLE_LABELS for duty in DUTIES)
