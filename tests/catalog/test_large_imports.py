"""Workbooks of many rows: all or only the good rows, every fault with row and column, again without doubling, with progress."""

import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from kechuang.catalog import commands, queries
from kechuang.catalog.commands import runs
from kechuang.catalog.formats.workbook import NotThatWorkbook, WrongSheet, written
from kechuang.catalog.jobs import take_file
from kechuang.catalog.models import ImportRun, Instrument, Offer
from kechuang.catalog.states import ExportFormat, ImportStage
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.trail.queries import altered_rows, repeated_acts
from kechuang.ui import clock
from tests.catalog.conftest import KEQIAO, YUECHENG, World
from tests.catalog.test_importing import instrument
from tests.catalog.test_instruments import jpg, signed_in

pytestmark = pytest.mark.django_db


def give(world: World, head: Actor, content: bytes, name: str = "仪器.xlsx", **more: object) -> commands.ImportReport:
    carrier = world.carrier(head)
    return commands.import_workbook(head, carrier_id=carrier.id, file_name=name, content=content, now=world.now, **more)  # type: ignore[arg-type]


def merged(content: bytes, cells: str) -> bytes:
    book = load_workbook(BytesIO(content))
    book.active.merge_cells(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changed", "column", "says"),
    [
        ({"original_value_fen": "2856000"}, "K", "万元"),  # yuan where 万元 are asked for
        ({"booked_on": "二〇一六年"}, "N", "日期"),
        ({"class_code": "010177"}, "H", "相近的有"),
        ({"class_code": "010100"}, "H", "小类"),
        ({"class_code": "10102"}, "H", "5 位"),
        ({"source": "捡来的"}, "I", "只能填写"),
        ({"picture": "图.png"}, "V", "jpg"),
        ({"under_customs": "是"}, "AK", "监管年限"),
        ({"external_hours_hundredths": "9000"}, "AE", "小时数"),
    ],
)
def test_each_wrong_cell_is_told_by_row_column_rule_and_remedy(
    world: World, changed: dict[str, str], column: str, says: str
) -> None:
    head = world.provider()
    report = give(world, head, written([instrument("YQ001"), instrument("YQ002") | changed]))
    assert not report.done
    fault = report.faults[0]
    assert (fault.row, fault.column) == (4, column)
    assert says in fault.rule
    assert fault.remedy
    assert not Offer.objects.exists()


def test_good_rows_are_taken_and_the_others_named(world: World) -> None:
    head = world.provider()
    rows = [instrument("YQ001"), instrument("YQ002", source="捡来的"), instrument("YQ003"), instrument("YQ001")]
    report = give(world, head, written(rows), good_rows_only=True)
    assert (report.done, report.rows, report.added, report.wrong_rows) == (True, 4, 2, 2)
    assert [(fault.row, fault.name) for fault in report.faults] == [(4, "设备仪器来源"), (6, "仪器编号")]
    assert set(Offer.objects.values_list("inner_number", flat=True)) == {"YQ001", "YQ003"}
    assert not altered_rows()
    assert not repeated_acts(limit=5)


def test_a_fault_in_the_last_row_undoes_the_first_thousand(world: World) -> None:
    head = world.provider()
    rows = [instrument(f"YQ{n:05d}") for n in range(1_100)] + [instrument("YQ9", source="捡来的")]
    report = give(world, head, written(rows))
    assert (report.done, report.rows, report.added, report.wrong_rows) == (False, 1_101, 0, 1)
    assert not Offer.objects.exists()
    assert not Instrument.objects.exists()


def test_merged_cells_are_told_and_not_guessed(world: World) -> None:
    head = world.provider()
    content = merged(written([instrument("YQ001"), instrument("YQ002"), instrument("YQ003")]), "G4:G5")
    report = give(world, head, content, good_rows_only=True)
    assert [(fault.row, fault.column, fault.value) for fault in report.faults] == [(4, "G", "G4:G5"), (5, "G", "G4:G5")]
    assert report.added == 1


def test_the_right_sheet_is_found_and_a_file_without_it_says_which_it_has(world: World) -> None:
    head = world.provider()
    book = load_workbook(BytesIO(written([instrument("YQ001")])))
    book.create_sheet("填写说明", 0)["A1"] = "请先阅读"
    out = BytesIO()
    book.save(out)
    assert give(world, head, out.getvalue()).added == 1
    other, out = Workbook(), BytesIO()
    other.active.title = "收费表"
    other.active.append(["项目", "价格"])
    other.save(out)
    with pytest.raises(WrongSheet) as refusal:
        give(world, head, out.getvalue())
    assert refusal.value.facts["sheets"] == "收费表"
    other.active.append(["仪器编号", "仪器设备名称"])
    out = BytesIO()
    other.save(out)
    with pytest.raises(NotThatWorkbook):
        give(world, head, out.getvalue())


