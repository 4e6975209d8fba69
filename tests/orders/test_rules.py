"""Prices, parts and offices of an order, as tables. No database."""

from dataclasses import replace
from datetime import date

import pytest

from kechuang.kernel.money import BasisPoints, Fen
from kechuang.orders import rules
from kechuang.orders.formats.contract import ContractFacts, drawn
from kechuang.orders.rules import Asked, FrozenPrice, OfficeTerms, OrderTerms, offices, priced, total
from kechuang.policy.tables import same
from tests.rulebook import rulebook
from tests.vouchers.conftest import SCHEME

PRICES = [
    FrozenPrice("a", "base", "机时", "hour", 20_050),
    FrozenPrice("b", "base", "样品", "sample", 10_000),
    FrozenPrice("c", "rush", "加急", "rate", None, 5_000),
    FrozenPrice("d", "extra_report", "加测报告", "report", 30_000),
]
TERMS = OrderTerms(
    quote_within_days=5,
    quote_valid_days=15,
    start_within_days=30,
    hold_release_days=30,
    deliver_within_days=90,
    accept_within_days=15,
    on_accept_silence="accepted",
    final_lines_answer_days=7,
    settle_within_days=15,
    settle_at="acceptance",
    first_instalment_bp=BasisPoints(5_000),
    refund_after_settlement="restored",
    dispute_within_days=15,
    dispute_office="issuing_county",
    dispute_working_days=15,
    contract_parties=same("two"),
    contract_template="2021 版",
    declaration_text="声明",
    channels=("platform",),
    on_revocation="finish_started",
    invoice_not_before_order=True,
    claim_within_days=90,
    on_refusal="provider_bears",
    on_no_claim="returned_to_budget",
    claim_office="issuing_county",
    paying_budget="issuing_county",
    admission_office="provider_county",
    revoking_office="provider_county",
    outside_office="applied_county",
)
READING = OfficeTerms("issuing_county", "issuing_county", "provider_county", "provider_county", "applied_county")


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ([Asked("b", 300)], [30_000]),
        ([Asked("a", 250)], [50_125]),
        ([Asked("a", 1)], [201]),  # 200.5 fen, half up
        ([Asked("b", 300), Asked("c")], [30_000, 15_000]),  # a rate stands on the base lines only
        ([Asked("b", 300), Asked("c"), Asked("d")], [30_000, 30_000, 15_000]),
        ([Asked("b", 300, 9_000)], [27_000]),  # below the list is allowed
    ],
)
def test_lines_and_their_amounts(asked: list[Asked], amounts: list[int]) -> None:
    lines = priced(asked, PRICES)
    assert [line.amount_fen for line in lines] == amounts
    assert total(lines) == sum(amounts)
    assert priced(rules.asked_again([line.record() for line in lines]), PRICES) == lines


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ([], rules.NoLines),
        ([Asked("b", 0)], rules.NoLines),
        ([Asked("b", -100)], rules.NoLines),
        ([Asked("b", 100, 0)], rules.NoLines),
        ([Asked("c")], rules.NoLines),  # a rate on nothing
        ([Asked("x")], rules.NotOnPriceList),
        ([Asked("b", 100, 10_001)], rules.AboveListPrice),
    ],
)
def test_lines_that_are_refused(asked: list[Asked], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        priced(asked, PRICES)


@pytest.mark.parametrize(
    ("holder", "provider", "applied", "terms", "claim", "pay", "admit", "revoke"),
    [
        # 柯桥 provider × 越城 firm, and the other reading of the claim office
        ("330602", "330603", "", READING, "330602", "330602", "330603", "330603"),
        (
            "330602",
            "330603",
            "",
            replace(READING, claim_office="provider_county"),
            "330603",
            "330602",
            "330603",
            "330603",
        ),
        (
            "330602",
            "330603",
            "",
            replace(READING, revoking_office="issuing_county"),
            "330602",
            "330602",
            "330603",
            "330602",
        ),
        # Shanghai provider × 越城 firm: admitted and revoked by the county it applied to, or by the issuing one
        ("330602", "310115", "330603", READING, "330602", "330602", "330603", "330603"),
        ("330602", "310115", "330603", replace(READING, outside_office="issuing_county"), *["330602"] * 4),
        ("330602", "310115", "", READING, *["330602"] * 4),
    ],
)
def test_offices(
    holder: str, provider: str, applied: str, terms: OfficeTerms, claim: str, pay: str, admit: str, revoke: str
) -> None:
    found = offices(holder_region=holder, provider_region=provider, applied_region=applied, terms=terms)
    assert (found.claim_office, found.paying_budget, found.admission_office, found.revoking_office) == (
        claim,
        pay,
        admit,
        revoke,
    )


def test_a_zone_of_the_city_is_inside_though_its_code_is_not() -> None:
    found = offices(holder_region="330602", provider_region="SXBH01", same_city=True, terms=READING)
    assert found.admission_office == "SXBH01"


@pytest.mark.parametrize(
    ("fen", "paid", "accepted", "settle_at", "refusal"),
    [
        (50, 0, False, "acceptance", None),
        (51, 0, False, "acceptance", rules.InstalmentTooMuch),
        (1, 50, False, "acceptance", rules.InstalmentTooMuch),
        (100, 0, False, "order", None),
        (100, 0, True, "acceptance", None),
        (50, 50, True, "acceptance", None),
        (51, 50, True, "acceptance", rules.OwnShareTooMuch),
        (0, 0, True, "acceptance", rules.OwnShareTooMuch),
    ],
)
def test_what_of_the_own_share_may_be_paid_when(
    fen: int, paid: int, accepted: bool, settle_at: str, refusal: type[Exception] | None
) -> None:
    terms = replace(TERMS, settle_at=settle_at)
    given = {"own_share_fen": Fen(100), "paid_fen": Fen(paid), "accepted": accepted, "terms": terms}
    if refusal is None:
        rules.refuse_share(fen, **given)  # type: ignore[arg-type]
        return
    with pytest.raises(refusal):
        rules.refuse_share(fen, **given)  # type: ignore[arg-type]


def test_what_is_paid_back() -> None:
    assert rules.refundable_share(100, 100, ended=True) == 100
    assert rules.refundable_share(100, 130, ended=False) == 30
    assert rules.refundable_share(100, 80, ended=False) == 0


def test_last_days_count_and_the_day_after_does_not() -> None:
    start = date(2025, 3, 10)
    rules.refuse_expired_quote(start, on=date(2025, 3, 25), terms=TERMS)
    with pytest.raises(rules.QuoteExpired):
        rules.refuse_expired_quote(start, on=date(2025, 3, 26), terms=TERMS)
    rules.refuse_late_dispute(start, on=date(2025, 3, 25), terms=TERMS)
    with pytest.raises(rules.DisputeTooLate):
        rules.refuse_late_dispute(start, on=date(2025, 3, 26), terms=TERMS)
    with pytest.raises(rules.NotDueYet):
        rules.refuse_before(start, on=start)
    rules.refuse_before(start, on=date(2025, 3, 11))


def test_a_mediated_price_lies_between() -> None:
    rules.refuse_split(100, price_fen=100)
    for fen in (0, -1, 101):
        with pytest.raises(rules.SplitDoesNotAddUp):
            rules.refuse_split(fen, price_fen=100)


def test_an_invoice_older_than_its_order_is_refused_where_the_terms_say_so() -> None:
    given = {"issued_on": date(2025, 3, 9), "placed_on": date(2025, 3, 10)}
    with pytest.raises(rules.InvoiceBeforeOrder):
        rules.refuse_unusable_invoice("1", 1, terms=TERMS, **given)  # type: ignore[arg-type]
    rules.refuse_unusable_invoice("1", 1, terms=replace(TERMS, invoice_not_before_order=False), **given)  # type: ignore[arg-type]
    for number, fen in (("", 1), ("1", 0)):
        with pytest.raises(rules.InvoiceEmpty):
            rules.refuse_unusable_invoice(number, fen, terms=TERMS, **given)  # type: ignore[arg-type]


def test_the_contract_names_two_or_three_parties_and_every_figure() -> None:
    facts = ContractFacts(
        number="DD-1",
        title="成分检测",
        service="检测",
        holder="甲企业",
        holder_code="1",
        provider="乙中心",
        provider_code="2",
        county="越城区",
        made_on="2025-03-10",
        price_fen=800_000,
        voucher_fen=400_000,
        own_share_fen=400_000,
        lines=[{"item": "样品", "amount_fen": 800_000}],
        needs="",
        deliver_days=90,
        declaration="双方声明",
        scheme="shaoxing/voucher-2021",
    )
    two, three = drawn(facts, template="2021 版", three=False), drawn(facts, template="2021 版", three=True)
    assert "8,000.00" in two
    assert "4,000.00" in two
    assert "丙方" not in two
    assert "丙方（创新券发放机关）：越城区" in three


def test_no_choice_leaves_the_money_of_a_cancelled_order_with_nobody() -> None:
    options = rulebook().packs[SCHEME].parameters["refund_after_settlement"].options
    for option in options:
        assert sum(rules.offset_refund(Fen(400_000), terms=replace(TERMS, refund_after_settlement=option))) == 400_000
    with pytest.raises(KeyError):  # negative control: a word that the rule does not know never means "nothing"
        rules.offset_refund(Fen(400_000), terms=replace(TERMS, refund_after_settlement="kept"))
