"""The policy desk: a draft is checked by the checker of packs, approved by somebody else, and binds from a day to come."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.cockpit import commands, queries, rules
from kechuang.cockpit.models import Draft, DraftText
from kechuang.cockpit.states import DraftState
from kechuang.gazette.queries import latest
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties.queries import covers
from kechuang.parties.rules import SameHands
from kechuang.policy import book
from kechuang.policy.packs import digest
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.vouchers.rules import OffsetTerms
from tests.cockpit.conftest import CAP, CITY, NOW, begun, followed, holding, raised, written
from tests.pilot.conftest import SCHEME, UNTIL

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once


def cap(on: date) -> int:
    return book.in_force(SCHEME, OffsetTerms, on=on).terms.order_cap_fen.pick()


def faults(row: Draft) -> list[str]:
    text = queries.latest_text(row)
    return [str(fault) for fault in queries.checked(row, text.text, text.cases_text, on=UNTIL).faults]


def test_a_draft_begins_as_the_rule_in_force_and_cannot_be_sent_on_unchanged(author: Actor) -> None:
    row = begun(author)
    assert faults(row) == []
    assert queries.latest_text(row).text == latest()[SCHEME].text
    with pytest.raises(rules.NothingChanged):
        commands.submit_draft(author, draft_id=row.id, now=NOW)


def test_a_sound_draft_is_published_by_somebody_else_and_counts_from_its_day(author: Actor, approver: Actor) -> None:
    row = raised(author)
    assert faults(row) == []
    commands.submit_draft(author, draft_id=row.id, now=NOW)
    done = commands.publish_draft(approver, draft_id=row.id, now=NOW)
    assert (done.state, done.published_version) == (DraftState.PUBLISHED, latest()[SCHEME].version)
    assert (cap(date(2025, 12, 31)), cap(date(2026, 1, 1))) == (4_000_000, 5_000_000)
    assert Event.objects.get(object_id=row.id, action="cockpit.publish").facts["author"] == author.person_id
    assert not altered_rows()


def test_nobody_approves_their_own_draft_and_the_database_holds_the_same(author: Actor) -> None:
    row = raised(author)
    commands.submit_draft(author, draft_id=row.id, now=NOW)
    for decide in (commands.publish_draft, commands.return_draft):
        more = {"reason": "不妥"} if decide is commands.return_draft else {}
        with pytest.raises(SameHands):
            decide(author, draft_id=row.id, now=NOW, **more)
    with pytest.raises(IntegrityError, match="rule_draft_four_eyes"), transaction.atomic():
        Draft.objects.filter(id=row.id).update(decided_by=author.person_id)


def test_who_stands_in_for_the_author_does_not_approve_either(author: Actor, approver: Actor) -> None:
    row = raised(author)
    commands.submit_draft(author, draft_id=row.id, now=NOW)
    (post,) = (post for post in author.posts if post.role is Role.CITY_SCIENCE)
    substitute = Actor(person_id=approver.person_id, posts=frozenset({replace(post, stands_in_for=author.person_id)}))
    for decide in (commands.publish_draft, commands.return_draft):
        more = {"reason": "不妥"} if decide is commands.return_draft else {}
        with pytest.raises(SameHands):
            decide(substitute, draft_id=row.id, now=NOW, **more)
    own = Actor(person_id=approver.person_id, posts=frozenset({replace(post, stands_in_for="")}))
    assert commands.publish_draft(own, draft_id=row.id, now=NOW).state == DraftState.PUBLISHED  # negative control


def test_no_office_drafts_the_rule_of_another_place(author: Actor) -> None:
    """绍兴 does not write for 昌平; 北京 does (negative control)."""
    foreign = "changping/voucher-2016"
    assert foreign in queries.draftable()
    assert set(queries.draftable_in(queries.may_draft(author))) == {SCHEME}
    with pytest.raises(rules.NotADraftableScheme):
        commands.start_draft(author, scheme=foreign, title="改昌平", now=NOW)
    beijing = Actor("psn_bj", posts=frozenset({Post(Role.CITY_SCIENCE, "110000", covers("110000"))}))
    assert commands.start_draft(beijing, scheme=foreign, title="改昌平", now=NOW).region == "110000"


def test_a_draft_of_another_place_that_stands_already_is_not_published(author: Actor, approver: Actor) -> None:
    published = latest()["changping/voucher-2016"]
    row = Draft.objects.create(
        scheme=published.scheme, title="旧草案", region=CITY, base_version=published.version,
        written_by=author.person_id, written_on=UNTIL,
    )  # fmt: skip
    text = published.text + "# 改\n"
    DraftText.objects.create(
        draft=row, revision=1, text=text, cases_text=published.cases_text, digest=digest(text), saved_at=NOW
    )
    with pytest.raises(rules.DraftFaulty, match="不在起草机关的辖区内"):
        commands.submit_draft(author, draft_id=row.id, now=NOW)
    Draft.objects.filter(id=row.id).update(state=DraftState.SUBMITTED)
    with pytest.raises(rules.DraftFaulty):
        commands.publish_draft(approver, draft_id=row.id, now=NOW)


def test_a_draft_cannot_open_its_rule_in_another_place(author: Actor) -> None:
    line = '{ code = "330624", name = "新昌县", from = 2025-09-01, article = "illustrative" },'
    more = '\n  { code = "110114", name = "昌平区", from = 2026-01-01, article = "illustrative" },'
    row = written(author, begun(author), line, line + more)
    assert any("110114：不在起草机关的辖区内" in fault for fault in faults(row))
    nearer = more.replace("110114", "330621").replace("昌平区", "绍兴县")
    assert faults(written(author, begun(author), line, line + nearer)) == []  # within the city it can


def test_overlapping_dates_are_named_by_line_and_reason_and_are_not_sent_on(author: Actor) -> None:
    ended = CAP.replace("is =", "until = 2026-06-01, is =")
    row = written(author, begun(author), CAP, followed().replace(CAP, ended))
    (fault,) = faults(row)
    line = (
        queries.latest_text(row)
        .text.split("\n")
        .index('  { from = 2026-01-01, is = 5_000_000, article = "illustrative" },')
    )
    assert (
        fault
        == f"shaoxing/voucher-2021.toml:{line + 1}: order_cap_fen：2026-01-01 起的值与上一个（至 2026-06-01 止）重叠"
    )
    with pytest.raises(rules.DraftFaulty) as refused:
        commands.submit_draft(author, draft_id=row.id, now=NOW)
    assert refused.value.facts["line"] == line + 1
    with pytest.raises(rules.DraftFaulty):
        commands.ask_replay(author, draft_id=row.id, year=2025, now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (CAP, followed(first="2025-05-30").replace("2025-07-01", "2025-05-29"), "新增值的首日 2025-05-29 应晚于今日"),
        ("is = 180, article", "is = 90, article", "已施行，不得由 180 改为 90"),
        (
            "from = 2021-12-01, is = 180, article",
            "from = 2021-12-01, until = 2025-03-01, is = 180, article",
            "截止日不得改到今日",
        ),
        ('name = "柯桥区", from = 2025-03-01', 'name = "柯桥区", from = 2026-03-01', "已施行的不得改动"),
        ("[rate_bp]", "[rate_bp", "不是合法的 TOML"),
        (CAP, CAP.replace("illustrative", "plan-1999#二"), "指向未登记的来源 plan-1999"),
        (CAP, CAP.replace("4_000_000", "-1"), "应为不小于 0 的整数（分）"),
    ],
)
def test_what_is_wrong_is_said_as_it_is_typed(author: Actor, old: str, new: str, said: str) -> None:
    assert said in "\n".join(faults(written(author, begun(author), old, new)))


def test_a_case_that_the_draft_contradicts_is_a_fault_of_the_cases(author: Actor) -> None:
    row = begun(author)
    text = queries.latest_text(row)
    wrong = text.cases_text.replace("fen = ", "fen = 1", 1)
    found = queries.checked(row, text.text, wrong, on=UNTIL)
    assert any("与算例" in fault.reason and ".cases." in fault.file for fault in found.faults)


def test_a_draft_over_a_version_that_is_not_the_last_any_more_goes_no_further(author: Actor, approver: Actor) -> None:
    first, second = raised(author, "甲"), raised(author, "乙", fen="6_000_000")
    for row in (first, second):
        commands.submit_draft(author, draft_id=row.id, now=NOW)
    commands.publish_draft(approver, draft_id=first.id, now=NOW)
    with pytest.raises(rules.BaseMoved):
        commands.publish_draft(approver, draft_id=second.id, now=NOW)


def test_two_tabs_do_not_write_over_each_other(author: Actor) -> None:
    row = raised(author)
    text = queries.latest_text(row)
    stale = {"draft_id": row.id, "title": row.title, "text": text.text + "#", "cases_text": text.cases_text}
    with pytest.raises(rules.StaleDraft):
        commands.save_draft(author, **stale, seen=row.revision - 1, now=NOW)
    commands.save_draft(author, **stale, seen=row.revision, now=NOW)
    assert [one.revision for one in DraftText.objects.filter(draft=row).order_by("revision")] == [1, 2, 3]


def test_a_returned_draft_says_why_and_is_mended(author: Actor, approver: Actor) -> None:
    row = raised(author)
    commands.submit_draft(author, draft_id=row.id, now=NOW)
    with pytest.raises(MoveNotOpen):
        commands.save_draft(author, draft_id=row.id, title="x", text="x", cases_text="x", seen=row.revision, now=NOW)
    with pytest.raises(rules.ReasonMissing):
        commands.return_draft(approver, draft_id=row.id, reason=" ", now=NOW)
    back = commands.return_draft(approver, draft_id=row.id, reason="请附测算", now=NOW)
    assert (back.state, back.reason) == (DraftState.RETURNED, "请附测算")
    commands.submit_draft(author, draft_id=row.id, now=NOW)


def test_only_the_author_changes_a_draft_and_other_offices_do_not_see_it(author: Actor, approver: Actor) -> None:
    row = raised(author)
    for stranger in (holding(Role.COUNTY_OFFICER, "330602"), holding(Role.SHARING_OFFICE, "330000")):
        with pytest.raises(NotVisible):
            queries.draft(stranger, row.id)
        with pytest.raises(NotVisible):
            commands.start_draft(stranger, scheme=SCHEME, title="x", now=NOW)
    with pytest.raises(MoveNotOpen):
        commands.submit_draft(approver, draft_id=row.id, now=NOW)
    with pytest.raises(rules.NotADraftableScheme):
        commands.start_draft(author, scheme="zhejiang/usage", title="x", now=NOW)


def test_a_submitted_draft_waits_for_who_may_approve_it(author: Actor, approver: Actor) -> None:
    row = raised(author)
    commands.submit_draft(author, draft_id=row.id, now=NOW)
    assert [one.subject_id for one in queries.waiting_for(approver, on=UNTIL)] == [row.id]
    assert queries.waiting_for(author, on=UNTIL) == []


def test_a_draft_given_up_goes_nowhere(author: Actor) -> None:
    row = commands.drop_draft(author, draft_id=raised(author).id, now=NOW)
    assert row.state == DraftState.DROPPED
    with pytest.raises(MoveNotOpen):
        commands.submit_draft(author, draft_id=row.id, now=NOW)
