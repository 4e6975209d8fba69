"""扫描件重复使用: one paper scanned again for another order is found; what is honest and looks like it is not."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.documents.rules import NoInvoiceData
from kechuang.kernel.money import Fen
from kechuang.orders.models import Order
from kechuang.screening.models import Finding, Likeness, Print
from kechuang.screening.queries import evidence_of
from kechuang.screening.states import Pattern
from kechuang.trail.queries import altered_rows
from tests.claims.conftest import changed
from tests.documents.scans import Printed, another, drawn, saved, scanned
from tests.screening.conftest import SCHEME, Screening

pytestmark = pytest.mark.django_db
PAPER = drawn(Printed())
SCAN = saved(scanned(PAPER, 11), quality=80)


def claimed(screening: Screening, picture: bytes, name: str = "发票扫描件.jpg", order: Order | None = None) -> Claim:
    """A claim with its invoice as data and, beside it, as a picture."""
    town = screening.payouts
    order = order or town.settled()
    claim = town.made(order)
    town.bring(claim, town.invoice(order))
    claims.attach(town.server, claim_id=claim.id, name=name, content=picture, kind="invoice", now=town.now)
    return town.submit(claim)


def reused() -> set[str]:
    return set(Finding.objects.filter(rule=Pattern.INVOICE_REUSED).values_list("claim_id", flat=True))


@pytest.fixture
def first(screening: Screening) -> Iterator[Claim]:
    claim = claimed(screening, SCAN)
    assert reused() == set()
    yield claim
    assert not altered_rows()


@pytest.mark.parametrize("seed", [2, 3])
def test_another_scan_of_the_paper_is_found_on_the_later_claim(screening: Screening, first: Claim, seed: int) -> None:
    second = claimed(screening, saved(scanned(PAPER, seed), "PNG"), "另一扫描.png")
    assert reused() == {second.id}
    row = Finding.objects.get(claim_id=second.id)
    assert row.rule_version == "2"
    assert row.facts["claim"] == first.number
    assert row.facts["what"] == "扫描件是同一张票面"
    shown = {proof.label: proof for proof in evidence_of(row)}
    assert shown["本申请的扫描件"].value == "另一扫描.png"
    assert shown["另一申请的扫描件"].value == "发票扫描件.jpg"
    other = Print.objects.get(claim_id=first.id, kind="picture").number.partition(":")[0]
    assert shown["另一申请的扫描件"].url == reverse("documents:download", args=[other])
    assert first.id in shown["另一申请"].url
    firm = {proof.label: proof for proof in evidence_of(row, office=False)}
    assert firm["本申请的扫描件"].url, "its own it may open"
    assert (firm["另一申请的扫描件"].value, firm["另一申请的扫描件"].url) == ("涉及其他单位，由县科技局核实", "")
    assert shown["票面上不同的格数 / 有字的格数"].value.startswith(f"{row.facts['parts_count']} / ")


def test_saved_anew_it_is_found_too(screening: Screening, first: Claim) -> None:
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(SCAN)) as scan:
        again = saved(scan.resize((scan.width // 2, scan.height // 2)), quality=50)
        as_pdf = saved(scan, "PDF")
    second = claimed(screening, again)
    assert second.id in reused()
    third = claimed(screening, saved(scanned(drawn(another(Printed(), 4)), 4)))
    assert third.id not in reused()
    assert as_pdf.startswith(b"%PDF")


def test_the_same_file_is_found_whoever_brings_it(screening: Screening, first: Claim) -> None:
    second = claimed(screening, SCAN, "改名.jpg")
    assert Likeness.objects.get(claim_id=second.id).exact
    assert Finding.objects.get(claim_id=second.id).facts["what"] == "附件是同一个文件"


@pytest.mark.parametrize("seed", [1, 2])
def test_two_invoices_on_one_form_are_left_alone(screening: Screening, first: Claim, seed: int) -> None:
    claimed(screening, saved(scanned(drawn(another(Printed(), seed)), 20 + seed), quality=80))
    assert reused() == set()


def test_orders_that_one_invoice_covers_show_the_same_scan_lawfully(screening: Screening) -> None:
    town = screening.payouts
    one, other = town.settled(), town.settled()
    paper = town.invoice(one, gross_fen=one.price_fen + other.price_fen)
    lines = {paper.number: {one.id: Fen(one.price_fen), other.id: Fen(other.price_fen)}}
    for order, more in ((one, {"allocations": lines}), (other, {})):
        claim = town.made(order)
        town.bring(claim, paper)
        claims.attach(town.server, claim_id=claim.id, name="扫描件.jpg", content=SCAN, kind="invoice", now=town.now)
        town.submit(claim, **more)
    assert Likeness.objects.count() == 1
    assert reused() == set()


def test_with_the_rule_off_nothing_is_found(screening: Screening, first: Claim) -> None:
    """Negative control: the scan is found by this rule and by nothing else."""
    left = sorted(set(Pattern) - {Pattern.INVOICE_REUSED})
    with changed(SCHEME, rules_enabled=left):
        second = claimed(screening, saved(scanned(PAPER, 2), quality=80))
        assert not Finding.objects.filter(claim_id=second.id).exists()
    claims.screen_all([first.id, second.id], now=screening.payouts.now)
    assert reused() == {second.id}


def test_a_stricter_pack_finds_less(screening: Screening, first: Claim) -> None:
    with changed(SCHEME, picture_bits_count=0):
        claimed(screening, saved(scanned(PAPER, 2), quality=80))
        assert reused() == set()


def test_handed_in_again_the_pictures_are_kept_once(screening: Screening, first: Claim) -> None:
    second = claimed(screening, saved(scanned(PAPER, 2), quality=80))
    screening.payouts.returned(second)
    screening.payouts.submit(second)
    assert Print.objects.filter(claim_id=second.id, kind="picture").count() == 1
    assert Likeness.objects.filter(claim_id=second.id).count() == 1


def test_a_picture_alone_is_no_invoice(screening: Screening) -> None:
    town = screening.payouts
    claim = town.made()
    claims.attach(town.server, claim_id=claim.id, name="扫描件.jpg", content=SCAN, kind="invoice", now=town.now)
    with pytest.raises(NoInvoiceData):
        town.submit(claim)


def test_a_likeness_is_of_two_claims(screening: Screening, first: Claim) -> None:
    row = Print.objects.get(claim_id=first.id, kind="picture")
    same = {"exact": True, "bits": 0, "parts": 0, "parts_of": 1, "made_on": screening.payouts.today}
    with pytest.raises(IntegrityError), transaction.atomic():
        Likeness.objects.create(claim_id=first.id, other_id=first.id, picture=row, other_picture=row, **same)
