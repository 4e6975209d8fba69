"""同一主体每轮一次: one code, one person, one enterprise in whatever county and under whatever name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.credit import commands as credit
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.parties import commands as parties
from kechuang.parties.models import Party
from kechuang.parties.queries import actor_for
from kechuang.releases import commands, jobs, rules
from kechuang.releases.models import Entry, Mark, Release
from tests.releases.conftest import Square
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def two_counties(square: Square, *, rounds: tuple[int, int] = (1, 1)) -> tuple[Release, Release]:
    square.release(500_000_000)
    square.release(500_000_000, KEQIAO)
    here = square.announced("lottery", round=rounds[0])
    there = square.announced("lottery", region=KEQIAO, round=rounds[1])
    square.now = here.opens_at
    return here, there


def moved(square: Square, holder: Actor, region: str) -> None:
    parties.move_region(CLOCK, party_id=holder.party_id, region=region, now=square.now)


def test_an_enterprise_that_moves_to_another_county_does_not_enter_there_too(square: Square) -> None:
    here, there = two_counties(square)
    holder = square.firm()
    square.enter(holder, here)
    moved(square, holder, KEQIAO)
    with pytest.raises(rules.AlreadyEnteredBy) as refused:
        square.enter(holder, there)
    assert refused.value.facts["number"] == here.number
    assert Entry.objects.count() == 1


def test_in_another_round_it_does(square: Square) -> None:
    here, there = two_counties(square, rounds=(1, 2))
    holder = square.firm()
    square.enter(holder, here)
    moved(square, holder, KEQIAO)
    assert square.enter(holder, there).state == "entered"


def test_who_left_here_may_enter_there(square: Square) -> None:
    here, there = two_counties(square)
    holder = square.firm()
    entry = square.enter(holder, here)
    commands.leave(holder, entry_id=entry.id, now=square.now)
    moved(square, holder, KEQIAO)
    assert square.enter(holder, there).state == "entered"


def test_another_name_and_a_new_code_are_the_same_enterprise(square: Square) -> None:
    """The old code is re-registered under another name: the code alone says who it is."""
    here, there = two_counties(square)
    holder = square.firm()
    old = Party.objects.get(id=holder.party_id).credit_code
    square.enter(holder, here)
    parties.change_credit_code(CLOCK, party_id=holder.party_id, credit_code=square.code(), now=square.now)
    other = square.firm("换了名字的同一家", KEQIAO)
    twin = Party.objects.get(id=other.party_id)
    twin.credit_code = old
    twin.save(update_fields=["credit_code"])
    square.lists("tech_sme", old)
    with pytest.raises(rules.AlreadyEnteredBy):
        square.enter(other, there)


def test_a_person_enters_once_alone_and_in_a_team(square: Square) -> None:
    here, there = two_counties(square)
    person = parties.register_person(CLOCK, name="张三", identity="11010519491231002X", now=square.now).id
    alone = maker(square, parties.register_maker(CLOCK, person_id=person, region=YUECHENG, now=square.now), person)
    team = parties.register_team(CLOCK, name="示例团队", region=KEQIAO, lead_id=person, now=square.now)
    square.enter(alone, here)
    with pytest.raises(rules.AlreadyEnteredBy):
        square.enter(maker(square, team, person), there)


def maker(square: Square, party: Party, person: str) -> Actor:
    holder = actor_for(person, party_id=party.id, on=square.today)
    credit.sign_commitment(holder, party_id=party.id, kind="holder", now=square.now)
    return holder


def test_two_members_of_one_enterprise_have_one_place(square: Square) -> None:
    here, _there = two_counties(square)
    holder = square.firm()
    colleague = square.person("同事")
    parties.add_member(holder, party_id=holder.party_id, person_id=colleague, capacity="finance", now=square.now)
    first = square.enter(holder, here)
    again = square.enter(actor_for(colleague, party_id=holder.party_id, on=square.today), here)
    assert first.id == again.id


def test_who_took_over_an_enterprise_that_entered_does_not_enter_beside_it(square: Square) -> None:
    here, _there = two_counties(square)
    merged, kept = square.firm("被合并的"), square.firm("承继的")
    square.enter(merged, here)
    parties.merge_parties(CLOCK, kept_id=kept.party_id, merged_id=merged.party_id, reason="吸收合并", now=square.now)
    with pytest.raises(rules.AlreadyEnteredBy):
        square.enter(kept, here)
    jobs.run_mergers(now=square.now)
    entry = Entry.objects.get()
    assert (entry.party_id, entry.state) == (kept.party_id, "entered")
    assert square.enter(kept, here).id == entry.id


def test_of_two_that_became_one_one_entry_remains(square: Square) -> None:
    here, _there = two_counties(square)
    merged, kept = square.firm("被合并的"), square.firm("承继的")
    square.enter(merged, here)
    square.enter(kept, here)
    parties.merge_parties(CLOCK, kept_id=kept.party_id, merged_id=merged.party_id, reason="吸收合并", now=square.now)
    jobs.run_mergers(now=square.now)
    jobs.run_mergers(now=square.now)
    assert dict(Entry.objects.values_list("party_id", "state")) == {
        merged.party_id: "missed",
        kept.party_id: "entered",
    }


def test_an_enterprise_that_was_struck_off_is_out(square: Square) -> None:
    here, _there = two_counties(square)
    holder = square.firm()
    square.enter(holder, here)
    parties.strike_off(CLOCK, party_id=holder.party_id, reason="注销", now=square.now)
    jobs.run_mergers(now=square.now)
    assert Entry.objects.get().reason == "主体已注销"


def test_the_database_itself_keeps_a_mark_from_being_in_a_round_twice(square: Square) -> None:
    here, there = two_counties(square)
    first = square.enter(square.firm(), here)
    other = square.enter(square.firm("另一家", KEQIAO), there)
    mark = Mark.objects.filter(entry=first).first()
    assert mark is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.create(entry=other, scheme=SCHEME, year=2025, round=1, mark=mark.mark)


def test_the_jobs_close_lapse_and_end_by_themselves_run_late_or_twice(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("first_come", grants=1)
    for holder in square.firms(3):
        square.enter(holder, release)
    square.now = release.closes_at + timedelta(hours=3)
    for _ in range(2):
        jobs.run_closings(now=square.now)
        jobs.run_lapses(now=square.now)
    assert Release.objects.get().state == "closed"
    square.now += timedelta(days=20)
    for _ in range(2):
        jobs.run_lapses(now=square.now)
        jobs.run_endings(now=square.now)
    assert Release.objects.get().state == "finished"
    assert sorted(Entry.objects.values_list("state", flat=True)) == ["granted", "missed", "missed"]


def test_what_a_killed_server_left_in_the_queue_is_served_by_the_clock(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    square.release(500_000_000)
    release = square.opened(grants=2)
    monkeypatch.setattr(commands.entering, "served", lambda *_: 0)
    for holder in square.firms(3):
        square.enter(holder, release)
    assert set(Entry.objects.values_list("state", flat=True)) == {"entered"}
    jobs.run_queues(now=square.now)
    assert sorted(Entry.objects.values_list("state", flat=True)) == ["granted", "granted", "waiting"]
