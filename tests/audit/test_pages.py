"""What an auditor's requests do: nothing without a task, a look for each record, and the audit room's own pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.audit import commands
from kechuang.audit.models import Look, Pack, Sample, Sheet, Task
from kechuang.documents.models import File
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.trail.adapters.signing import CannotSign, Ed25519File
from kechuang.trail.models import Event
from kechuang.ui import clock
from tests.audit.conftest import SEED, Audited
from tests.trail.sequenced import in_log
from tests.vouchers.conftest import YUECHENG


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


@pytest.fixture
def auditor(audited: Audited) -> Client:
    return signed_in(audited.auditor)


def test_without_a_task_nothing_of_the_county_is_found_and_the_page_says_what_to_do(
    audited: Audited, auditor: Client
) -> None:
    claim = audited.submitted()
    with clock.at(audited.now):
        for address in (
            reverse("claims:claim", args=[claim.id]),
            reverse("portal:money_way", args=[claim.id]),
            f"/api/claims/{claim.id}",
        ):
            assert auditor.get(address).status_code == 404, address
        overview = auditor.get(reverse("portal:money")).content.decode()
        assert "请先立审计任务" in overview
        assert claim.number not in overview
        assert "还没有审计任务" in auditor.get(reverse("audit:tasks")).content.decode()


def test_each_record_that_is_opened_is_a_look_a_file_too(audited: Audited, auditor: Client) -> None:
    task, claim = audited.task(), audited.submitted()
    file = File.objects.filter(subject_id=claim.id)[0]
    with clock.at(audited.now):
        for name, which in (
            ("claims:claim", claim.id),
            ("portal:money_way", claim.id),
            ("documents:download", file.id),
        ):
            assert auditor.get(reverse(name, args=[which])).status_code == 200
        assert auditor.get(f"/api/claims/{claim.id}").status_code == 200
        looks = list(Look.objects.order_by("id"))
        assert [look.page for look in looks][:3] == ["claims:claim", "portal:money_way", "documents:download"]
        assert {(look.subject_id, look.task_id) for look in looks} == {(claim.id, task.id)}
        assert len(looks) == 4
        assert Event.objects.filter(action="audit.look").count() == 4
        shown = auditor.get(reverse("audit:looks", args=[task.id])).content.decode()
        assert claim.number in shown
        assert "李四" in shown
        office = signed_in(audited.clerk).get(reverse("audit:looked_at")).content.decode()
    assert claim.number in office
    for hidden in ("李四", task.document, task.title):
        assert hidden not in office.partition("<main")[2], hidden


def test_outside_the_period_the_page_is_refused_with_the_reason(audited: Audited, auditor: Client) -> None:
    audited.task(from_on=date(2020, 1, 1), last_on=date(2020, 12, 31))
    claim = audited.submitted()
    with clock.at(audited.now):
        answer = auditor.get(reverse("claims:claim", args=[claim.id]))
    assert answer.status_code == 403
    assert "没有进行中的审计任务涵盖" in answer.content.decode()
    assert not Look.objects.exists()


def test_looks_stop_when_nobody_would_record_them(
    audited: Audited, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with the guard off the page opens and no look is left."""
    audited.task(from_on=date(2020, 1, 1), last_on=date(2020, 12, 31))
    claim = audited.submitted()
    monkeypatch.setattr("kechuang.audit.middleware.commands.look", lambda *args, **kwargs: None)
    with clock.at(audited.now):
        assert auditor.get(reverse("claims:claim", args=[claim.id])).status_code == 200
    assert not Look.objects.exists()


def test_an_auditor_sends_nothing_to_any_other_room(audited: Audited, auditor: Client) -> None:
    audited.task()
    claim = audited.submitted()
    with clock.at(audited.now):
        nudge = {"subject_id": claim.id}
        assert auditor.post(reverse("portal:nudge"), nudge).status_code == 403
        assert auditor.post(reverse("claims:nudge", args=[claim.id])).status_code == 403
        answer = auditor.post(f"/api/claims/{claim.id}/confirm", {}, content_type="application/json")
        assert answer.status_code in (403, 404, 405)
        assert auditor.post(reverse("portal:messages_read")).status_code == 302, "the own seat stays"
        assert signed_in(audited.server).post(reverse("portal:nudge"), nudge).status_code == 302, "a party may"


def test_open_pages_need_no_task(audited: Audited, auditor: Client) -> None:
    with clock.at(audited.now):
        assert auditor.get(reverse("catalog:offer", args=[audited.offer_id])).status_code in (200, 302)
        assert auditor.get(reverse("portal:home")).status_code == 302
    assert not Look.objects.exists()


