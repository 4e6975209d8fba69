"""The pages of a release: the county's, the holder's, everybody's."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.money import Fen
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.releases import commands
from kechuang.releases.models import Entry, Publication, Release
from kechuang.ui import clock
from tests.releases.conftest import FACE, Square
from tests.vouchers.conftest import SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


class Desk:
    """Reads and sends pages at the square's own instant."""

    def __init__(self, square: Square, actor: Actor | None = None) -> None:
        self.square, self.client = square, signed_in(actor) if actor else Client()

    def get(self, name: str, *arguments: str, **more: Any) -> Any:
        with clock.at(self.square.now):
            return self.client.get(reverse(f"releases:{name}", args=arguments), **more)

    def post(self, name: str, *arguments: str, **data: Any) -> Any:
        with clock.at(self.square.now):
            return self.client.post(reverse(f"releases:{name}", args=arguments), data)


def form(square: Square, **instead: str) -> dict[str, str]:
    said = {
        "scheme": SCHEME,
        "region": YUECHENG,
        "title": "2025 年第一批",
        "way": "first_come",
        "amount_fen": "500,000",
        "round": "1",
        "opens_at": "2025-03-11T09:00",
        "closes_at": "2025-03-12T09:00",
    }
    return {**said, **instead}


def test_a_county_plans_checks_and_announces(square: Square) -> None:
    square.release(500_000_000)
    author, checker = Desk(square, square.author), Desk(square, square.checker)
    assert "先到先得、摇号、评分排序" in text(author.get("new"))
    answer = author.post("new", **form(square))
    release = Release.objects.get()
    assert (answer.status_code, release.amount_fen) == (302, 50_000_000)
    author.post("act", release.id, "submit")
    assert "复核并公告" in text(checker.get("release", release.id))
    assert Desk(square).get("release", release.id).status_code == 404
    checker.post("act", release.id, "announce")
    shown = text(Desk(square).get("release", release.id))
    assert "2025 年第一批" in shown
    assert "预留：在孵企业" in shown
    assert "提前打开页面或反复刷新不影响次序" in shown


def test_what_the_pack_does_not_bear_is_said_at_its_field(square: Square) -> None:
    author = Desk(square, square.author)
    answer = author.post("new", **form(square, way="lottery"))
    assert answer.status_code == 422
    assert "种子取自哪一期公开结果" in text(answer)
    assert 'value="2025 年第一批"' in text(answer)


def test_a_holder_enters_sees_the_place_and_the_voucher(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=1)
    first, second = (Desk(square, holder) for holder in square.firms(2))
    assert "报名排队" in text(first.get("release", release.id))
    answer = first.post("enter", release.id)
    assert answer.status_code == 302
    assert "已核发 ¥100,000.00" in text(first.get("place", release.id))
    second.post("enter", release.id)
    waits = text(second.get("place", release.id))
    assert "候补，前面还有 0 家" in waits
    assert 'hx-trigger="load delay:60s"' in waits
    second.post("enter", release.id)
    assert Entry.objects.count() == 2


def test_before_the_hour_the_page_asks_again_exactly_then(square: Square) -> None:
    square.release(500_000_000)
    release = square.announced()
    holder = Desk(square, square.firm())
    page = text(holder.get("release", release.id))
    assert 'hx-trigger="load delay:1800s"' in page
    assert "到时本页自动出现报名按钮" in page
    answer = holder.post("enter", release.id)
    assert answer.status_code == 409
    assert "尚未开始" in text(answer)
    square.now = release.opens_at
    assert 'action="/releases/' in text(holder.get("place", release.id))


