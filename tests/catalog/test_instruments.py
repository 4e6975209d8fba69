"""One instrument by hand: its sheet in sections, picture, status, customs papers; what upper rooms and the search see."""

from importlib import import_module
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from kechuang.catalog import commands, queries
from kechuang.catalog.models import Instrument, Offer
from kechuang.catalog.rules import (
    ClearanceNumberMissing,
    ClearanceUnfit,
    NumberTaken,
    PictureNotJpg,
    PictureTooLarge,
    SheetUnfit,
)
from kechuang.catalog.states import ClearanceKind, OfferKind, RunStatus
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.models import Person
from kechuang.search.models import Document
from kechuang.trail.queries import altered_rows, way
from kechuang.ui import clock
from tests.catalog.conftest import LIST, World

pytestmark = pytest.mark.django_db


def jpg(size: int = 8) -> bytes:
    out = BytesIO()
    Image.new("RGB", (size, size), "white").save(out, "JPEG")
    return out.getvalue()


def made(world: World, head: Actor, number: str = "YQ001", **values: object) -> Offer:
    return commands.add_instrument(
        head,
        carrier_id=world.carrier(head).id,
        kind=OfferKind.INSTRUMENT,
        name="场发射扫描电子显微镜",
        inner_number=number,
        class_code="010102",
        values={"services": "形貌观察", "notice": "提前三天预约", **values},
        now=world.now,
    )


def opened(world: World, head: Actor, **values: object) -> Offer:
    offer = made(world, head, **values)
    commands.set_prices(head, offer_id=offer.id, lines=LIST, valid_from=world.today, now=world.now)
    return commands.open_offer(head, offer_id=offer.id, now=world.now)


def signed_in(world: World, head: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=head.person_id))
    session = client.session
    from kechuang.parties.states import ACTING_FOR

    session[ACTING_FOR] = head.party_id
    session.save()
    return client


def test_every_kind_has_a_sheet_and_a_service_has_none(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    for kind in (OfferKind.INSTRUMENT, OfferKind.CENTRE, OfferKind.FACILITY):
        offer = commands.add_instrument(
            head, carrier_id=carrier.id, kind=kind, name=f"样例{kind}", inner_number=f"N-{kind}", now=world.now
        )
        assert offer.instrument.open_modes == ["slot"]
    service = world.offer(head, carrier)
    assert not Instrument.objects.filter(offer=service).exists()
    assert not altered_rows()


def test_a_number_is_used_once_in_a_carrier(world: World) -> None:
    head = world.provider()
    made(world, head)
    with pytest.raises(NumberTaken):
        made(world, head)


def test_a_class_that_the_set_has_not_is_refused_with_those_near_it(world: World) -> None:
    head = world.provider()
    offer = made(world, head)
    for code in ("010177", "010100", "999999"):
        with pytest.raises(SheetUnfit) as refusal:
            commands.describe(head, offer_id=offer.id, values={"class_code": code}, now=world.now)
        assert refusal.value.field == "class_code"
    assert "扫描电镜" in str(refusal.value.facts["limit"]) or refusal.value.facts["limit"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"original_value_fen": 300_000 * 1_000_000}, "original_value_fen"),  # 30万元 written where 万元 are asked for
        ({"indicators": "长" * 501}, "indicators"),
        ({"yearly_hours_hundredths": 100, "external_hours_hundredths": 200}, "external_hours_hundredths"),
        ({"latitude_e6": 30_000_000}, "latitude_e6"),
        ({"subjects": ["一", "二", "三", "四", "五"]}, "subjects"),
        ({"under_customs": True}, "declaration_number"),
    ],
)
def test_values_that_break_a_rule_are_refused_at_their_field(
    world: World, values: dict[str, object], field: str
) -> None:
    head = world.provider()
    offer = made(world, head)
    with pytest.raises(SheetUnfit) as refusal:
        commands.describe(head, offer_id=offer.id, values=values, now=world.now)
    assert refusal.value.field == field
    assert not altered_rows()