def test_who_is_no_auditor_finds_no_audit_pages(audited: Audited) -> None:
    task = audited.task()
    with clock.at(audited.now):
        for actor in (audited.clerk, audited.server, audited.holder, audited.officer(Role.AUDITOR, "330603")):
            client = signed_in(actor)
            for name in ("task", "looks", "people", "new_sample", "new_pack"):
                assert client.get(reverse(f"audit:{name}", args=[task.id])).status_code == 404, (actor, name)
        assert signed_in(audited.clerk).get(reverse("audit:tasks")).status_code == 404
        assert signed_in(audited.clerk).get(reverse("audit:new_task")).status_code == 404


@contextmanager
def unsigned() -> Iterator[None]:
    """While the signing service does not answer, nothing enters the log."""

    def silent(self: object, message: bytes) -> bytes:
        raise CannotSign("no answer")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Ed25519File, "sign", silent)
        yield


def test_a_task_a_sample_its_sheets_and_a_pack_by_the_pages(audited: Audited, auditor: Client) -> None:
    claims = audited.claims(3)
    with clock.at(audited.now):
        given = {
            "office": YUECHENG, "document": "越审通〔2025〕3号", "title": "专项审计", "from_on": "2025-01-01",
            "last_on": "2025-12-31", "regions": [YUECHENG],
        }  # fmt: skip
        wrong = auditor.post(reverse("audit:new_task"), given | {"last_on": "2024-12-31"})
        assert wrong.status_code == 422
        assert "早于起始日" in wrong.content.decode()
        assert auditor.post(reverse("audit:new_task"), given).status_code == 302
        task = Task.objects.get()
        plan = {
            "title": "三月抽样", "population": "submitted", "by": ["county", "amount"], "bands": "3000, 5000",
            "size": "share", "amount": "50", "least": "1", "seed": SEED,
        }  # fmt: skip
        wrong = auditor.post(reverse("audit:new_sample", args=[task.id]), plan | {"bands": "5000, 3000"})
        assert wrong.status_code == 422
        assert "从小到大" in wrong.content.decode()
        assert auditor.post(reverse("audit:new_sample", args=[task.id]), plan).status_code == 302
        sample = Sample.objects.get()
        assert "总体还没有看到" in auditor.get(reverse("audit:sample", args=[sample.id])).content.decode()
        for act in ("freeze", "draw"):
            assert auditor.post(reverse(f"audit:{act}", args=[sample.id])).status_code == 302
        shown = auditor.get(reverse("audit:sample", args=[sample.id])).content.decode()
        assert "刚刚重抽，名单一致" in shown
        published = json.loads(auditor.get(reverse("audit:published", args=[sample.id])).content)
        assert {unit["number"] for unit in published["frame"]} == {claim.number for claim in claims}
        for sheet in Sheet.objects.filter(sample=sample):
            where = reverse("audit:sheet", args=[sheet.id])
            assert sheet.number in auditor.get(where).content.decode()
            assert auditor.post(where, {"result": "sound", "findings": ""}).status_code == 422
            assert auditor.post(where, {"result": "sound", "findings": "材料齐全、一致。"}).status_code == 302
        auditor.post(reverse("audit:conclude", args=[sample.id]), {"text": "未发现问题。"})
        assert Sample.objects.get().state == "concluded"
        asked = {"title": "证据", "numbers": claims[0].number.lower(), "sample": sample.id}
        with unsigned():
            early = auditor.post(reverse("audit:new_pack", args=[task.id]), asked)
        assert early.status_code == 409
        assert "还没有并入可验证存证日志" in early.content.decode()
        wrong = auditor.post(reverse("audit:new_pack", args=[task.id]), asked | {"numbers": "DF-0"})
        assert wrong.status_code == 422
        in_log(audited.now)
        assert auditor.post(reverse("audit:new_pack", args=[task.id]), asked).status_code == 302
        pack = Pack.objects.get()
        assert pack.digest in auditor.get(reverse("audit:pack", args=[pack.id])).content.decode()
        answer = auditor.get(reverse("audit:download", args=[pack.id]))
        assert answer.content[:2] == b"PK"
        auditor.post(reverse("audit:close_task", args=[task.id]), {"text": "未发现问题。"})
        assert Task.objects.get().state == "closed"
        assert auditor.get(reverse("audit:download", args=[pack.id])).status_code == 200, "own papers stay"
        assert auditor.get(reverse("claims:claim", args=[claims[0].id])).status_code == 404, "the county's do not"


