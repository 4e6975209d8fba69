"""The push interface: keys shown once, tokens that end, batches answered item by item, again without change."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.catalog import commands
from kechuang.catalog.access import carriers_of
from kechuang.catalog.models import Import, Instrument, Offer, PushKey, PushToken
from kechuang.catalog.rules import KeyUnknown, TokenUnknown
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties import commands as parties
from kechuang.parties.queries import party
from kechuang.trail.queries import altered_rows, repeated_acts
from kechuang.ui import clock
from tests.catalog.conftest import World
from tests.catalog.test_instruments import signed_in

pytestmark = pytest.mark.django_db


def item(head: Actor, number: str = "D001", **more: object) -> dict[str, object]:
    return {
        "id": "42",
        "name": "场发射扫描电子显微镜",
        "ename": "FE-SEM",
        "companyId": party(head.party_id).credit_code,
        "code": "",
        "instruId": number,
        "typeCode": "010102",
        "source": "调拨",
        "customs": "否",
        "price": 285.6,
        "country": "日本",
        "buildCompany": "日立",
        "startDate": "2016-01-01",
        "pormat": "Regulus 8100",
        "technology": "分辨率 0.7 nm",
        "functionField": "形貌观察",
        "purpose": "材料分析",
        "applicationArea": "新材料",
        "subjectAreas": ["430", "150"],
        "share": "提前三天预约",
        "province": "浙江省",
        "city": "绍兴市",
        "county": "越城区",
        "street": "城南大道",
        "sContact": "李老师",
        "sPhone": "0575-88000000",
        "sEmail": "lab@example.edu.cn",
        "imgurl": "https://example.edu.cn/a.jpg",
        "funds": "中央财政,单位自有",
        "running": "正常",
        "gs1Code": "6901234567892",
    } | more


def token(world: World, head: Actor, client: Client) -> str:
    key, secret = commands.make_key(head, name="设备系统", now=world.now)
    answer = client.post("/api/catalog/push/token", {"key": key.id, "secret": secret}, content_type="application/json")
    assert answer.status_code == 200
    return str(answer.json()["token"])


def push(client: Client, bearer: str, items: object) -> dict[str, object]:
    answer = client.post(
        "/api/catalog/push/instruments",
        json.dumps(items),
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}"},
    )
    return {"status": answer.status_code, **answer.json()}


def test_an_instrument_is_pushed_and_pushed_again_it_is_the_same(world: World, client: Client) -> None:
    head = world.provider()
    world.carrier(head)
    with clock.at(world.now):
        bearer = token(world, head, client)
        first = push(client, bearer, [item(head)])
        assert (first["taken"], first["added"], first["refused"]) == (1, 1, 0)
        again = push(client, bearer, [item(head)])
        assert (again["taken"], again["added"], again["changed"], again["same"]) == (1, 0, 0, 1)
        changed = push(client, bearer, [item(head, pormat="SU9000")])
        assert changed["changed"] == 1
    sheet = Instrument.objects.get()
    assert (sheet.model, sheet.original_value_fen, sheet.source) == ("SU9000", 285_600_000, "transfer")
    assert (sheet.funds, sheet.subjects, sheet.gs1_code) == (["central", "own"], ["430", "150"], "6901234567892")
    assert Import.objects.count() == 2
    assert not altered_rows()
    assert not repeated_acts(limit=5)


def test_ten_thousand_items_with_three_wrong_take_the_others_and_name_the_three(world: World, client: Client) -> None:
    head = world.provider()
    world.carrier(head)
    items: list[object] = [item(head, f"D{n:05d}") for n in range(10_000)]
    items[17] = item(head, "D00017", typeCode="010177")
    items[4_000] = item(head, "D04000", price="2856000")
    items[9_999] = item(head, "D09999", companyId="91330602MA2ABCDE12")
    with clock.at(world.now):
        answer = push(client, token(world, head, client), items)
    assert (answer["status"], answer["taken"], answer["refused"]) == (200, 9_997, 3)
    wrong = {one["instruId"]: one for one in answer["results"] if one["code"] != "100"}  # type: ignore[attr-defined]
    assert {number: one["code"] for number, one in wrong.items()} == {"D00017": "203", "D04000": "203", "D09999": "200"}
    assert [one["faults"][0]["field"] for one in wrong.values()] == ["typeCode", "price", "companyId"]
    assert all(one["faults"][0]["remedy"] for one in wrong.values())
    assert Offer.objects.count() == 9_997


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"source": "捡来的"}, "source"),
        ({"customs": "也许"}, "customs"),
        ({"startDate": "去年"}, "startDate"),
        ({"startDate": "2999-01-01"}, "startDate"),
        ({"subjectAreas": ["1", "2", "3", "4", "5"]}, "subjectAreas"),
        ({"funds": "众筹"}, "funds"),
        ({"running": "还行"}, "running"),
        ({"technology": "长" * 501}, "technology"),
        ({"code": "没有这个载体"}, "code"),
        ({"sEmail": "不是邮箱"}, "sEmail"),
    ],
)
def test_each_wrong_field_is_named_with_its_rule_and_remedy(
    world: World, changed: dict[str, object], field: str
) -> None:
    head = world.provider()
    world.carrier(head)
    report = commands.push(head, items=[item(head, **changed)], content=b"[]", now=world.now)
    (result,) = report.results
    assert result.code == "203"
    assert field in [fault.field for fault in result.faults]
    assert all(fault.remedy for fault in result.faults)
    assert not Offer.objects.exists()


def test_what_is_no_object_or_stands_twice_is_told(world: World) -> None:
    head = world.provider()
    world.carrier(head)
    report = commands.push(head, items=[item(head), "D002", item(head)], content=b"[]", now=world.now)
    assert [str(one.code) for one in report.results] == ["100", "202", "203"]
    assert report.results[2].faults[0].limit == "1"


def test_an_item_goes_to_the_carrier_it_names(world: World) -> None:
    head = world.provider()
    world.carrier(head)
    second = world.carrier(head, "材料实验室", code="ZT-2")
    report = commands.push(head, items=[item(head, code="ZT-2")], content=b"[]", now=world.now)
    assert report.added == 1
    assert Offer.objects.get().carrier_id == second.id


def test_the_secret_is_shown_once_and_kept_as_a_digest(world: World) -> None:
    head = world.provider()
    world.carrier(head)
    with clock.at(world.now):
        client = signed_in(world, head)
        page = client.post(reverse("catalog:push_keys"), {"name": "设备系统"})
        key = PushKey.objects.get()
        assert key.id in page.content.decode()
        assert page["Cache-Control"] == "no-store"
        assert key.secret_digest not in page.content.decode()
        made, secret = commands.make_key(head, name="另一个", now=world.now)
        assert secret not in client.get(reverse("catalog:push_keys")).content.decode()
        assert secret not in str(PushKey.objects.filter(id=made.id).values())


def test_wrong_old_and_stopped_credentials_open_nothing(world: World, client: Client) -> None:
    head = world.provider()
    world.carrier(head)
    key, secret = commands.make_key(head, name="设备系统", now=world.now)
    with pytest.raises(KeyUnknown):
        commands.exchange(key_id=key.id, secret=secret + "x", now=world.now)
    bearer, ends = commands.exchange(key_id=key.id, secret=secret, now=world.now)
    assert commands.actor_of_token(bearer, now=world.now).party_id == head.party_id
    with pytest.raises(TokenUnknown):
        commands.actor_of_token(bearer, now=ends)
    with pytest.raises(NotVisible):
        commands.revoke_key(world.provider("另一机构"), key_id=key.id, now=world.now)
    commands.revoke_key(head, key_id=key.id, now=world.now)
    with pytest.raises(TokenUnknown):
        commands.actor_of_token(bearer, now=world.now)
    with pytest.raises(KeyUnknown):
        commands.exchange(key_id=key.id, secret=secret, now=world.now)
    assert not PushToken.objects.exists()
    with clock.at(world.now + timedelta(minutes=1)):
        assert push(client, "nonsense", [])["status"] == 401
        assert client.post("/api/catalog/push/instruments", "[]", content_type="application/json").status_code == 401
    assert not altered_rows()


def test_a_key_acts_for_the_units_it_was_made_for_and_no_others(world: World) -> None:
    head = world.provider()
    world.carrier(head)
    college, other = (
        parties.add_unit(head, party_id=head.party_id, name=name, now=world.now) for name in ("计量学院", "机电学院")
    )
    own = world.carrier(head, unit_id=college.id, name="计量学院平台")
    world.carrier(head, unit_id=other.id, name="机电学院平台")
    given = {"unit_ids": frozenset({college.id})}
    key, secret = commands.make_key(replace(head, **given), name="学院系统", now=world.now)  # type: ignore[arg-type]
    bearer, _ends = commands.exchange(key_id=key.id, secret=secret, now=world.now)
    acting = commands.actor_of_token(bearer, now=world.now)
    assert [row.id for row in carriers_of(acting)] == [own.id]
    assert carriers_of(head).count() == 3  # negative control: who made it may do more by now
    whole, _secret = commands.make_key(head, name="全校系统", now=world.now)
    with pytest.raises(NotVisible):
        commands.revoke_key(replace(head, **given), key_id=whole.id, now=world.now)  # type: ignore[arg-type]
    commands.revoke_key(replace(head, **given), key_id=key.id, now=world.now)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", ['{"instruId": "1"}', "不是 JSON", "[" * 100_000, "[1e999]"])
def test_a_body_that_is_no_list_of_objects_is_refused(world: World, client: Client, body: str) -> None:
    head = world.provider()
    world.carrier(head)
    with clock.at(world.now):
        bearer = token(world, head, client)
        answer = client.post(
            "/api/catalog/push/instruments",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}"},
        )
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert answer.json()["refused"] == 1
    else:
        assert answer.json()["code"] == "catalog.push_not_a_list"


def test_the_public_reads_open_instruments_as_typed_json(world: World, client: Client) -> None:
    from tests.catalog.test_instruments import made, opened

    head = world.provider()
    offer = opened(world, head, model="Regulus 8100")
    draft = made(world, head, "YQ002")
    with clock.at(world.now):
        listed = client.get("/api/catalog/instruments?class_prefix=0101").json()
        assert [one["id"] for one in listed["instruments"]] == [offer.id]
        one = client.get(f"/api/catalog/instruments/{offer.id}").json()
        assert (one["model"], one["class_name"], one["open_modes"]) == ("Regulus 8100", "扫描电镜", ["slot"])
        assert client.get(f"/api/catalog/instruments/{draft.id}").status_code == 404
        classes = client.get("/api/catalog/instrument-classes").json()
    assert {"code": "010102", "name": "扫描电镜", "assignable": True} in classes
