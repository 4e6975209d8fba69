"""The pages of registers: public list, application, decision, refusals at the field."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter

from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from kechuang.registers import queries
from kechuang.registers.models import Admission, Certificate
from kechuang.ui import clock
from tests.registers.conftest import KEQIAO, LIBRARY, SHANGHAI, World

pytestmark = pytest.mark.django_db


def pdf() -> bytes:
    writer, kept = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(kept)
    return kept.getvalue()


class Browser:
    """One signed-in person on the world's day."""

    def __init__(self, world: World, actor: Actor | None = None) -> None:
        self.world, self.client = world, Client()
        if actor:
            self.client.force_login(Person.objects.get(id=actor.person_id))

    def get(self, name: str, /, *arguments: str, **given: str) -> Any:
        with clock.at(self.world.now):
            return self.client.get(reverse(name, args=arguments), given)

    def post(self, name: str, /, *arguments: str, **given: Any) -> Any:
        with clock.at(self.world.now):
            return self.client.post(reverse(name, args=arguments), given)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_anyone_reads_and_searches_the_library(world: World) -> None:
    _head, admission = world.admitted()
    page = text(Browser(world).get("registers:library", register=LIBRARY, q="检测", region="330602"))
    assert admission.name in page
    assert admission.number in page
    assert "其他具备专业服务能力和相应服务资质的机构" in page
    assert "没有符合条件的机构" in text(Browser(world).get("registers:library", register=LIBRARY, q="无此机构"))
    assert Browser(world).get("registers:library", register="nowhere").status_code == 404


def test_a_provider_applies_brings_its_certificate_and_submits(world: World) -> None:
    head = world.provider()
    browser = Browser(world, head)
    answer = browser.post("registers:apply", entrant_class="qualified_firm", statement="材料检测")
    admission = Admission.objects.get(party_id=head.party_id)
    assert answer.headers["Location"] == reverse("registers:admission", args=[admission.id])
    refused = browser.post("registers:submit", admission.id)
    assert refused.status_code == 422
    assert "未提供该类别所需的资质证书" in text(refused)
    scan = SimpleUploadedFile("cma.pdf", pdf(), "application/pdf")
    given = {"kind": "cma", "number": "ＣＭＡ－００１", "issuer": "浙江省市场监督管理局", "valid_from": "2024-01-01"}
    answer = browser.post("registers:certificate", admission.id, **given, last_on="2026-12-31", file=scan)
    assert answer.status_code == 302, text(answer)
    paper = Certificate.objects.get()
    assert (paper.number, paper.valid_until.isoformat()) == ("CMA-001", "2027-01-01")  # type: ignore[union-attr]
    assert browser.post("registers:submit", admission.id).status_code == 302
    admission.refresh_from_db()
    assert admission.state == "submitted"
    assert "待确认" in text(browser.get("registers:mine"))


def test_the_officer_finds_it_in_the_queue_and_confirms(world: World) -> None:
    head, admission = world.submitted()
    browser = Browser(world, world.officer())
    queue = text(browser.get("registers:queue"))
    assert admission.name in queue
    assert "还剩 10 个工作日" in queue
    page = text(browser.get("registers:admission", admission.id))
    assert "确认入库" in page
    assert "通过本级审核并上报" not in page
    refused = browser.post("registers:act", admission.id, "return", reason="")
    assert refused.status_code == 422
    assert browser.post("registers:act", admission.id, "confirm", opinion="证书齐全").status_code == 302
    assert queries.admitted(LIBRARY, party_id=head.party_id, on=world.today)
    assert "确认入库" in text(browser.get("registers:admission", admission.id))  # on the timeline


def test_revoking_asks_for_ground_reason_and_article(world: World) -> None:
    _head, admission = world.admitted()
    browser = Browser(world, world.officer(Role.COUNTY_APPROVER))
    assert "撤销入库及服务资格" in text(browser.get("registers:admission", admission.id))
    given = {"ground": "violation", "reason": "虚构服务"}
    assert browser.post("registers:act", admission.id, "revoke", **given).status_code == 422
    given |= {"article": "绍兴试点方案 三（二）4"}
    assert browser.post("registers:act", admission.id, "revoke", **given).status_code == 302
    admission.refresh_from_db()
    assert admission.state == "revoked"


def test_cases_are_listed_noted_and_closed(world: World) -> None:
    head, admission = world.admitted()
    world.days(1)
    world.lists("dishonest", world.code_of(head))
    from kechuang.registers import jobs

    jobs.run_lists(now=world.now)
    browser = Browser(world, world.officer(Role.COUNTY_APPROVER))
    assert admission.name in text(browser.get("registers:cases"))
    (case,) = queries.cases(world.officer(Role.COUNTY_APPROVER))
    assert "失信" in text(browser.get("registers:case", case.id))
    assert browser.post("registers:act_on_case", case.id, "close", outcome="").status_code == 422
    assert browser.post("registers:act_on_case", case.id, "close", outcome="同名误列").status_code == 302
    assert browser.post("registers:act_on_case", case.id, "unknown").status_code == 404


def test_an_outsider_chooses_where_it_applies(world: World) -> None:
    browser = Browser(world, world.provider("上海示例检测有限公司", SHANGHAI))
    assert "受理申请的县（区、市）" in text(browser.get("registers:apply"))
    assert browser.post("registers:apply", entrant_class="qualified_firm").status_code == 422
    assert browser.post("registers:apply", entrant_class="qualified_firm", region=KEQIAO).status_code == 302
    assert Admission.objects.get().region == KEQIAO


def test_others_find_nothing_here(world: World) -> None:
    _head, admission = world.submitted()
    for actor in (world.provider("另一机构"), world.officer(region=KEQIAO)):
        assert Browser(world, actor).get("registers:admission", admission.id).status_code == 404
    assert Browser(world).get("registers:admission", admission.id).status_code == 302  # to sign in


def test_edited_while_it_is_a_draft(world: World) -> None:
    head = world.provider()
    admission = world.apply(head)
    browser = Browser(world, head)
    assert browser.get("registers:edit", admission.id).status_code == 200
    assert browser.post("registers:edit", admission.id, entrant_class="enterprise_rd", statement="x").status_code == 302
    admission.refresh_from_db()
    assert admission.entrant_class == "enterprise_rd"


def test_list_pages_cost_the_same_for_any_number(world: World, django_assert_max_num_queries: Any) -> None:
    world.submitted()
    officer = world.officer()
    browser = Browser(world, officer)
    browser.get("registers:queue")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(name: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(name).status_code == 200
        return len(seen)

    before = {name: statements(name) for name in ("registers:queue", "registers:library", "registers:cases")}
    for number in range(5):
        world.submitted(world.provider(f"机构{number}"))
    assert before == {name: statements(name) for name in before}
