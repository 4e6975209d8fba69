"""A provider in the middle of its work is revoked, listed as dishonest, or comes from Shanghai (服务机构管理)."""

import pytest

from kechuang.claims import commands as claims
from kechuang.claims.access import roles_on
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.orders import commands as orders
from kechuang.orders.rules import NotAdmitted
from kechuang.registers import commands as registers
from kechuang.registers.models import Admission, Case
from kechuang.registers.queries import admitted
from tests.claims.conftest import fresh
from tests.journeys.conftest import Story
from tests.orders.conftest import paper
from tests.vouchers.conftest import LIBRARY, YUECHENG

pytestmark = pytest.mark.django_db
HALF = 400_000
ARTICLE = "绍兴试点方案 三（二）4"


def _revoke(story: Story) -> None:
    admission = Admission.objects.get(party_id=story.server.party_id)
    registers.revoke(
        story.approver, admission_id=admission.id, ground="violation", reason="虚构服务", article=ARTICLE, now=story.now
    )


def test_revoked_with_open_orders_what_began_is_finished_and_paid_the_rest_ends(story: Story) -> None:
    quoted, placed, begun = story.quoted(), story.placed(), story.in_service()
    assert story.lies() == {"held": 2 * HALF}
    _revoke(story)
    with pytest.raises(NotAdmitted):
        orders.place(story.holder, order_id=quoted.id, declares=True, now=story.now)
    story.pass_days()
    assert [story.order(one.id).state for one in (quoted, placed, begun)] == ["cancelled", "cancelled", "in_service"]
    assert story.lies() == {"held": HALF}
    orders.deliver(story.server, order_id=begun.id, files=[paper()], now=story.now)
    orders.accept(story.holder, order_id=begun.id, now=story.now)
    orders.own_share(story.holder, order_id=begun.id, fen=HALF, file=paper("回单.pdf"), now=story.now)
    done = orders.settle(story.holder, order_id=begun.id, now=story.now)
    claim = story.submitted(done)
    story.confirm(claim)
    story.pass_days(9)
    story.paid_out(fresh(claim))
    assert story.lies() == {"paid": HALF}
    story.sound()


def test_on_the_list_no_new_order_off_the_list_a_person_lets_it_go_on(story: Story) -> None:
    begun, asked = story.in_service(), story.quoted()
    code = story.code_of(story.server)
    story.pass_days()
    story.lists("dishonest", code)
    story.pass_days()
    case = Case.objects.get()
    assert admitted(LIBRARY, party_id=story.server.party_id, on=story.today) is None
    with pytest.raises(NotAdmitted):
        orders.place(story.holder, order_id=asked.id, declares=True, now=story.now)
    orders.deliver(story.server, order_id=begun.id, files=[paper()], now=story.now)
    story.lists("dishonest")
    story.pass_days()
    assert admitted(LIBRARY, party_id=story.server.party_id, on=story.today) is None, "the office decides, not the list"
    admission = Admission.objects.get(party_id=story.server.party_id)
    registers.resume(story.approver, admission_id=admission.id, reason="已移出失信名单", now=story.now)
    placed = orders.place(story.holder, order_id=asked.id, declares=True, now=story.now)
    assert placed.state == "placed"
    registers.close_case(story.approver, case_id=case.id, outcome="已移出失信名单", now=story.now)
    story.sound()


def test_a_provider_of_shanghai_serves_yuecheng_and_yuecheng_decides_and_pays(story: Story) -> None:
    story.server = story.outsider("上海示例检测有限公司", "310000")
    story.offer_id = story.offer(story.server)
    order = story.settled()
    assert order.offices | {"admission_id": ""} == {
        "claim_office": YUECHENG,
        "paying_budget": YUECHENG,
        "admission_office": YUECHENG,
        "revoking_office": YUECHENG,
        "admission_id": "",
    }
    claim = story.submitted(order)
    keqiao = story.officer(Role.COUNTY_OFFICER, "330603")
    assert roles_on(keqiao, claim) == frozenset()
    with pytest.raises(NotVisible):
        claims.confirm(keqiao, claim_id=claim.id, now=story.now)
    story.confirm(claim)
    story.pass_days(9)
    story.paid_out(fresh(claim))
    assert story.lies() == {"paid": HALF}
    story.sound()


def test_the_other_way_round_a_keqiao_provider_is_admitted_at_home_and_paid_by_yuecheng(story: Story) -> None:
    story.server = story.provider("柯桥示例检测有限公司", "330603")
    story.offer_id = story.offer(story.server)
    order = story.placed()
    assert order.offices | {"admission_id": ""} == {
        "claim_office": YUECHENG,
        "paying_budget": YUECHENG,
        "admission_office": "330603",
        "revoking_office": "330603",
        "admission_id": "",
    }