def test_saying_the_same_again_writes_nothing(world: World) -> None:
    head = world.provider()
    offer = made(world, head)
    commands.describe(head, offer_id=offer.id, values={"model": "Regulus 8100"}, now=world.now)
    before = way([offer.id]).count()
    commands.describe(head, offer_id=offer.id, values={"model": "Regulus 8100"}, now=world.now)
    assert way([offer.id]).count() == before
    assert not altered_rows()


def test_the_search_finds_it_when_it_opens_and_forgets_it_when_it_closes(world: World) -> None:
    head = world.provider()
    offer = made(world, head)
    assert not Document.objects.filter(subject_id=offer.id).exists()
    commands.set_prices(head, offer_id=offer.id, lines=LIST, valid_from=world.today, now=world.now)
    commands.open_offer(head, offer_id=offer.id, now=world.now)
    kept = Document.objects.get(subject_id=offer.id)
    assert (kept.bookable, kept.class_code, kept.price_fen) == (True, "010102", 5_000)
    commands.set_status(head, offer_id=offer.id, status=RunStatus.REPAIR, now=world.now)
    assert not Document.objects.get(subject_id=offer.id).bookable
    commands.describe(head, offer_id=offer.id, values={"share_mode": "none"}, now=world.now)
    assert not Document.objects.filter(subject_id=offer.id).exists()
    commands.describe(head, offer_id=offer.id, values={"share_mode": "external"}, now=world.now)
    commands.close_offer(head, offer_id=offer.id, now=world.now)
    assert not Document.objects.filter(subject_id=offer.id).exists()


def test_a_supervised_instrument_is_cleared_by_its_papers_for_their_days(world: World) -> None:
    head = world.provider()
    offer = made(world, head)
    papers = {"offer_id": offer.id, "kind": ClearanceKind.NOTICE, "valid_from": world.today, "now": world.now}
    with pytest.raises(ClearanceUnfit):
        commands.clear_customs(head, number="杭关2025-1", **papers)
    assert queries.customs_cleared(offer.id, world.today)
    said = {
        "under_customs": True,
        "declaration_number": "290120251000000001",
        "declaration_item": "01",
        "released_on": world.today,
        "declared_name": "扫描电镜",
    }
    commands.describe(head, offer_id=offer.id, values=said, now=world.now)
    assert not queries.customs_cleared(offer.id, world.today)
    with pytest.raises(ClearanceNumberMissing):
        commands.clear_customs(head, number=" ", **papers)
    first = commands.clear_customs(
        head, number="杭关2025-1", valid_until=clock.day(world.now).replace(month=12), **papers
    )
    assert commands.clear_customs(head, number="杭关2025-1", **papers).id == first.id
    assert queries.customs_cleared(offer.id, world.today)
    assert not queries.customs_cleared(offer.id, world.today.replace(month=12))
    assert not altered_rows()


def test_a_picture_is_a_jpg_of_at_most_one_megabyte_and_everybody_sees_it(world: World, client: Client) -> None:
    head = world.provider()
    offer = opened(world, head)
    with pytest.raises(PictureTooLarge):
        commands.set_picture(
            head, offer_id=offer.id, picture=commands.Upload("大.jpg", jpg() + b"\0" * 1_048_576), now=world.now
        )
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    with pytest.raises(PictureNotJpg):
        commands.set_picture(head, offer_id=offer.id, picture=commands.Upload("图.png", out.getvalue()), now=world.now)
    commands.set_picture(head, offer_id=offer.id, picture=commands.Upload("电镜.jpg", jpg()), now=world.now)
    answer = client.get(reverse("catalog:picture", args=[offer.id]))
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/jpeg", jpg())
    assert queries.instrument(PUBLIC, offer.id).picture_file_id


