"""What the pages of evaluations say and do: a carrier reports, the office reviews and grades, everybody reads the results."""

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.evaluation import commands
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries import waiting_for
from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from tests.claims.conftest import changed
from tests.evaluation.conftest import BEST, CARD, Evaluated
from tests.subsidies.conftest import CITY_OFFICE
from tests.subsidies.test_pages import read, signed_in


def test_an_evaluation_goes_its_way_on_the_pages(evaluated: Evaluated) -> None:
    evaluated.redeemed()
    evaluated.next_year()
    form = {"region": CITY_OFFICE, "scheme": CARD, "year": "2025", "title": "2025 年度考核"}
    with changed(CARD, grades=BEST):
        opened = read(evaluated, evaluated.city_clerk, reverse("evaluation:open"), **form)
    assert "考核已开始" in opened
    row = Evaluation.objects.get()
    sheet = evaluated.own(row)
    address, act = reverse("evaluation:sheet", args=[sheet.id]), "evaluation:act"
    own = read(evaluated, evaluated.server, address)
    assert "主持或参与制定标准（项）" in own
    report = {"value-standards": "0", "statement": "全年服务规范。"}
    assert "自评已报送" in read(evaluated, evaluated.server, reverse(act, args=[sheet.id, "report"]), **report)
    judged = {"points-quality": "9.5", "words": "用户评价好。"}
    assert "评审已保存" in read(evaluated, evaluated.city_clerk, reverse(act, args=[sheet.id, "review"]), **judged)
    graded = read(evaluated, evaluated.city_clerk, reverse("evaluation:grade", args=[row.id]), x="")
    assert "优秀" in graded
    evaluated.after_term()
    read(evaluated, evaluated.city_approver, reverse("evaluation:publish", args=[row.id]), x="")
    one = Priority.objects.get()
    with clock.at(evaluated.now):
        for name, args in (("results", []), ("preferred", []), ("priority", [one.id])):
            answer = Client().get(reverse(f"evaluation:{name}", args=args))
            assert answer.status_code == 200, name
            assert one.name in answer.content.decode(), name
        certificate = Client().get(reverse("evaluation:priority", args=[one.id])).content.decode()
        listed = Client().get(reverse("evaluation:preferred_file")).content.decode("utf-8-sig")
    assert all(word in certificate for word in ("市级科技计划项目", "重点实验室", "新型研发机构", "存证凭证"))
    row_of_it = next(line for line in listed.splitlines() if one.number in line)
    assert "优秀" in row_of_it, "the grade in words, not its code"
    assert "2026-12-31" in row_of_it, "the last day on which it holds, as its own page says"
    assert "excellent" not in row_of_it


def test_an_office_revokes_a_certificate_on_its_page_and_the_list_shrinks(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    address = reverse("evaluation:priority", args=[one.id])
    where = reverse("evaluation:revoke", args=[one.id])
    with clock.at(evaluated.now):
        assert where not in Client().get(address).content.decode()
        assert signed_in(evaluated.server).post(where, {"reason": "试"}).status_code == 404
    assert where in read(evaluated, evaluated.city_approver, address)
    with clock.at(evaluated.now):
        assert signed_in(evaluated.city_approver).post(where, {"reason": ""}).status_code == 422
    assert "已撤销" in read(evaluated, evaluated.city_approver, where, reason="数据造假，经查实")
    with clock.at(evaluated.now):
        shown = Client().get(address).content.decode()
        listed = Client().get(reverse("evaluation:preferred_file")).content.decode("utf-8-sig")
    assert "数据造假，经查实" in shown
    assert one.number not in listed


def test_points_out_of_range_are_said_and_kept(evaluated: Evaluated) -> None:
    evaluated.next_year()
    sheet = evaluated.reported(evaluated.opened())
    with clock.at(evaluated.now):
        answer = signed_in(evaluated.city_clerk).post(
            reverse("evaluation:act", args=[sheet.id, "review"]), {"points-quality": "10.01", "words": "好"}
        )
    assert answer.status_code == 422
    assert "0 到 10 分之间" in answer.content.decode()


def test_a_carrier_does_not_see_the_points_before_it_is_graded_nor_anothers_sheet(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.opened()
    sheet = evaluated.reviewed(row)
    stranger = evaluated.provider("绍兴旁观检测有限公司")
    address = reverse("evaluation:sheet", args=[sheet.id])
    with clock.at(evaluated.now):
        assert signed_in(stranger).get(address).status_code == 404
        assert signed_in(evaluated.server).get(reverse("evaluation:evaluation", args=[row.id])).status_code == 404
    assert "服务规范" in read(evaluated, evaluated.city_clerk, address)


@pytest.mark.parametrize("answered", [False, True])
def test_what_waits_stands_on_the_workbench_with_its_clock(evaluated: Evaluated, answered: bool) -> None:
    def titles(actor: Actor) -> list[str]:
        return [one.title for one in waiting_for(actor, on=evaluated.today)]

    evaluated.next_year()
    row = evaluated.opened()
    (own,) = waiting_for(evaluated.server, on=evaluated.today)
    assert (own.title, own.due_on is not None) == ("报送自评", True)
    sheet = evaluated.reported(row)
    assert "评审自评" in titles(evaluated.city_clerk)
    evaluated.review(sheet)
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    commands.appeal(evaluated.server, sheet_id=sheet.id, words="不服。", now=evaluated.now)
    assert titles(evaluated.second) == ["答复申诉"]
    if answered:
        commands.answer(evaluated.second, sheet_id=sheet.id, words="维持。", now=evaluated.now)
        evaluated.after_term()
        assert titles(evaluated.second) == ["公布考核结果"]
        assert Sheet.objects.get(id=sheet.id).state == "graded"
