"""The whole space: a real notice and a real objection in each state, each action by each role, through the commands."""

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from kechuang.deadlines.adapters.state_council import DOCUMENT, announced
from kechuang.deadlines.commands import load_calendar
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.notices import commands, rules
from kechuang.notices.models import Item, Notice, Objection
from kechuang.notices.states import NOTICE_MACHINE, OBJECTION_MACHINE, NoticeState, ObjectionState
from kechuang.trail.models import Event
from kechuang.ui import clock

pytestmark = pytest.mark.django_db
COUNTY = "330602"
OPENED, OVER = clock.instant(date(2025, 3, 3)), clock.instant(date(2025, 3, 20))
TERMS = rules.NoticeTerms(
    notice_days=7,
    notice_unit="days",
    notice_first_day_counts=False,
    notice_end_moves=True,
    objection_working_days=10,
)
NAMED = commands.Named("clm_1", "pty_lab", "绍兴文理学院", False, "兑付申请", decided_by="psn_decider")
WHO: dict[Role, Actor] = {
    **{
        role: Actor(f"psn_{role}", posts=frozenset({Post(role, COUNTY, frozenset({COUNTY}))}))
        for role in Role
        if role not in {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK}
    },
    Role.OBJECTOR: Actor("psn_citizen"),
    Role.PUBLIC: PUBLIC,
    Role.PROVIDER: Actor("psn_lab", party_id="pty_lab"),
    Role.CLOCK: CLOCK,
}


@pytest.fixture
def notice() -> Notice:
    load_calendar(announced(), document=DOCUMENT, now=OPENED)
    return commands.open_notice(
        WHO[Role.COUNTY_OFFICER],
        scheme="shaoxing/voucher-2021",
        region=COUNTY,
        kind="claim_payout",
        title="公示",
        basis="plan-2021#三（一）4",
        items=[NAMED],
        terms=TERMS,
        role=Role.COUNTY_OFFICER,
        now=OPENED,
    )


def outcome(call: Callable[[], Any]) -> str:
    """What a command answers; whatever it wrote is taken back."""
    before = Event.objects.count()
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except (MoveNotOpen, NotVisible):
        assert Event.objects.count() == before
        return "refused"
    return "open"


@pytest.mark.parametrize("state", list(NoticeState))
def test_only_listed_moves_of_a_notice_are_made(notice: Notice, state: NoticeState) -> None:
    Notice.objects.filter(id=notice.id).update(state=state, why="理由")
    what: dict[str, Callable[[Actor], Any]] = {
        "withdraw": lambda a: commands.withdraw(a, notice_id=notice.id, why="有误", now=OVER),
        "correct": lambda a: commands.correct(
            a, notice_id=notice.id, items=[NAMED], title="更正", why="有误", now=OVER
        ),
        "end": lambda a: commands.end(a, notice_id=notice.id, now=OVER),
    }
    assert set(what) == {move.action for move in NOTICE_MACHINE.moves}
    listed = {(move.action, role) for move in NOTICE_MACHINE.moves if state in move.source for role in move.by}
    for (action, call), (role, actor) in itertools.product(what.items(), WHO.items()):
        found = outcome(lambda call=call, actor=actor: call(actor))  # type: ignore[misc]
        assert found == ("open" if (action, role) in listed else "refused"), (action, role)


@pytest.mark.parametrize("state", list(ObjectionState))
def test_only_listed_moves_of_an_objection_are_made(notice: Notice, state: ObjectionState) -> None:
    item = Item.objects.get(notice=notice)
    filed = commands.object_(
        WHO[Role.OBJECTOR], notice_id=notice.id, item_id=item.id, reason="服务并未真实发生，请予核实", now=OPENED
    )
    done = {"reply": "已核", "handled_by": "psn_other", "handled_at": OPENED}
    Objection.objects.filter(id=filed.id).update(state=state, **done)
    what: dict[str, Callable[[Actor], Any]] = {
        "uphold": lambda a: commands.handle(a, objection_id=filed.id, upheld=True, reply="属实", now=OVER),
        "dismiss": lambda a: commands.handle(a, objection_id=filed.id, upheld=False, reply="不实", now=OVER),
        "withdraw": lambda a: commands.withdraw_objection(a, objection_id=filed.id, now=OVER),
    }
    assert set(what) == {move.action for move in OBJECTION_MACHINE.moves}
    listed = {(move.action, role) for move in OBJECTION_MACHINE.moves if state in move.source for role in move.by}
    for (action, call), (role, actor) in itertools.product(what.items(), WHO.items()):
        found = outcome(lambda call=call, actor=actor: call(actor))  # type: ignore[misc]
        assert found == ("open" if (action, role) in listed else "refused"), (action, role)
