"""Pages, the API, whole tables: what a carrier, an office and the public see and send."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.documents.rules import read_table, write_xlsx
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.ui import clock
from kechuang.usage import commands, queries
from kechuang.usage.commands import Mode, Outcome
from kechuang.usage.models import Batch, Paper, ServiceRecord, Session, Standing
from kechuang.usage.states import RECORD_COLUMNS, Audience
from tests.catalog.conftest import YUECHENG
from tests.usage.conftest import Lab, agree, statements

pytestmark = pytest.mark.django_db
HEAD = [heading for heading, _field, _kind in RECORD_COLUMNS]


@pytest.fixture
def browser(lab: Lab) -> Callable[[Actor | None], Client]:
    def signed_in(actor: Actor | None) -> Client:
        client = Client()
        if actor:
            client.force_login(Person.objects.get(id=actor.person_id))
            session = client.session
            session[ACTING_FOR] = actor.party_id
            session.save()
        return client

    return signed_in


def row(**said: str) -> list[str]:
    given = {
        "服务记录内部编号": "2025-001", "服务名称（课题）": "镀层测厚", "开始时间": "2025-03-07 09:00", "结束时间": "2025-03-07 11:00",
        "服务对象": "外部用户", "企业（单位）名称": "某某有限公司", "服务金额（元）": "400",
    } | said  # fmt: skip
    return [given.get(heading, "") for heading in HEAD]


def table(*rows: list[str]) -> bytes:
    return write_xlsx([HEAD, *rows])


def take(lab: Lab, *rows: list[str], mode: Mode = Mode.WHOLE) -> commands.Report:
    return commands.import_records(
        lab.staff, carrier_id=lab.house.id, file_name="记录.xlsx", content=table(*rows), mode=mode, now=lab.now
    )


def test_a_table_is_taken_whole_or_its_good_rows_and_again_changes_nothing(lab: Lab) -> None:
    offer = lab.instrument()
    good = row(仪器编号=offer.inner_number)
    wrong = row(服务记录内部编号="2025-002", 仪器编号="没有的")
    over = row(服务记录内部编号="2025-003", 仪器编号=offer.inner_number)
    tried = take(lab, good, wrong, over)
    assert [(one.row, one.code) for one in tried.refused] == [(3, 200), (4, 203)]
    assert (Standing.objects.count(), tried.batch_id) == (0, "")
    report = take(lab, good, wrong, over, mode=Mode.GOOD)
    assert report.counts == {"added": 1, "corrected": 0, "same": 0, "refused": 2}
    assert Batch.objects.get().added == 1
    assert take(lab, good).counts["same"] == 1
    changed = row(仪器编号=offer.inner_number, **{"服务金额（元）": "500", "学科": "材料"})
    assert take(lab, changed).counts["corrected"] == 1
    assert ServiceRecord.objects.get(version=2).amount_fen == 50_000
    assert take(lab, row(服务记录内部编号="9"), mode=Mode.TRY).counts["added"] == 1
    assert Standing.objects.count() == 1
    assert agree()


def test_a_table_of_many_rows_costs_a_few_statements_more(lab: Lab) -> None:
    offer = lab.instrument()
    rows = [
        row(服务记录内部编号=f"A-{n}", 仪器编号=offer.inner_number, 开始时间=f"2025-03-0{1 + n // 20} {n % 20}:00", 结束时间=f"2025-03-0{1 + n // 20} {n % 20}:30")
        for n in range(100)
    ]  # fmt: skip
    few = statements(lambda: take(lab, *rows[:5]))
    assert statements(lambda: take(lab, *rows)) <= few + 2
    assert Standing.objects.count() == 100
    assert agree()


def test_what_goes_out_comes_in_again_unchanged(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(9, 11, instrument=offer, internal_number="2025-001", reports=2, report_numbers=("R1", "R2"))
    lab.inside(12, 13.5, instrument=offer, internal_number="2025-002")
    rows = queries.record_rows(lab.staff, queries.listed(lab.staff))
    report = commands.import_records(
        lab.staff,
        carrier_id=lab.house.id,
        file_name="记录.xlsx",
        content=write_xlsx(rows),
        mode=Mode.WHOLE,
        now=lab.now,
    )
    assert report.counts == {"added": 0, "corrected": 0, "same": 2, "refused": 0}


def test_a_push_takes_the_good_items_and_says_why_not_of_each_other(lab: Lab) -> None:
    offer = lab.instrument()
    _key, token = commands.add_key(lab.staff, carrier_id=lab.house.id, name="LIMS", now=lab.now)
    sound = {
        "orderCode": "L-1", "assetCode": offer.inner_number, "serviceDate": "2", "serviceCost": "400", "serviceContent": "形貌观察",
        "servicingTime": "2025-03-07 09:00", "servicingRole": "1", "serviceEnterprise": "某某有限公司", "servicingSource": "2",
    }  # fmt: skip
    items = [
        sound,
        sound | {"orderCode": "L-2", "assetCode": "无"},
        sound | {"orderCode": ""},
        sound | {"orderCode": "L-4", "serviceDate": "很久"},
    ]
    with clock.at(lab.now):
        address = "/api/usage/batch-push-instrument-service"
        sent = Client().post(
            address, json.dumps(items), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        assert sent.status_code == 200, sent.content
        assert [one["code"] for one in sent.json()["results"]] == [100, 200, 202, 101]
        assert sent.json()["added"] == 1
        again = Client().post(
            address, json.dumps([sound]), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        assert again.json()["same"] == 1
        wrong = Client().post(address, "[]", content_type="application/json", headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 401
    assert commands.push(token=token, items=[sound], now=lab.now).results[0].outcome is Outcome.SAME


def test_a_meter_sends_over_the_api(lab: Lab) -> None:
    offer = lab.instrument()
    _meter, token = commands.add_meter(
        lab.staff, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=lab.now
    )
    body = {"readings": [{"at": f"2025-03-07T09:0{n}:00+08:00", "watts": 500} for n in (0, 5)]}
    with clock.at(lab.now):
        sent = Client().post(
            "/api/usage/readings",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert sent.json() == {"added": 2, "known": 0}


def test_the_carriers_pages(lab: Lab, browser: Callable[[Actor | None], Client]) -> None:
    offer = lab.instrument()
    record = lab.enter(9, 11, instrument=offer, operator_id=lab.staff.person_id)
    client = browser(lab.staff)
    with clock.at(lab.now):
        for address in (
            reverse("usage:records"), reverse("usage:record", args=[record.id]), reverse("usage:new", args=[lab.house.id]),
            reverse("usage:correct", args=[record.id]), reverse("usage:import", args=[lab.house.id]), reverse("usage:runs"),
            reverse("usage:run", args=[offer.id]), reverse("usage:keys"), reverse("usage:papers"), reverse("usage:blank"),
            reverse("usage:carrier", args=[lab.house.id]), reverse("usage:carrier_idle", args=[lab.house.id]),
            reverse("usage:carrier_table", args=[lab.house.id, "xlsx"]), reverse("usage:records") + "?format=xlsx&q=",
            reverse("usage:public", args=["330600"]), reverse("usage:records") + "?q=镀层&audience=130&from_on=2025-03-01",
        ):  # fmt: skip
            found = client.get(address)
            assert found.status_code == 200, address
        assert "分析测试中心" in client.get(reverse("usage:boards")).content.decode()


def test_a_record_is_typed_corrected_and_voided_on_pages(lab: Lab, browser: Callable[[Actor | None], Client]) -> None:
    offer = lab.instrument()
    client = browser(lab.staff)
    typed: dict[str, Any] = {
        "instrument": offer.id, "title": "断口分析", "from_at": "2025-03-07T09:00", "until_at": "2025-03-07T10:30", "hours": "",
        "audience": Audience.OUTSIDE, "client_role": "1", "client_name": "某某有限公司", "amount": "300", "way": "technique",
        "purpose": "136", "on_premises": "on", "report_numbers": "R1，R2", "reports": "2",
    }  # fmt: skip
    with clock.at(lab.now):
        refused = client.post(reverse("usage:new", args=[lab.house.id]), typed | {"until_at": "2025-03-07T08:00"})
        assert refused.status_code == 422
        assert "结束时间须晚于开始时间" in refused.content.decode()
        done = client.post(reverse("usage:new", args=[lab.house.id]), typed)
        assert done.status_code == 302, done.content.decode()[:2000]
        row = ServiceRecord.objects.get()
        assert (row.minutes, row.report_numbers, row.amount_fen) == (90, ["R1", "R2"], 30_000)
        change = typed | {
            "hours": "1.5",
            "until_at": "2025-03-07T11:00",
            "reason": "少记半小时",
            "internal_number": row.internal_number,
        }
        done = client.post(reverse("usage:correct", args=[row.root_id]), change)
        assert done.status_code == 302, done.content.decode()[:3000]
        assert Standing.objects.get().minutes == 90
        done = client.post(reverse("usage:void", args=[row.root_id]), {"reason": "重复"})
        assert done.status_code == 302
        assert "已作废" in client.get(done.url).content.decode()  # type: ignore[attr-defined]


def test_a_run_is_started_and_stopped_on_a_phone(lab: Lab, browser: Callable[[Actor | None], Client]) -> None:
    offer, client = lab.instrument(), browser(lab.staff)
    with clock.at(lab.now):
        start = {"title": "断口分析", "audience": "130"}
        assert client.post(reverse("usage:start", args=[offer.id]), start).status_code == 422
        assert (
            client.post(reverse("usage:start", args=[offer.id]), start | {"client_name": "某某公司"}).status_code == 302
        )
        assert "结束上机" in client.get(reverse("usage:run", args=[offer.id])).content.decode()
    with clock.at(lab.now + timedelta(hours=1)):
        run = Session.objects.get()
        assert client.post(reverse("usage:stop", args=[run.id]), {"amount_fen": "200"}).status_code == 302
    assert ServiceRecord.objects.get().amount_fen == 20_000


def test_an_officer_sees_a_regions_board_and_no_personal_data(
    lab: Lab, browser: Callable[[Actor | None], Client]
) -> None:
    offer = lab.instrument()
    said = {"applicant": "钱七多", "applicant_phone": "13800000000", "operator_name": "陈师傅"}
    record = lab.enter(9, 11, instrument=offer, **said)
    officer = lab.officer(Role.COUNTY_OFFICER)
    client = browser(officer)
    with clock.at(lab.now):
        board = client.get(reverse("usage:region", args=[YUECHENG])).content.decode()
        assert "分析测试中心" in board
        assert "闲置仪器" in board
        page = client.get(reverse("usage:record", args=[record.id])).content.decode()
        assert "13800000000" not in page
        assert "钱七多" not in page
        for who, shown in ((client, False), (browser(lab.staff), True)):
            cells = read_table(
                "服务记录.xlsx", who.get(reverse("usage:records"), {"format": "xlsx"}).content, Kind.IMPORT
            )
            assert [any(word in row for row in cells.rows) for word in said.values()] == [shown] * 3
        sent = {"year": "2024", "utilisation": "60", "source": "2024 年度统计"}
        assert client.post(reverse("usage:region_baseline", args=[YUECHENG]), sent).status_code == 302
        assert "还差" in client.get(reverse("usage:region", args=[YUECHENG])).content.decode()
        assert browser(lab.firm).get(reverse("usage:region", args=[YUECHENG])).status_code == 404
        assert browser(lab.firm).get(reverse("usage:record", args=[record.id])).status_code == 404


def test_a_paper_is_printed_and_its_code_tells_whether_it_is_unchanged(
    lab: Lab, browser: Callable[[Actor | None], Client]
) -> None:
    lab.enter(9, 11, instrument=lab.instrument(), operator_id=lab.staff.person_id)
    client = browser(lab.staff)
    with clock.at(lab.now):
        sent = {"person": lab.staff.person_id, "first_on": "2025-01-01", "last_on": "2025-03-10"}
        assert client.post(reverse("usage:papers"), sent).status_code == 302
        paper = Paper.objects.get()
        assert client.get(reverse("usage:paper", args=[paper.id])).status_code == 200
        assert client.get(reverse("usage:paper_pdf", args=[paper.id])).content.startswith(b"%PDF")
        stranger = Client()
        assert "王五" not in stranger.get(reverse("usage:verify")).content.decode()
        told = stranger.get(reverse("usage:verify"), {"code": paper.number}).content.decode()
        assert "与登记一致" in told
        assert "王五" in told
        assert "没有这个验证码" in stranger.get(reverse("usage:verify"), {"code": "YJ-1"}).content.decode()
        assert browser(lab.firm).get(reverse("usage:paper", args=[paper.id])).status_code == 404


def test_lists_ask_the_same_however_long(lab: Lab, browser: Callable[[Actor | None], Client]) -> None:
    offer, client = lab.instrument(), browser(lab.staff)
    lab.enter(0, 1, instrument=offer)
    with clock.at(lab.now):
        client.get(reverse("usage:records"))
        few = statements(lambda: client.get(reverse("usage:records")))
        for hour in range(1, 15):
            lab.inside(hour, hour + 1, instrument=offer)
        assert statements(lambda: client.get(reverse("usage:records"))) == few
