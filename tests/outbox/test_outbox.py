"""消息: who is reached, what is delivered once, and how often one may ask again."""

from datetime import date, time

import pytest
from django.core import mail

from kechuang.deadlines.adapters.state_council import DOCUMENT, announced
from kechuang.deadlines.commands import load_calendar
from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.outbox import commands, jobs, queries
from kechuang.outbox.adapters import channels
from kechuang.outbox.models import Message
from kechuang.outbox.rules import AlreadyNudged, NotAWorkingDay
from kechuang.outbox.states import TRIES_MAX, MessageState
from kechuang.parties.models import Person
from kechuang.ui import clock

pytestmark = pytest.mark.django_db
COUNTY = "330602"
MONDAY = clock.instant(date(2025, 3, 3))
FIRM = Actor(person_id="psn_firm", party_id="pty_firm")


def tell(**to: object) -> None:
    commands.tell(
        subject_id="clm_1",
        path="/claims/clm_1",
        title="兑付申请待确认",
        text="请于 3 月 17 日前确认。",
        now=MONDAY,
        **to,
    )  # type: ignore[arg-type]


def test_an_office_reads_what_its_county_was_told_and_nothing_of_others() -> None:
    tell(to_role=Role.COUNTY_OFFICER, region=COUNTY)
    tell(to_role=Role.COUNTY_OFFICER, region="330681")
    tell(to_party="pty_firm")
    officer = Actor("psn_o", posts=frozenset({Post(Role.COUNTY_OFFICER, COUNTY, frozenset({COUNTY}))}))
    assert [m.region for m in queries.inbox(officer)] == [COUNTY]
    assert queries.has_unread(FIRM)
    own = [m.id for m in queries.inbox(FIRM)]
    assert commands.mark_read(officer, message_ids=own, now=MONDAY) == 0
    assert commands.mark_read(FIRM, message_ids=own, now=MONDAY) == 1
    assert not queries.has_unread(FIRM)


def test_mail_goes_out_once_after_the_act(settings: object) -> None:
    person = Person.objects.create(sign_in="wang", name="王小明", email="wang@example.com")
    tell(to_person=person.id)
    assert jobs.run_deliveries(now=MONDAY) == 1
    assert jobs.run_deliveries(now=MONDAY) == 0
    assert [(m.to, m.subject) for m in mail.outbox] == [(["wang@example.com"], "兑付申请待确认")]
    assert "/claims/clm_1" in mail.outbox[0].body


def test_a_channel_that_fails_is_tried_again_and_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def send(self, letter: channels.Letter, to: object) -> list[str]:
            return ["短信网关无应答"]

    monkeypatch.setattr(commands, "channels", lambda: [Broken()])
    tell(to_party="pty_firm")
    for _ in range(TRIES_MAX - 1):
        assert commands.deliver(now=MONDAY) == 0
    assert commands.deliver(now=MONDAY) == 1
    message = Message.objects.get()
    assert (message.state, message.why) == (MessageState.DEAD, "短信网关无应答")
    assert queries.stuck(now=MONDAY, limit=5) == []


def test_a_message_that_stays_pending_is_found() -> None:
    tell(to_party="pty_firm")
    assert [b.what for b in queries.stuck(now=clock.instant(date(2025, 3, 5)), limit=5)] == ["消息超过时限仍未送达"]


def test_one_may_ask_again_once_a_working_day() -> None:
    load_calendar(announced(), document=DOCUMENT, now=MONDAY)

    def nudge(on: date) -> None:
        commands.nudge(
            FIRM,
            subject_id="clm_1",
            path="/claims/clm_1",
            number="SD-1",
            to_role=Role.COUNTY_OFFICER,
            region=COUNTY,
            calendar=calendar(),
            now=clock.instant(on),
        )

    nudge(date(2025, 3, 3))
    with pytest.raises(AlreadyNudged):
        nudge(date(2025, 3, 3))
    nudge(date(2025, 3, 4))
    with pytest.raises(NotAWorkingDay):
        nudge(date(2025, 3, 8))
    assert Message.objects.filter(title__startswith="对方催办").count() == 2


def test_the_digest_of_the_day_leaves_once_and_only_to_who_can_be_reached() -> None:
    reachable = Person.objects.create(sign_in="wang", name="王小明", email="wang@example.com")
    silent = Person.objects.create(sign_in="li", name="李静")
    for person in (reachable, reachable, silent):
        tell(to_person=person.id)
    assert jobs.run_digests(now=clock.instant(date(2025, 3, 3), time(7))) == 0
    assert jobs.run_digests(now=MONDAY) == 1
    assert jobs.run_digests(now=MONDAY) == 0
    assert [(m.to, m.subject) for m in mail.outbox] == [(["wang@example.com"], "今天有未读消息")]