def test_a_picture_that_is_named_and_missing_is_a_hint_and_one_that_is_there_is_taken(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    content = written([instrument("YQ001", picture="a.jpg"), instrument("YQ002", picture="b.jpg")])
    run = commands.ask_import(
        head,
        carrier_id=carrier.id,
        file=commands.Upload("仪器.xlsx", content),
        pictures=[commands.Upload("a.jpg", jpg())],
        now=world.now,
    )
    run = commands.run_import(run_id=run.id, now=world.now)
    assert (run.stage, run.added, run.wrong_rows) == (ImportStage.DONE, 2, 0)
    (hint,) = run.findings
    assert (hint["row"], hint["blocking"], hint["value"]) == (4, False, "b.jpg")
    first = Instrument.objects.get(offer__inner_number="YQ001")
    assert (first.picture_name, bool(first.picture)) == ("a.jpg", True)
    again = commands.run_import(run_id=run.id, now=world.now)
    assert again.ended_at == run.ended_at


def test_what_left_the_catalogue_is_not_brought_back_by_a_file(world: World) -> None:
    head = world.provider()
    give(world, head, written([instrument("YQ001")]))
    commands.close_offer(head, offer_id=Offer.objects.get().id, now=world.now)
    report = give(world, head, written([instrument("YQ001")]))
    assert [fault.name for fault in report.faults] == ["仪器编号"]
    assert not report.done


@pytest.mark.parametrize("kind", [ExportFormat.NATIONAL, ExportFormat.NATIONAL_CSV])
def test_what_is_exported_and_imported_again_changes_nothing(world: World, kind: ExportFormat) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    rows = [
        instrument(
            "YQ001",
            carrier_kind="附属于国家重点实验室",
            carrier="样例",
            funds="中央财政资金，其他资金",
            subjects="化学",
        ),
        instrument("YQ002", under_customs="是", declaration_number="290120251000000001", declaration_item="01")
        | {"released_on": "2024-05-01", "declared_name": "扫描电镜", "yearly_hours_hundredths": "1200.5"},
        instrument("YQ003", source="其他", category="专用", indicators="一行\n两行", english_name="SEM, 2nd"),
    ]
    assert give(world, head, written(rows)).added == 3
    odd = Offer.objects.get(inner_number="YQ003")
    said = {"source": "transfer", "original_value_fen": 285_600_123, "latitude_e6": 1, "longitude_e6": 2}
    commands.describe(head, offer_id=odd.id, values=said, now=world.now)
    found = queries.exportable(head, carrier_id=carrier.id)
    content = b"".join(queries.exported(found, kind, site="https://example.org", on=world.today))
    name = "再导.xlsx" if kind is ExportFormat.NATIONAL else "再导.csv"
    report = give(world, head, content, name)
    assert (report.done, report.rows, report.added, report.changed, report.same) == (True, 3, 0, 0, 3)
    odd.refresh_from_db()
    assert (odd.instrument.source, odd.instrument.original_value_fen) == ("transfer", 285_600_123)
    assert not altered_rows()


def test_exports_name_the_fields_of_their_schemas(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    give(world, head, written([instrument("YQ001", model="Regulus 8100", maker="日立", email="a@example.edu.cn")]))
    found = queries.exportable(head, carrier_id=carrier.id)

    def file(kind: ExportFormat) -> bytes:
        return b"".join(queries.exported(found, kind, site="https://example.org", on=world.today))

    (pushed,) = json.loads(file(ExportFormat.PROVINCIAL))
    assert (pushed["instruId"], pushed["pormat"], pushed["price"]) == ("YQ001", "Regulus 8100", "285.6")
    (record,) = json.loads(file(ExportFormat.PIDINST))
    required = {"identifier", "schemaVersion", "landingPage", "name", "owners", "manufacturers"}
    assert required <= set(record)
    assert record["instrumentTypes"][0]["instrumentTypeName"] == "扫描电镜"
    assert record["dates"] == [{"date": "2016-01-01", "dateType": "Commissioned"}]
    (record,) = json.loads(file(ExportFormat.DATACITE))
    assert record["types"]["resourceTypeGeneral"] == "Instrument"
    assert record["contributors"][0]["contributorType"] == "HostingInstitution"
    header, row = file(ExportFormat.UNIQUIP).decode("utf-8-sig").splitlines()
    assert header.startswith('"type","institutionID","doi","name","description","manufacturer"')
    assert row.startswith('"equipment","YQ001"')


def test_an_office_exports_its_regions_and_a_provider_its_own(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构", KEQIAO)
    carrier = world.carrier(head)
    give(world, head, written([instrument("YQ001")]))
    give(world, other, written([instrument("YQ002")]))
    officer = world.officer(Role.COUNTY_OFFICER)
    assert [row.inner_number for row in queries.exportable(officer, region=YUECHENG)] == ["YQ001"]
    with pytest.raises(NotVisible):
        queries.exportable(officer, region=KEQIAO)
    with pytest.raises(NotVisible):
        queries.exportable(other, carrier_id=carrier.id)
    assert [row.inner_number for row in queries.exportable(other)] == ["YQ002"]


def test_the_page_takes_a_small_file_at_once_and_reports_by_row(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    with clock.at(world.now):
        client = signed_in(world, head)
        where = reverse("catalog:import_instruments", args=[carrier.id])
        file = SimpleUploadedFile("仪器.xlsx", written([instrument("YQ001"), instrument("YQ002", source="捡来的")]))
        answer = client.post(where, {"file": file, "good_rows_only": "yes"}, follow=True)
        page = answer.content.decode()
        assert "新增 1" in page
        assert "1 行有错误" in page
        assert "捡来的" in page
        run = ImportRun.objects.get()
        table = client.get(reverse("catalog:findings", args=[run.id])).content.decode("utf-8-sig")
        assert '"4","I","设备仪器来源","捡来的"' in table
        part = client.get(reverse("catalog:import_run", args=[run.id]), headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()
        exported = client.get(reverse("catalog:exports") + "?form=national")
        assert b"".join(exported.streaming_content)[:2] == b"PK"  # type: ignore[arg-type]


def test_a_large_file_waits_for_the_worker_and_shows_how_far_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "INLINE_BYTES", 0)
    head = world.provider()
    carrier = world.carrier(head)
    content = written([instrument("YQ001")])
    with clock.at(world.now):
        client = signed_in(world, head)
        where = reverse("catalog:import_instruments", args=[carrier.id])
        answer = client.post(where, {"file": SimpleUploadedFile("大表.xlsx", content)}, follow=True)
        assert f'hx-get="{answer.redirect_chain[0][0]}"' in answer.content.decode()
    run = ImportRun.objects.get()
    assert run.stage == ImportStage.QUEUED
    from procrastinate.contrib.django.models import ProcrastinateJob

    job = ProcrastinateJob.objects.get(task_name="catalog.take_file")
    assert job.args == {"run_id": run.id}
    take_file(run.id)
    run.refresh_from_db()
    assert (run.stage, run.added) == (ImportStage.DONE, 1)


def test_a_file_that_cannot_be_read_says_why(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    other, out = Workbook(), BytesIO()
    other.active.append(["项目", "价格"])
    other.save(out)
    file = commands.Upload("收费.xlsx", out.getvalue())
    run = commands.ask_import(head, carrier_id=carrier.id, file=file, now=world.now)
    run = commands.run_import(run_id=run.id, now=world.now)
    assert (run.stage, run.refusal["code"]) == (ImportStage.FAILED, "catalog.wrong_sheet")
    assert run.refusal["remedy"]


def test_an_export_asks_the_same_whatever_its_length(world: World) -> None:
    head = world.provider()
    counts = []
    for count in (1, 30):
        give(world, head, written([instrument(f"YQ{n:03d}") for n in range(count)]))
        with CaptureQueriesContext(connection) as asked:
            found = queries.exportable(head)
            assert (
                b"".join(queries.exported(found, ExportFormat.PROVINCIAL, site="", on=world.today)).count(b"instruId")
                == count
            )
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_reading_many_rows_again_asks_a_few_questions_per_hundred(world: World) -> None:
    head = world.provider()
    asked = []
    for count in (100, 400):
        content = written([instrument(f"YQ{n:03d}") for n in range(count)])
        give(world, head, content)
        with CaptureQueriesContext(connection) as again:
            assert give(world, head, content).same == count
        asked.append(len(again))
    assert asked[0] == asked[1]
