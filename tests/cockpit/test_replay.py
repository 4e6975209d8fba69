"""回放: a year priced again by the rules it had comes to what it was; under others, to what the rules say of each order."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import InternalError, connection, transaction

from kechuang.cockpit import commands, jobs, queries, rules
from kechuang.cockpit.models import Draft, Replay
from kechuang.cockpit.queries import Asked
from kechuang.cockpit.queries import replaying as reading
from kechuang.cockpit.states import ATTEMPTS, ReplayStage
from kechuang.kernel.actor import Actor
from kechuang.pilot.queries import Summary
from kechuang.policy.book import current, in_force
from kechuang.policy.packs import parse
from kechuang.ui import clock
from kechuang.vouchers.models import Hold
from kechuang.vouchers.rules import OffsetTerms, rate
from tests.cockpit.conftest import CITY, NOW, begun, raised, written
from tests.pilot.conftest import SCHEME, YEAR

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

NEXT = date(YEAR + 1, 1, 1)
OWN = ("cockpit_", "procrastinate_")


def asked(rules_on: date | None = None, pack: str = "") -> Asked:
    read = parse(pack, file=f"{SCHEME}.toml") if pack else current().packs[SCHEME]
    return Asked(read, CITY, YEAR, NEXT, rules_on)


def contents() -> dict[str, str]:
    """A digest of every table but the room's own and the queue of jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall() if not name.startswith(OWN)]
        found = {}
        for name in names:
            cursor.execute(
                f"SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM \"{name}\" t"
            )
            found[name] = cursor.fetchone()[0]
    return found


def done(row: Draft, author: Actor, **more: object) -> Replay:
    replay = commands.ask_replay(author, draft_id=row.id, year=YEAR, now=NOW, **more)  # type: ignore[arg-type]
    return commands.run_replay(replay_id=replay.id, now=NOW)


def _within(act: Callable[[], object]) -> None:
    """With a way back from what the database refuses."""
    with transaction.atomic():
        act()


def test_by_the_rules_of_its_own_days_the_year_is_what_it_was(played: Summary) -> None:
    found = queries.read(asked())
    replayed = queries.priced(asked(), found)
    assert found.past.holds
    assert {one.id: replayed.kept[one.id] for one in found.past.holds} == {
        one.id: one.kept_fen for one in found.past.holds
    }
    assert {one.id: replayed.faces[one.id] for one in found.past.vouchers} == {
        one.id: one.face_fen for one in found.past.vouchers
    }
    assert {one.id: replayed.untils[one.id] for one in found.past.vouchers} == {
        one.id: one.valid_until for one in found.past.vouchers
    }


def test_what_it_was_is_what_the_holds_of_the_ledger_say(played: Summary) -> None:
    found = queries.read(asked())
    live = Hold.objects.filter(voucher__scheme=SCHEME, state="captured")
    held = Hold.objects.filter(voucher__scheme=SCHEME, state="held")
    kept = sum(row.captured_fen - row.restored_fen for row in live) + sum(row.fen for row in held)
    assert sum(one.kept_fen for one in found.past.holds) == kept > 0


def test_nothing_is_changed_by_a_replay(author: Actor) -> None:
    row = raised(author)
    before = contents()
    assert done(row, author).stage == ReplayStage.DONE
    assert contents() == before


def test_the_reading_of_a_replay_cannot_write(author: Actor) -> None:
    with pytest.raises(InternalError, match="read-only transaction"), queries.read_only():
        Hold.objects.update(fen=1)
    _within(lambda: Hold.objects.update(price_fen=9_999_999_999))  # outside it can