def test_entering_a_closed_release_says_when_it_closed(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened()
    square.now = release.closes_at
    answer = Desk(square, square.firm()).post("enter", release.id)
    assert answer.status_code == 409
    assert "不再受理报名" in text(answer)


def test_a_place_is_accepted_or_given_up_by_its_holder_alone(square: Square) -> None:
    square.release(500_000_000)
    release, holders = square.ranked("lottery")
    best = Entry.objects.get(release=release, rank=1)
    mine = next(holder for holder in holders if holder.party_id == best.party_id)
    other = next(holder for holder in holders if holder.party_id != best.party_id)
    assert "为您留出 ¥100,000.00" in text(Desk(square, mine).get("release", release.id))
    assert Desk(square, other).post("act_on_place", best.id, "accept").status_code == 404
    assert Desk(square, mine).post("act_on_place", best.id, "accept").status_code == 302
    best.refresh_from_db()
    assert best.state == "granted"


def test_anyone_fetches_the_files_and_the_list(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked("lottery")
    public = Desk(square)
    page = text(public.get("release", release.id))
    assert release.entries_digest in page
    assert "03 08 11 + 07" in page
    answer = public.get("file", release.id, "result")
    assert answer.content.decode() == Publication.objects.get(release=release, kind="result").text
    assert json.loads(answer.content)["seed"]["value"] == "03 08 11 + 07"
    shown = text(public.get("result", release.id))
    assert all(entry.number in shown for entry in Entry.objects.filter(release=release))
    assert public.get("file", release.id, "other").status_code == 404


def test_who_enters_a_lottery_has_a_receipt_of_it_and_its_result_has_one_for_everybody(square: Square) -> None:
    """Proof of the own entry before the list is closed, and of the result, verified without the platform."""
    square.release(500_000_000)
    release = square.opened("lottery")
    holder = square.firm()
    square.enter(holder, release)
    assert "“报名排队”" in text(Desk(square, holder).get("release", release.id))
    assert "存证凭证" not in text(Desk(square).get("release", release.id))
    over, _holders = square.ranked("scored")
    assert "“定出次序”" in text(Desk(square).get("release", over.id))


def test_before_the_close_nobody_reads_who_entered(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("lottery")
    square.enter(square.firm("不想被人知道的企业"), release)
    public = Desk(square)
    assert public.get("result", release.id).status_code == 404
    assert "不想被人知道的企业" not in text(public.get("release", release.id))
    assert "不想被人知道的企业" not in text(public.get("live", release.id))


def test_each_point_of_a_score_is_shown(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked("scored")
    shown = text(Desk(square).get("result", release.id))
    assert "首次领取该创新券" in shown
    assert "45" in shown


def test_the_county_closes_draws_and_opens_what_was_held_back(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("lottery", grants=8)
    for holder in square.firms(10):
        square.enter(holder, release)
    clerk, checker = Desk(square, square.clerk), Desk(square, square.checker)
    assert "截止报名" not in text(clerk.get("release", release.id))
    square.now = release.closes_at
    assert "截止报名" in text(clerk.get("release", release.id))
    clerk.post("act", release.id, "close")
    square.now = clock.instant(release.seed_on or square.today)
    answer = checker.post("act", release.id, "rank", seed_value="")
    assert answer.status_code == 422
    assert "请填写公开来源公布的结果" in text(answer)
    checker.post("act", release.id, "rank", seed_value="01 02 03 + 09")
    checker.post("act", release.id, "free_held_back", amount="100000", reason="回应意见")
    release.refresh_from_db()
    assert release.state == "ranked"
    # eight of the general part, two of what the reserve did not use, so the one held back stays
    assert Entry.objects.filter(state="offered").count() == 10
    assert release.held_back_fen == -(-8 * FACE * 100 // 72) // 10 - FACE


def test_what_waits_is_on_the_workbench(square: Square) -> None:
    from kechuang.releases.queries import waiting_for

    square.release(500_000_000)
    release = square.drafted()
    assert [row.title for row in waiting_for(square.author, on=square.today)] == ["提交放券方案复核"]
    commands.submit(square.author, release_id=release.id, now=square.now)
    assert [row.title for row in waiting_for(square.checker, on=square.today)] == ["复核放券方案"]
    assert not waiting_for(square.author, on=square.today)


def test_a_place_kept_is_on_the_holders_workbench(square: Square) -> None:
    from kechuang.releases.queries import waiting_for

    square.release(500_000_000)
    release, holders = square.ranked("lottery", firms=1, grants=1)
    assert [row.fen for row in waiting_for(holders[0], on=square.today)] == [Fen(FACE)]
    assert release.state == "ranked"
    assert CLOCK.clock


def test_the_list_of_releases_is_everybodys(square: Square) -> None:
    square.release(500_000_000)
    square.announced(title="第一批")
    square.drafted(title="第二批草稿")
    shown = text(Desk(square).get("list"))
    assert "第一批" in shown
    assert "第二批草稿" not in shown


def test_what_stands_in_the_way_is_said_before_the_hour(square: Square) -> None:
    square.release(500_000_000)
    first = square.opened(grants=1)
    holder = square.firm()
    square.enter(holder, first)
    second = square.announced(round=2, title="第二批")
    page = text(Desk(square, holder).get("release", second.id))
    assert "照名单看，现在还不能报名" in page
    assert "您已有 1 张有效创新券，同时只能持有 1 张" in page
    assert "照名单看" not in text(Desk(square, square.firm("没有券的企业")).get("release", second.id))
    square.now = second.opens_at
    answer = Desk(square, holder).post("enter", second.id)
    assert answer.status_code == 409
    assert "用完、到期或撤回之后可以报名" in text(answer)


def test_a_plan_that_is_not_announced_asks_nobody_to_enter(square: Square) -> None:
    square.release(500_000_000)
    release = square.drafted()
    assert "参加放券" not in text(Desk(square, square.author).get("release", release.id))


def head_of(page: str) -> str:
    return page.partition('<header class="k-head">')[2].partition("</header>")[0]


def test_an_announced_release_says_whether_entries_are_open(square: Square) -> None:
    square.release(500_000_000)
    release = square.announced("lottery")
    public, said = Desk(square), {}
    for word, moment in (("即将开始", square.now), ("正在报名", release.opens_at), ("报名时间已到", release.closes_at)):
        square.now = moment
        said[word] = head_of(text(public.get("release", release.id)))
        assert word in said[word]
        assert "已公告" not in said[word]
        assert word in text(public.get("list"))
    commands.close(CLOCK, release_id=release.id, now=square.now)
    assert "已截止" in head_of(text(public.get("release", release.id)))


def test_a_release_has_one_main_button_for_whoever_looks(square: Square) -> None:
    square.release(500_000_000)
    for way in ("first_come", "lottery", "scored"):
        release = square.announced(way, round={"first_come": 1, "lottery": 2, "scored": 3}[way], title=way)
        for moment in (square.now, release.opens_at, release.closes_at):
            square.now = moment
            for actor in (square.author, square.checker, square.clerk, square.firm(f"{way}{moment}")):
                page = re.sub(
                    r"<dialog.*?</dialog>", "", text(Desk(square, actor).get("release", release.id)), flags=re.S
                )
                assert page.count("btn-primary") <= 1, (way, moment, actor)
    assert "动用留存额度" in text(Desk(square, square.checker).get("release", release.id))


def test_each_way_speaks_of_itself_alone(square: Square) -> None:
    square.release(500_000_000)
    lottery, _holders = square.closed("lottery")
    shown = text(Desk(square, square.checker).get("release", lottery.id))
    assert "按公布的结果摇号定出次序" in shown
    assert "得分" not in shown
    scored, _holders = square.closed("scored")
    shown = text(Desk(square, square.checker).get("release", scored.id))
    assert "按各项得分定出次序" in shown
    assert "摇号" not in shown.partition("<main")[2].partition("</main")[0]


def test_open_data_gives_what_was_announced_and_the_published_files_word_for_word(square: Square) -> None:
    square.release(500_000_000)
    release, holders = square.ranked("lottery")
    draft = square.drafted(round=2)
    with clock.at(square.now):
        listed = Client().get("/api/releases/").json()
        one = Client().get(f"/api/releases/{release.id}").json()
        files = {kind: Client().get(f"/api/releases/{release.id}/files/{kind}") for kind in ("entries", "result", "x")}
        hidden = signed_in(square.author).get(f"/api/releases/{draft.id}")
    assert [row["number"] for row in listed["releases"]] == [release.number]
    assert (listed["count"], listed["next_after"]) == (1, release.id)
    assert (one["way"], one["phase"], one["files"]) == ("lottery", "over", ["entries", "result"])
    assert sum(one["counts"].values()) == len(holders)
    assert one["entries_digest"] == release.entries_digest
    assert sum(pool["amount_fen"] for pool in one["pools"]) <= one["amount_fen"]
    for kind in ("entries", "result"):
        assert files[kind].content.decode() == Publication.objects.get(release=release, kind=kind).text
    assert (files["x"].status_code, hidden.status_code) == (404, 404)


def test_open_data_is_had_page_by_page_and_by_county(square: Square) -> None:
    square.release(500_000_000)
    made = sorted(square.announced(round=n, title=f"第 {n} 批").id for n in (1, 2, 3))
    with clock.at(square.now):
        first = Client().get("/api/releases/?limit=2").json()
        rest = Client().get(f"/api/releases/?limit=2&after={first['next_after']}").json()
        elsewhere = Client().get("/api/releases/?region=330624").json()
        announced = Client().get(f"/api/releases/?region={YUECHENG}&state=announced").json()
    assert [row["id"] for row in first["releases"] + rest["releases"]] == made
    assert (elsewhere["count"], announced["count"]) == (0, 3)