def test_drafts_and_others_are_not_seen(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    offer = made(world, head)
    with pytest.raises(NotVisible):
        queries.instrument(PUBLIC, offer.id)
    with pytest.raises(NotVisible):
        commands.describe(other, offer_id=offer.id, values={"model": "x"}, now=world.now)
    with pytest.raises(NotVisible):
        queries.own_instrument(other, offer.id)


def test_many_cards_cost_one_statement_and_documents_two(world: World) -> None:
    head = world.provider()
    ids = [opened(world, head, model="一").id]
    for n in range(2, 6):
        offer = made(world, head, f"YQ{n:03d}")
        commands.set_prices(head, offer_id=offer.id, lines=LIST, valid_from=world.today, now=world.now)
        ids.append(commands.open_offer(head, offer_id=offer.id, now=world.now).id)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        cards = queries.instruments(ids)
    assert (len(asked), len(cards)) == (1, 5)
    card = cards[ids[0]]
    assert (card.class_name, card.class_path[0], card.model) == ("扫描电镜", "分析仪器", "一")
    with CaptureQueriesContext(connection) as asked:
        assert len(queries.documents(ids, on=world.today)) == 5
    assert len(asked) == 2


def test_the_pages_of_an_instrument_one_section_after_another(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    with clock.at(world.now):
        client = signed_in(world, head)
        given = {
            "kind": "instrument",
            "inner_number": "YQ100",
            "name": "场发射扫描电子显微镜",
            "class_code": "010102",
            "model": "Regulus 8100",
        }
        answer = client.post(reverse("catalog:new_instrument", args=[carrier.id]), given)
        offer = Offer.objects.get(inner_number="YQ100")
        assert answer.headers["Location"] == reverse("catalog:instrument", args=[offer.id])
        answer = client.post(
            reverse("catalog:section", args=[offer.id, "origin"]),
            {"source": "purchase", "original_value_fen": "2,856,000", "funds": ["central", "own"], "next": "1"},
        )
        assert answer.headers["Location"] == reverse("catalog:section", args=[offer.id, "ability"])
        for section in ("basic", "origin", "ability", "service", "place", "customs"):
            assert client.get(reverse("catalog:section", args=[offer.id, section])).status_code == 200
        answer = client.post(
            reverse("catalog:section", args=[offer.id, "place"]),
            {"latitude_e6": "30.001234", "longitude_e6": "120.58", "province": "浙江省"},
        )
        assert answer.status_code == 302
        wrong = client.post(reverse("catalog:section", args=[offer.id, "place"]), {"latitude_e6": "北纬三十度"})
        assert wrong.status_code == 422
        client.post(reverse("catalog:set_status", args=[offer.id]), {"status": "occasional"})
        page = client.get(reverse("catalog:instrument", args=[offer.id])).content.decode()
    sheet = Instrument.objects.get(offer=offer)
    assert (sheet.original_value_fen, sheet.funds, sheet.latitude_e6) == (285_600_000, ["central", "own"], 30_001_234)
    assert sheet.run_status == "occasional"
    for said in ("Regulus 8100", "¥2,856,000.00", "扫描电镜", "nrii-15", "偶有故障"):
        assert said in page
    assert not altered_rows()


def test_the_list_of_instruments_costs_the_same_whatever_its_length(world: World) -> None:
    head = world.provider()
    with clock.at(world.now):
        client = signed_in(world, head)
        made(world, head, "YQ001")
        counts = []
        for more in (0, 10):
            for n in range(more):
                made(world, head, f"YQ1{n:02d}")
            client.get(reverse("catalog:instruments"))
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("catalog:instruments") + "?q=电子").status_code == 200
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_sheets_from_before_become_instruments(world: World) -> None:
    """The data migration, on a row as the first version wrote it."""
    migration = import_module("kechuang.catalog.migrations.0004_instruments_of_sheets")
    head = world.provider()
    offer = made(world, head)
    offer.sheet = {
        "own_number": "SB1",
        "source": "赠送",
        "category": "专用",
        "carrier_kind": "国家重点实验室",
        "carrier": "样例",
        "funds": ["中央财政资金"],
        "subjects": ["化学"],
        "original_value_fen": 285_600_000,
        "booked_on": "2016-01-01",
        "picture": "a.jpg",
        "under_customs": False,
        "email": None,
    }
    migration._row(Instrument, offer).save(force_update=True)
    row = Instrument.objects.get(offer=offer)
    assert (row.source, row.category, row.funds, row.resource) == ("donation", "special", ["central"], "样例")
    assert (row.original_value_fen, row.picture_name, row.class_version) == (285_600_000, "a.jpg", "nrii-15")