def test_a_persons_page_shows_acts_pairs_and_both_names(audited: Audited, auditor: Client) -> None:
    task = audited.task()
    claim = audited.confirm(audited.submitted())
    with clock.at(audited.now):
        listed = auditor.get(reverse("audit:people", args=[task.id])).content.decode()
        assert "李四" in listed
        where = reverse("audit:person", args=[task.id, audited.county.person_id])
        shown = auditor.get(where).content.decode()
        for part in (claim.number, "确认与机构的配对", "绍兴示例检测有限公司", "100%"):
            assert part in shown, part
        narrowed = auditor.get(where, {"action": "claims.confirm", "since": "2025-03-10"}).content.decode()
        assert claim.number in narrowed
        assert "没有符合条件的办理记录" in auditor.get(where, {"since": "2025-12-01"}).content.decode()
        assert auditor.get(reverse("audit:person", args=[task.id, audited.holder.person_id])).status_code == 404
    assert Look.objects.filter(kind="parties.person").count() == 4


def test_every_station_of_the_way_opens_its_act_article_and_proof(audited: Audited, auditor: Client) -> None:
    audited.task()
    claim = audited.paid_out()
    with clock.at(audited.now):
        way = auditor.get(reverse("portal:money_way", args=[claim.id]))
        acts = {step.event.id for step in way.context["way"].steps if step.event}
        assert len(acts) >= 5
        for event_id in acts:
            where = reverse("portal:event", args=[claim.id, event_id])
            assert where in way.content.decode()
            shown = auditor.get(where).content.decode()
            assert "刚刚重算，与记录原文相符" in shown
            assert "k-command" in shown
        batch = [event for event in way.context["way"].events if event.object_type == "treasury.paymentbatch"]
        assert {event.label for event in batch} >= {"编制支付批次", "审批支付批次", "送银行支付"}
        assert batch[0].number in way.content.decode()
        assert auditor.get(reverse("portal:event", args=[claim.id, batch[0].id])).status_code == 200
        provider = signed_in(audited.server)
        (confirmed,) = Event.objects.filter(object_id=claim.id, action="claims.confirm")
        mine = provider.get(reverse("portal:event", args=[claim.id, confirmed.id])).content.decode()
        assert "k-command" not in mine
        assert "李四" not in mine.partition("<main")[2]
        seen = provider.get(reverse("portal:money_way", args=[claim.id]))
        assert batch[0].number not in seen.content.decode(), "what else the office pays in it is not the payee's"
        stranger = signed_in(audited.firm("绍兴旁观科技有限公司"))
        assert stranger.get(reverse("portal:event", args=[claim.id, confirmed.id])).status_code == 404


def test_a_record_changed_behind_the_program_is_said_on_the_page_of_its_last_act(
    audited: Audited, auditor: Client
) -> None:
    audited.task()
    claim = audited.submitted()
    (last,) = Event.objects.filter(object_id=claim.id, action="claims.submit")
    where = reverse("portal:event", args=[claim.id, last.id])
    with clock.at(audited.now):
        assert "该事项现在的内容与最后一次办理相符" in auditor.get(where).content.decode()
        type(claim).objects.filter(id=claim.id).update(claimed_fen=claim.claimed_fen + 1)
        assert "在最后一次办理之后被改动过" in auditor.get(where).content.decode()


def test_an_amount_of_the_overview_leads_to_the_orders_that_make_it_up(audited: Audited, auditor: Client) -> None:
    audited.task()
    paid, waiting = audited.paid_out(), audited.submitted()
    numbers = {paid.order.number, waiting.order.number}
    with clock.at(audited.now):
        for lies, wanted in (("paid", paid), ("in_claim", waiting)):
            page = auditor.get(reverse("portal:money"), {"county": YUECHENG, "lies": lies}).content.decode()
            assert {number for number in numbers if number in page} == {wanted.order.number}
        both = auditor.get(reverse("portal:money"), {"lies": "offset"}).content.decode()
        assert all(number in both for number in numbers)
        budget = auditor.get(reverse("treasury:budgets")).content.decode()
        assert "/money/bud_" in budget


def test_an_auditor_lands_on_open_tasks_and_samples(audited: Audited, auditor: Client) -> None:
    audited.claims(2)
    sample = audited.drawn(audited.task())
    with clock.at(audited.now):
        html = auditor.get(reverse("portal:workbench")).content.decode()
    for part in ("办理审计任务", "越审通〔2025〕3号", "核查样本", sample.number):
        assert part in html, part


def test_no_other_machine_has_an_act_for_auditors() -> None:
    from kechuang.site import drawings

    held = {room for room, machine in drawings.machines() for move in machine.moves if Role.AUDITOR in move.by}
    assert held == {"audit"}


def test_the_audit_room_calls_no_command_of_another_room_but_the_trails() -> None:
    from pathlib import Path

    import walls

    house = walls.House(Path(commands.__file__).parents[3])
    called = {
        name[1]
        for source in house.files
        if source.room == "audit"
        for _node, name in source.imported()
        if name[:1] == ["kechuang"] and "commands" in name[2:] and name[1] != "audit"
    }
    assert called == {"trail"}