def test_without_the_guard_the_same_reading_would_have_written(author: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a slip in the reading is stopped by the database, and shown by the digest where it is not."""
    row, before, whole = raised(author), contents(), reading.read

    def slip(wanted: Asked) -> queries.Year:
        Hold.objects.update(price_fen=9_999_999_999)
        return whole(wanted)

    monkeypatch.setattr(reading, "read", slip)
    with pytest.raises(InternalError, match="read-only transaction"):
        _within(lambda: done(row, author))
    assert contents() == before
    monkeypatch.setattr(reading, "read_only", nullcontext)
    done(row, author)
    assert contents() != before


def test_a_lower_rate_costs_less_and_says_who_loses(author: Actor) -> None:
    row = begun(author, "企业检测比例降至三成")
    old = '{ when = { applicant = "enterprise", service = "testing" }, is = 5_000 },'
    text = queries.latest_text(row).text
    head, _, tail = text.partition(old)
    lower = '] },\n  { from = 2026-01-01, article = "illustrative", is = [\n    { when = { applicant = "enterprise" }, is = 3_000 },\n    { is = 6_000 },\n  ] }]\n\n[added_rate_bp]'
    row = written(author, row, "] }]\n\n[added_rate_bp]", lower)
    assert head
    assert tail
    result = done(row, author).result
    whole = result["whole"]
    assert whole["after_fen"] < whole["before_fen"]
    assert whole["gain_orders"] == 0 < whole["lose_orders"]
    assert whole["lose_fen"] == whole["before_fen"] - whole["after_fen"]
    for lines in result["groups"].values():
        for name in ("orders", "price_fen", "before_fen", "after_fen", "lose_fen"):
            assert sum(line[name] for line in lines) == whole[name]
    assert sum(month[1] for month in result["months"]) == whole["after_fen"]
    assert result["after"]["public_fen"] < result["before"]["public_fen"]


def test_each_order_is_priced_as_the_rule_prices_it_alone(author: Actor) -> None:
    """One by one by the rule itself, for orders whose balance and caps bind nothing."""
    row = raised(author)
    wanted = asked(date(2026, 1, 1), queries.latest_text(row).text)
    found = queries.read(wanted)
    replayed = queries.priced(wanted, found)
    book = current().with_pack(wanted.pack)
    terms = in_force(SCHEME, OffsetTerms, on=date(2026, 1, 1), book=book).terms
    faces = {one.id: replayed.faces[one.id] for one in found.past.vouchers}
    first = {one.voucher_id: one for one in reversed(found.past.holds) if not one.replaces and not one.back_at}
    checked = 0
    for hold in first.values():
        free = min(
            faces[hold.voucher_id], 5_000_000, hold.price_fen * rate(hold.price_fen, hold.facts, terms) // 10_000
        )
        if hold.voucher_id in {one.voucher_id for one in found.past.holds if one.place < hold.place}:
            continue
        assert replayed.kept[hold.id] == free
        checked += 1
    assert checked


def test_a_voucher_whose_holder_is_not_eligible_any_more_pays_nothing(author: Actor) -> None:
    row = begun(author, "只对高新技术企业")
    row = written(
        author,
        row,
        "  { is = [] },\n] }]",
        '  { is = [] },\n] }, { from = 2026-01-01, is = ["funded"], article = "illustrative" }]',
    )
    result = done(row, author).result
    assert result["refused_count"] > 0
    assert result["whole"]["after_fen"] == 0


def test_a_larger_face_lets_a_countys_money_run_out_sooner(author: Actor) -> None:
    row = begun(author, "券额翻十倍")
    old = '  { when = { applicant = "maker" }, is = 2_000_000 },\n] }]'
    grown = old.replace("] }]", '] }, { from = 2026-01-01, is = 900_000_000, article = "illustrative" }]')
    row = written(author, row, old, grown)
    text = queries.latest_text(row)
    row = commands.save_draft(
        author, draft_id=row.id, title=row.title, text=text.text.replace(
            'value     = [{ from = 2021-12-01, is = "quota", article = "illustrative" }]',
            'value     = [{ from = 2021-12-01, is = "quota", article = "illustrative" }, { from = 2026-01-01, is = "fixed_face", article = "illustrative" }]',
        ).replace(
            '  { when = { applicant = "maker" }, is = 3_000_000 },\n] }]',
            '  { when = { applicant = "maker" }, is = 3_000_000 },\n] }, { from = 2026-01-01, is = "none", article = "illustrative" }]',
        ), cases_text=text.cases_text, seen=row.revision, now=NOW,
    )  # fmt: skip
    money = done(row, author).result["money"]
    short = [line for line in money if line["after_on"]]
    assert short
    assert all(line["after_short_fen"] > 0 for line in short)
    assert [line["before_on"] for line in money] == [""] * len(money)


def test_a_replay_that_runs_twice_is_done_once_and_tells_how_far_it_is(author: Actor) -> None:
    replay = done(raised(author), author)
    again = commands.run_replay(replay_id=replay.id, now=NOW)
    assert (again.stage, again.result) == (ReplayStage.DONE, replay.result)


def test_a_year_without_orders_and_a_year_that_is_not_there(author: Actor) -> None:
    row = raised(author)
    with pytest.raises(rules.YearNotReplayable):
        commands.ask_replay(author, draft_id=row.id, year=2030, now=NOW)
    replay = commands.ask_replay(author, draft_id=row.id, year=YEAR - 1, now=NOW)
    failed = commands.run_replay(replay_id=replay.id, now=NOW)
    assert (failed.stage, failed.refusal["code"]) == (ReplayStage.FAILED, "cockpit.nothing_to_replay")


def test_only_replays_of_one_year_that_are_through_are_compared(author: Actor) -> None:
    first, second = done(raised(author, "甲"), author), done(raised(author, "乙", fen="6_000_000"), author)
    sheets = queries.compared(author, [first.id, second.id])
    assert [sheet.replay.draft.title for sheet in sheets] == ["甲", "乙"]
    waiting = commands.ask_replay(author, draft_id=first.draft_id, year=YEAR, now=NOW)
    for ids in ([first.id], [first.id, waiting.id]):
        with pytest.raises(rules.NotComparable):
            queries.compared(author, ids)


def test_replays_of_unlike_orders_are_refused_before_they_are_laid_side_by_side(author: Actor) -> None:
    """Asked in May and in November of a running year, the later one has counties and services that the earlier has not."""
    early = commands.ask_replay(
        author, draft_id=raised(author, "甲案").id, year=YEAR, now=clock.instant(date(YEAR, 5, 1))
    )
    late = done(raised(author, "乙案", fen="6_000_000"), author)
    with clock.at(NOW):
        commands.run_replay(replay_id=early.id, now=NOW)
    with pytest.raises(rules.UnlikeReplays) as refused:
        queries.compared(author, [early.id, late.id])
    assert refused.value.facts == {"what": "订单截至日"}
    assert len(queries.compared(author, [late.id, done(raised(author, "丙案"), author).id])) == 2


def test_a_replay_that_breaks_off_every_time_says_so_and_is_not_waited_for(
    author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = commands.ask_replay(author, draft_id=raised(author).id, year=YEAR, now=NOW)
    broken = ValueError("a fault of ours")
    monkeypatch.setattr(queries, "simulated", lambda *_asked, **_more: (_ for _ in ()).throw(broken))
    for attempts in range(ATTEMPTS + 1):
        assert Replay.objects.get(id=replay.id).stage in (ReplayStage.QUEUED, ReplayStage.RUNNING)
        with pytest.raises(ValueError, match="a fault of ours"):
            jobs.replay(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), replay.id)
    row = Replay.objects.get(id=replay.id)
    assert (row.stage, row.refusal["code"]) == (ReplayStage.FAILED, "cockpit.replay_broke_off")
    assert commands.run_replay(replay_id=replay.id, now=NOW).stage == ReplayStage.FAILED
