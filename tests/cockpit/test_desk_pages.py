"""The pages of the policy desk: from a fault at its line to the note of a comparison."""

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.cockpit import commands, queries
from kechuang.cockpit.models import Draft, Replay
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from tests.cockpit.conftest import CAP, NOW, begun, followed, holding, raised
from tests.pilot.conftest import SCHEME, YEAR

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


@pytest.fixture
def desk(author: Actor) -> Client:
    return signed_in(author)


def replayed(author: Actor, title: str, **more: str) -> Replay:
    row = raised(author, title, **more)
    replay = commands.ask_replay(author, draft_id=row.id, year=YEAR, now=NOW)
    return commands.run_replay(replay_id=replay.id, now=NOW)


def typed(row: Draft, text: str) -> dict[str, str]:
    kept = queries.latest_text(row)
    return {"title": row.title, "text": text, "cases_text": kept.cases_text, "seen": str(row.revision)}


def test_an_officer_begins_a_draft_and_sees_it_in_the_list(desk: Client) -> None:
    answer = desk.post(reverse("cockpit:new"), {"scheme": SCHEME, "title": "提高上限"}, follow=True)
    assert "规则正文" in answer.content.decode()
    listed = desk.get(reverse("cockpit:drafts")).content.decode()
    assert "提高上限" in listed
    assert "起草中" in listed


def test_the_text_is_checked_as_it_is_typed_and_nothing_is_kept(desk: Client, author: Actor) -> None:
    row = begun(author)
    text = queries.latest_text(row).text
    where = reverse("cockpit:check", args=[row.id])
    wrong = desk.post(where, typed(row, text.replace(CAP, followed(first="2025-07-01")))).content.decode()
    assert "1 处错误" in wrong
    assert "2025-07-01 的值应排在 2025-07-01 之后" in wrong
    assert 'data-line="' in wrong
    right = desk.post(where, typed(row, text.replace(CAP, followed()).replace("\n", "\r\n"))).content.decode()
    assert "检查通过" in right
    assert "¥50,000.00" in right
    assert queries.latest_text(row).revision == 1


def test_a_faulty_draft_may_be_kept_but_offers_no_replay(desk: Client, author: Actor) -> None:
    row = begun(author)
    text = queries.latest_text(row).text.replace(CAP, followed(first="2025-07-01"))
    kept = desk.post(reverse("cockpit:edit", args=[row.id]), typed(row, text), follow=True).content.decode()
    assert "更正检查出的错误后可以回放" in kept
    refused = desk.post(reverse("cockpit:act", args=[row.id, "submit"]))
    assert refused.status_code == 422
    assert "草案有 1 处错误" in refused.content.decode()


def test_a_stale_tab_keeps_what_was_typed(desk: Client, author: Actor) -> None:
    row = raised(author)
    stale = {**typed(row, "自己写的"), "seen": "1"}
    answer = desk.post(reverse("cockpit:edit", args=[row.id]), stale)
    assert answer.status_code == 409
    assert "自己写的" in answer.content.decode()


def test_a_replay_is_asked_for_waited_for_and_read(desk: Client, author: Actor) -> None:
    row = raised(author)
    asked = desk.post(reverse("cockpit:ask_replay", args=[row.id]), {"year": str(YEAR), "rules_on": "2026-01-01"})
    replay = Replay.objects.get(draft=row)
    assert asked.headers["Location"] == reverse("cockpit:replay", args=[replay.id])
    waiting = desk.get(asked.headers["Location"]).content.decode()
    assert "等待回放" in waiting
    part = desk.get(reverse("cockpit:progress", args=[replay.id]))
    assert "HX-Refresh" not in part.headers
    commands.run_replay(replay_id=replay.id, now=NOW)
    assert desk.get(reverse("cockpit:progress", args=[replay.id])).headers["HX-Refresh"] == "true"
    shown = desk.get(asked.headers["Location"]).content.decode()
    for words in ("抵扣合计", "造假诱因订单占比", "资金用完日", "按服务类别", "按发券县（市、区）", "越城区"):
        assert words in shown


def test_drafts_stand_side_by_side_and_are_taken_along_as_a_note(desk: Client, author: Actor) -> None:
    ids = [replayed(author, "甲案").id, replayed(author, "乙案", fen="6_000_000").id]
    chosen = "&".join(f"chosen={one}" for one in ids)
    shown = desk.get(f"{reverse('cockpit:compare')}?{chosen}").content.decode()
    assert "甲 甲案" in shown
    assert "乙：抵扣" in shown
    for media, head in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        note = desk.get(f"{reverse('cockpit:note', args=[media])}?{chosen}")
        assert note.content.startswith(head)
        alone = desk.get(f"{reverse('cockpit:note', args=[media])}?chosen={ids[0]}")
        assert alone.content.startswith(head)
    assert desk.get(f"{reverse('cockpit:note', args=['docx'])}?{chosen}").status_code == 404
    assert desk.get(f"{reverse('cockpit:compare')}?chosen={ids[0]}").status_code == 422


def test_the_approver_publishes_and_the_author_cannot(desk: Client, author: Actor, approver: Actor) -> None:
    row = raised(author)
    where = reverse("cockpit:act", args=[row.id, "submit"])
    assert desk.post(where).status_code == 302
    assert "审定并发布规则" not in desk.get(reverse("cockpit:draft", args=[row.id])).content.decode()
    publish = reverse("cockpit:act", args=[row.id, "publish"])
    refused = desk.post(publish)
    assert refused.status_code == 409
    assert "不能由同一人办理" in refused.content.decode()
    other = signed_in(approver)
    assert "审定并发布规则" in other.get(reverse("cockpit:draft", args=[row.id])).content.decode()
    assert other.post(publish).status_code == 302
    assert "第 2 版" in other.get(reverse("cockpit:draft", args=[row.id])).content.decode()


@pytest.mark.parametrize("name", ["drafts", "draft", "edit", "replay", "compare"])
def test_pages_ask_as_much_whatever_there_is(desk: Client, author: Actor, name: str) -> None:
    first = replayed(author, "甲案")
    second = replayed(author, "乙案", fen="6_000_000")
    where = {
        "drafts": reverse("cockpit:drafts"),
        "draft": reverse("cockpit:draft", args=[first.draft_id]),
        "edit": reverse("cockpit:edit", args=[first.draft_id]),
        "replay": reverse("cockpit:replay", args=[first.id]),
        "compare": f"{reverse('cockpit:compare')}?chosen={first.id}&chosen={second.id}",
    }[name]
    desk.get(where)
    before = statements(desk, where)
    for n in range(2):
        replayed(author, f"丙案{n}")
    assert statements(desk, where) == before


def statements(client: Client, where: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len(asked)


def test_the_desk_is_not_there_for_other_offices(author: Actor) -> None:
    row = raised(author)
    county = signed_in(holding(Role.COUNTY_OFFICER, "330602"))
    for where in (reverse("cockpit:drafts"), reverse("cockpit:new"), reverse("cockpit:draft", args=[row.id])):
        assert county.get(where).status_code == 404
