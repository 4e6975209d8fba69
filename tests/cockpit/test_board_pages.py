"""The pages of the cockpit: figures with their meaning, rows behind them, reports and open data."""

import hashlib
import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.cockpit import commands
from kechuang.cockpit.models import Snapshot, Target
from kechuang.cockpit.rules import TARGETED
from kechuang.cockpit.states import Period
from kechuang.kernel.actor import Role
from kechuang.pilot.queries import Summary
from kechuang.trail.commands import canonical
from kechuang.ui import clock
from tests.cockpit.conftest import CITY, holding
from tests.cockpit.test_desk_pages import signed_in
from tests.documents.codes import leads_to_receipt

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

YUECHENG = "330602"
LATER = clock.instant(date(2026, 2, 2))


@pytest.fixture
def city(played: Summary) -> Client:
    return signed_in(holding(Role.CITY_SCIENCE))


def frozen(month: int = 3, region: str = CITY) -> Snapshot:
    given = {"region": region, "period": Period.MONTH, "year": 2025, "month": month, "now": LATER}
    return commands.freeze(holding(Role.CITY_SCIENCE), **given)  # type: ignore[arg-type]


def test_the_city_sees_its_figures_with_their_meaning_and_its_counties(city: Client) -> None:
    assert "越城区" in city.get(reverse("cockpit:cockpit")).content.decode()  # its own board at once
    shown = city.get(f"{reverse('cockpit:region', args=[CITY])}?year=2025").content.decode()
    for words in (
        "核发创新券",
        "预算执行率",
        "越城区",
        "柯桥区",
        "sum(fen) of pay - bounce",
        "指导额度与家次任务",
        "以方块代替",
        "半年抽查比例",
    ):
        assert words in shown


def test_a_figure_leads_to_its_rows_and_a_row_to_its_money(city: Client) -> None:
    where = reverse("cockpit:rows", args=[CITY, "paid"])
    shown = city.get(f"{where}?year=2025").content.decode()
    assert "银行确认支付" in shown
    assert "/money/" in shown or reverse("portal:money") in shown
    assert city.get(reverse("cockpit:rows", args=[CITY, "spent_bp"])).status_code == 404
    assert city.get(reverse("cockpit:rows", args=[CITY, "nothing"])).status_code == 404


def test_a_county_sees_itself_and_no_other(played: Summary) -> None:
    county = signed_in(holding(Role.COUNTY_OFFICER, YUECHENG))
    assert county.get(reverse("cockpit:region", args=[YUECHENG])).status_code == 200
    for code in (CITY, "330603"):
        assert county.get(reverse("cockpit:region", args=[code])).status_code == 404
        assert county.get(reverse("cockpit:rows", args=[code, "paid"])).status_code == 404


def test_a_report_is_frozen_on_the_page_and_run_again(city: Client) -> None:
    where = reverse("cockpit:freeze", args=[CITY])
    typed = {"period": "month", "year": "2025", "month": "3"}
    with clock.at(LATER):
        answer = city.post(where, typed, follow=True)
        assert "2025-03" in answer.content.decode()
        refused = city.post(where, typed)
    assert refused.status_code == 409
    assert "已经冻结" in refused.content.decode()
    row = Snapshot.objects.get(region=CITY)
    again = city.get(f"{reverse('cockpit:report', args=[row.id])}?again=1").content.decode()
    assert "重算一致" in again


def test_a_period_that_is_not_over_is_refused_at_its_field(city: Client) -> None:
    with clock.at(clock.instant(date(2025, 5, 30))):
        refused = city.post(reverse("cockpit:freeze", args=[CITY]), {"period": "month", "year": "2025", "month": "5"})
    assert refused.status_code == 422
    assert "尚未结束" in refused.content.decode()


def test_a_report_is_taken_along_as_workbook_and_on_paper(city: Client) -> None:
    row = frozen()
    assert city.get(reverse("cockpit:report_file", args=[row.id, "xlsx"])).content.startswith(b"PK")
    assert leads_to_receipt(city.get(reverse("cockpit:report_file", args=[row.id, "pdf"])).content, row.id)
    assert city.get(reverse("cockpit:report_file", args=[row.id, "docx"])).status_code == 404


