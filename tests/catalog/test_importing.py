"""Whole files: every row or none, and again without doubling."""

import pytest

from kechuang.catalog import commands, queries
from kechuang.catalog.formats.workbook import NoInstruments, written
from kechuang.catalog.models import Import, Offer
from kechuang.catalog.states import SERVICE_COLUMNS
from kechuang.documents.rules import write_csv
from kechuang.kernel.actor import PUBLIC
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.trail.queries import altered_rows
from tests.catalog.conftest import LIST, World

pytestmark = pytest.mark.django_db


def instrument(number: str = "YQ001", **more: str) -> dict[str, str]:
    return {
        "number": number,
        "name": f"场发射扫描电子显微镜{number}",
        "class_code": "010102",
        "source": "购置",
        "original_value_fen": "285.60",
        "services": "形貌观察",
        "notice": "提前三天预约",
        "yearly_hours_hundredths": "1400",
        "external_hours_hundredths": "256",
        "booked_on": "2016-01-01",
    } | more


def services(*rows: list[str]) -> bytes:
    return write_csv([list(SERVICE_COLUMNS), *rows])


SEM = ["S1", "电镜测试", "检验检测、测试分析", "形貌", "送样", "机时", "基本费用", "小时", "200", "", ""]
RUSHED = ["S1", "", "", "", "", "加急", "加急费", "按比例", "", "30", ""]
XRD = ["S2", "物相分析", "检验检测、测试分析", "物相", "送样", "样品", "基本费用", "样品", "80", "", ""]


def test_the_national_workbook_is_taken_over_and_again_updates(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    give = {"carrier_id": carrier.id, "file_name": "仪器.xlsx", "now": world.now}
    book = written([instrument("YQ001"), instrument("YQ002")])
    report = commands.import_workbook(head, content=book, **give)
    assert (report.done, report.added, report.changed, report.same) == (True, 2, 0, 0)
    report = commands.import_workbook(head, content=book, **give)
    assert (report.added, report.changed, report.same) == (0, 0, 2)
    book = written([instrument("YQ001", model="Regulus 8100"), instrument("YQ003")])
    report = commands.import_workbook(head, content=book, **give)
    assert (report.added, report.changed, report.same) == (1, 1, 0)
    assert Offer.objects.count() == 3
    row = Offer.objects.get(inner_number="YQ001")
    assert (row.instrument.model, row.instrument.original_value_fen) == ("Regulus 8100", 285_600_000)
    assert (row.state, row.class_code, row.content, row.process) == ("draft", "010102", "形貌观察", "提前三天预约")
    assert Import.objects.count() == 3
    assert not altered_rows()


def test_one_wrong_cell_and_nothing_is_taken(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    book = written([instrument("YQ001"), instrument("YQ002", source="捡来的")])
    report = commands.import_workbook(head, carrier_id=carrier.id, file_name="仪器.xlsx", content=book, now=world.now)
    assert not report.done
    (fault,) = report.faults
    assert (fault.row, fault.column, fault.value) == (4, "I", "捡来的")
    assert not Offer.objects.exists()
    assert not Import.objects.exists()


def test_what_the_provider_wrote_here_is_not_emptied_by_the_file(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    give = {"carrier_id": carrier.id, "file_name": "仪器.xlsx", "now": world.now}
    commands.import_workbook(head, content=written([instrument("YQ001")]), **give)
    row = Offer.objects.get()
    commands.set_prices(head, offer_id=row.id, lines=LIST, valid_from=world.today, now=world.now)
    commands.open_offer(head, offer_id=row.id, now=world.now)
    commands.import_workbook(head, content=written([instrument("YQ001", services="", notice="")]), **give)
    row.refresh_from_db()
    assert (row.state, row.content, row.process) == ("open", "形貌观察", "提前三天预约")


def test_the_same_number_at_another_carrier_is_another_instrument(world: World) -> None:
    head = world.provider()
    for name in ("分析测试中心", "材料实验室"):
        carrier = world.carrier(head, name)
        commands.import_workbook(
            head, carrier_id=carrier.id, file_name="x.xlsx", content=written([instrument()]), now=world.now
        )
    assert Offer.objects.filter(inner_number="YQ001").count() == 2


def test_others_files_and_other_files_are_refused(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier = world.carrier(head)
    give = {"carrier_id": carrier.id, "file_name": "仪器.xlsx", "now": world.now}
    with pytest.raises(NotVisible):
        commands.import_workbook(other, content=written([instrument()]), **give)
    with pytest.raises(Refusal):
        commands.import_workbook(head, content=b"\x00\x01", **give)


def test_a_list_of_services_comes_with_its_prices(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    give = {"carrier_id": carrier.id, "file_name": "服务.csv", "now": world.now}
    report = commands.import_services(head, content=services(SEM, RUSHED, XRD), **give)
    assert (report.added, report.rows) == (2, 2)
    sem = Offer.objects.get(inner_number="S1")
    assert (sem.state, sem.name) == ("open", "电镜测试")
    assert [(line.item, line.price_fen, line.rate_bp) for line in queries.price_lines(sem.id, on=world.today)] == [
        ("机时", 20_000, None),
        ("加急", None, 3_000),
    ]
    world.days(1)
    dearer = [*SEM[:8], "250", "", ""]
    report = commands.import_services(head, content=services(dearer, RUSHED, XRD), **give | {"now": world.now})
    assert (report.added, report.changed, report.same) == (0, 1, 1)
    assert [line.price_fen for line in queries.price_lines(sem.id, on=world.today)] == [25_000, None]
    assert queries.search(PUBLIC).count() == 2
    assert not altered_rows()


def test_a_dry_run_and_a_faulty_list_write_nothing(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    give = {"carrier_id": carrier.id, "file_name": "服务.csv", "now": world.now}
    assert commands.import_services(head, content=services(SEM), dry_run=True, **give).rows == 1
    report = commands.import_services(head, content=services(SEM, [*XRD[:8], "八十", "", ""]), **give)
    assert [(fault.row, fault.column) for fault in report.faults] == [(3, "I")]
    assert not Offer.objects.exists()


def test_a_blank_workbook_says_so(world: World) -> None:
    head = world.provider()
    with pytest.raises(NoInstruments):
        commands.import_workbook(
            head, carrier_id=world.carrier(head).id, file_name="空白.xlsx", content=written(), now=world.now
        )