def test_everybody_reads_open_data_and_nothing_in_it_tells_of_single_firms(played: Summary) -> None:
    row, public = frozen(), Client()
    assert row.number not in public.get(reverse("cockpit:open")).content.decode()
    assert public.get(reverse("cockpit:open_file", args=[row.number, "json"])).status_code == 404
    opened = signed_in(holding(Role.CITY_SCIENCE)).post(reverse("cockpit:publish_report", args=[row.id]), follow=True)
    assert "已公开报表" in opened.content.decode()
    assert row.number in public.get(reverse("cockpit:open")).content.decode()
    found = json.loads(public.get(reverse("cockpit:open_file", args=[row.number, "json"])).content)
    assert found["digest"] == hashlib.sha256(canonical(found["places"])).hexdigest() != row.digest
    assert found["masked"] == {
        part: codes for part, one in found["places"].items() if (codes := [code for code in one if one[code] is None])
    }
    assert "claimed" not in found["indicators"]
    for part, figures in found["places"].items():
        assert figures["granted_count"] is None or figures["granted_count"] == 0 or figures["granted_count"] >= 3, part
        assert (figures["granted"] is None) == (figures["granted_count"] is None)
    table = public.get(reverse("cockpit:open_file", args=[row.number, "csv"])).content.decode("utf-8-sig")
    assert table.splitlines()[0].startswith('"代码","地区","下达预算"')
    assert row.number in public.get(reverse("cockpit:open_feed")).content.decode()
    assert public.get(reverse("cockpit:open_file", args=["BB-0", "json"])).status_code == 404


def test_a_county_sets_its_targets_and_the_city_sees_the_execution(played: Summary, city: Client) -> None:
    clerk = signed_in(holding(Role.BUDGET_AUTHOR, YUECHENG))
    typed = {
        "granted_count": "40", "offset": "100,000", "paid": "80,000", "spent_bp": "60", "kept_bp": "95", "providers": "3",
        "basis": "年度预算",
    }  # fmt: skip
    answer = clerk.post(f"{reverse('cockpit:new_target', args=[YUECHENG])}?year=2025", typed, follow=True)
    row = Target.objects.get(region=YUECHENG)
    assert {line["code"]: line["target"] for line in row.lines}["spent_bp"] == 6_000
    assert "¥80,000.00" in answer.content.decode()
    assert clerk.post(reverse("cockpit:target_act", args=[row.id, "submit"])).status_code == 302
    finance = signed_in(holding(Role.COUNTY_FINANCE, YUECHENG))
    assert finance.post(reverse("cockpit:target_act", args=[row.id, "agree"])).status_code == 302
    shown = city.get(f"{reverse('cockpit:targets', args=[CITY])}?year=2025").content.decode()
    assert row.number in shown
    assert "执行中" in shown
    refused = clerk.post(f"{reverse('cockpit:new_target', args=[YUECHENG])}?year=2024", {**typed, "paid": "-1"})
    assert refused.status_code == 422


@pytest.mark.parametrize("name", ["region", "targets", "rows", "report", "open"])
def test_pages_ask_as_much_whatever_there_is(city: Client, name: str) -> None:
    row = frozen()
    where = {
        "region": f"{reverse('cockpit:region', args=[CITY])}?year=2025",
        "targets": f"{reverse('cockpit:targets', args=[CITY])}?year=2025",
        "rows": f"{reverse('cockpit:rows', args=[CITY, 'granted'])}?year=2025",
        "report": reverse("cockpit:report", args=[row.id]),
        "open": reverse("cockpit:open"),
    }[name]
    city.get(where)
    before = statements(city, where)
    frozen(2), frozen(1)
    for code in (YUECHENG, "330603"):
        clerk = holding(Role.BUDGET_AUTHOR, code)
        commands.draft_target(clerk, region=code, year=2025, targets=dict.fromkeys(TARGETED, 1), basis="x", now=LATER)
    assert statements(city, where) == before


def test_an_overlapping_report_is_refused_on_its_page(city: Client) -> None:
    first, whole = (
        frozen(),
        commands.freeze(holding(Role.CITY_SCIENCE), region=CITY, period=Period.YEAR, year=2025, month=1, now=LATER),
    )
    assert city.post(reverse("cockpit:publish_report", args=[first.id])).status_code == 302
    refused = city.post(reverse("cockpit:publish_report", args=[whole.id]))
    assert refused.status_code == 409
    assert "两份相减" in refused.content.decode()


@pytest.mark.parametrize("year", ["9999", "-1", "10000", "1999", "2026"])
def test_the_api_refuses_a_year_that_has_no_figures(city: Client, year: str) -> None:
    with clock.at(clock.instant(date(2025, 11, 21))):
        answer = city.get(f"/api/cockpit/regions/{CITY}?year={year}")
        assert answer.status_code == 422
        assert answer.json()["code"] == "cockpit.year_not_shown"
        assert city.get(f"/api/cockpit/regions/{CITY}?year=2025").status_code == 200


def statements(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len(asked)
