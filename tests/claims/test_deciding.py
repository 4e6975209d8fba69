"""The county decides: confirms, returns, refuses; the notice, objections and the gate behind it."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.claims import commands, rules
from kechuang.claims.models import Citation, Claim
from kechuang.deadlines.models import Deadline
from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, transfers_of
from kechuang.ledger.rules import Kind, Place
from kechuang.notices import commands as notices
from kechuang.notices.models import Item, Notice
from kechuang.notices.rules import OwnCase
from kechuang.orders.models import Order
from kechuang.outbox.models import Message
from kechuang.parties.rules import Related, SameHands
from kechuang.trail.models import Event
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.models import Voucher
from tests.claims.conftest import Payouts, fresh, identities_hold, reading, standing_in
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
OFFSET = 400_000


def at(kind: Kind, payouts: Payouts) -> int:
    return balance_at(Place(kind, YUECHENG, 2025, payouts.server.party_id)).posted_fen


def confirmation(claim: Claim) -> Deadline:
    return Deadline.objects.filter(subject_id=claim.id, kind="claim_confirmation").latest("id")


def test_confirming_opens_the_notice_with_what_the_public_may_read(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    notice, item = Notice.objects.get(), Item.objects.get()
    assert (claim.state, claim.confirmed_fen, claim.notice_id) == ("in_notice", OFFSET, notice.id)
    assert (notice.from_on, notice.until_on) == (date(2025, 3, 10), date(2025, 3, 18))  # 17 March is the last day
    assert (item.shown_name, item.fen) == ("绍兴示例检测有限公司", OFFSET)


def test_a_natural_person_is_named_only_in_part(payouts: Payouts) -> None:
    from kechuang.claims.commands import publishing
    from kechuang.parties.commands import register_maker

    maker = register_maker(payouts.county, person_id=payouts.person("欧阳小明"), region=YUECHENG, now=payouts.now)
    claim = payouts.confirm(payouts.submitted(), publish=False)
    Claim.objects.filter(id=claim.id).update(provider_party=maker.id)
    publishing.publish_locked(payouts.county, [fresh(claim)], now=payouts.now)
    assert "小明" not in Item.objects.get().shown_name
    assert "*" in Item.objects.get().shown_name or "＊" in Item.objects.get().shown_name


def test_it_may_wait_for_a_batch_and_several_make_one_notice(payouts: Payouts) -> None:
    waiting = [payouts.confirm(payouts.submitted(), publish=False) for _ in range(2)]
    assert [claim.state for claim in waiting] == ["confirmed", "confirmed"]
    commands.publish(payouts.county, claim_ids=[claim.id for claim in waiting], now=payouts.now)
    assert Notice.objects.count() == 1
    assert {fresh(claim).notice_id for claim in waiting} == {Notice.objects.get().id}


def test_clean_claims_are_confirmed_together(payouts: Payouts) -> None:
    claims = [payouts.submitted(), payouts.submitted()]
    done = commands.confirm_many(payouts.county, claim_ids=[claim.id for claim in claims], now=payouts.now)
    assert [claim.state for claim in done] == ["in_notice", "in_notice"]


def test_a_doubtful_one_among_them_stops_all(payouts: Payouts) -> None:
    clean, doubtful = payouts.submitted(), payouts.doubtful()
    with pytest.raises(rules.NotClean) as refusal:
        commands.confirm_many(payouts.county, claim_ids=[clean.id, doubtful.id], now=payouts.now)
    assert refusal.value.facts["number"] == doubtful.number
    assert {fresh(clean).state, fresh(doubtful).state} == {"submitted"}


def test_nothing_chosen_is_said(payouts: Payouts) -> None:
    for command in (commands.confirm_many, commands.publish):
        with pytest.raises(rules.NothingChosen):
            command(payouts.county, claim_ids=[], now=payouts.now)


def test_where_the_terms_forbid_it_none_are_confirmed_together(payouts: Payouts) -> None:
    with reading(bulk_confirmation=False):
        claim = payouts.submitted()
        with pytest.raises(rules.NotClean):
            commands.confirm_many(payouts.county, claim_ids=[claim.id], now=payouts.now)


def test_a_doubtful_claim_is_confirmed_only_with_a_note(payouts: Payouts) -> None:
    claim = payouts.doubtful()
    with pytest.raises(rules.NoteMissing):
        payouts.confirm(claim)
    payouts.confirm(claim, note="发票含加急费，已核对补充协议")
    event = Event.objects.get(object_id=claim.id, action="claims.confirm")
    assert event.facts["note"] == "发票含加急费，已核对补充协议"


def test_who_handed_it_in_confirms_nothing(payouts: Payouts) -> None:
    claim = payouts.submitted()
    own = standing_in(payouts.county, Role.COUNTY_OFFICER, payouts.server.person_id)
    for decide in (
        lambda: commands.confirm(own, claim_id=claim.id, now=payouts.now),
        lambda: commands.refuse(own, claim_id=claim.id, reason="理由", now=payouts.now),
    ):
        with pytest.raises(SameHands):
            decide()


def test_a_substitute_counts_as_the_absent_officer(payouts: Payouts) -> None:
    """The absent officer submitted for the provider; whoever stands in for them does not confirm it."""
    claim = payouts.submitted()
    Claim.objects.filter(id=claim.id).update(submitted_by=payouts.county.person_id)
    stand_in = standing_in(payouts.county, Role.COUNTY_OFFICER, payouts.person("替班"))
    with pytest.raises(SameHands):
        commands.confirm(stand_in, claim_id=claim.id, now=payouts.now)


def test_the_absent_officer_decides_no_objection_on_what_was_confirmed_in_their_place(payouts: Payouts) -> None:
    claim = payouts.submitted()
    commands.confirm(
        standing_in(payouts.approver, Role.COUNTY_OFFICER, payouts.person("替班")), claim_id=claim.id, now=payouts.now
    )
    objection = payouts.object_to(fresh(claim))
    with pytest.raises(OwnCase):
        payouts.answer(objection, upheld=False)
    other = payouts.officer(Role.COUNTY_APPROVER)
    done = notices.handle(other, objection_id=objection.id, upheld=False, reply="经核查。", now=payouts.now)
    assert done.state == "dismissed"


def test_four_eyes_are_the_databases_too(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(id=claim.id).update(confirmed_by=claim.submitted_by)


def test_an_old_tab_is_told(payouts: Payouts) -> None:
    claim = payouts.returned()
    with pytest.raises(rules.OtherState):
        payouts.confirm(claim, seen_on_state="submitted")
    assert fresh(claim).state == "returned"


def test_confirmed_twice_by_one_officer_it_is_confirmed_once(payouts: Payouts) -> None:
    claim = payouts.submitted()
    for _twice in range(2):
        assert payouts.confirm(claim, seen_on_state="submitted").state == "in_notice"
    assert Notice.objects.count() == 1
    with pytest.raises(rules.OtherState):
        commands.confirm(payouts.clerk, claim_id=claim.id, seen_on_state="submitted", now=payouts.now)


def test_returning_stops_the_clock_and_correcting_lets_it_go_on(payouts: Payouts) -> None:
    order = payouts.settled()
    claim = payouts.submitted(order)
    payouts.days(3)
    payouts.returned(claim)
    assert confirmation(claim).state == "suspended"
    assert at(Kind.UNCLAIMED, payouts) == OFFSET
    correcting = clocks([claim.id], on=payouts.today)[claim.id]
    assert correcting.due_on == date(2025, 3, 28)  # fifteen days
    payouts.days(7)
    assert payouts.submit(claim).state == "submitted"
    again = clocks([claim.id], on=payouts.today)[claim.id]
    assert (again.left, again.due_on) == (7, date(2025, 3, 31))  # three of ten working days were used up
    assert at(Kind.IN_CLAIM, payouts) == OFFSET
    identities_hold()


def test_it_is_returned_no_more_than_twice(payouts: Payouts) -> None:
    claim = payouts.submitted()
    for _ in range(2):
        payouts.returned(claim)
        payouts.submit(claim)
    with pytest.raises(rules.ReturnedTooOften):
        payouts.returned(claim)


@pytest.mark.parametrize("decide", [commands.return_, commands.refuse, commands.withdraw])
def test_every_no_has_its_reason(payouts: Payouts, decide: object) -> None:
    claim = payouts.submitted()
    actor = payouts.server if decide is commands.withdraw else payouts.county
    with pytest.raises(rules.ReasonMissing):
        decide(actor, claim_id=claim.id, reason="　 ", now=payouts.now)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("outcome", "to_voucher", "holder_hears"),
    [("provider_bears", 0, False), ("enterprise_owes", 0, True), ("voucher_restored", OFFSET, True)],
)
def test_what_is_refused_goes_where_the_reading_says(
    payouts: Payouts, outcome: str, to_voucher: int, holder_hears: bool
) -> None:
    voucher = Place(Kind.VOUCHER, YUECHENG, 2025, payouts.voucher_id)
    with reading(on_refusal=outcome):
        claim = payouts.submitted()
        before, budget = balance_at(voucher).posted_fen, payouts.budget().posted_fen
        Message.objects.all().delete()
        payouts.refused(claim)
    assert balance_at(voucher).posted_fen - before == to_voucher
    assert payouts.budget().posted_fen - budget == OFFSET - to_voucher
    assert (at(Kind.IN_CLAIM, payouts), at(Kind.UNCLAIMED, payouts)) == (0, 0)
    assert Order.objects.get(id=claim.order_id).captured_fen == 0
    assert not Citation.objects.filter(live=True).exists()
    assert Message.objects.filter(to_party=payouts.holder.party_id).exists() == holder_hears
    last = [one.rule for one in transfers_of([claim.order_id])][-2:]
    assert last == (["refuse_out", outcome] if not to_voucher else ["offset", "refuse_out"])
    identities_hold()


@pytest.mark.parametrize(("outcome", "rule"), [("provider_bears", "provider_bears"), ("voucher_restored", "expire")])
def test_of_a_voucher_that_has_expired_nothing_stays_on_it(payouts: Payouts, outcome: str, rule: str) -> None:
    """Who bears it is still said; what would be restored to an ended voucher goes back as expired."""
    voucher = Place(Kind.VOUCHER, YUECHENG, 2025, payouts.voucher_id)
    with reading(on_refusal=outcome):
        claim = payouts.submitted()
        payouts.now = clock.instant(Voucher.objects.get(id=payouts.voucher_id).valid_until)
        vouchers.expire(CLOCK, voucher_id=payouts.voucher_id, now=payouts.now)
        payouts.refused(claim)
    assert balance_at(voucher).posted_fen == 0
    found = transfers_of([claim.order_id, payouts.voucher_id])
    assert found[-1].rule == rule
    assert found[-1].fen == OFFSET
    identities_hold()


def test_a_part_is_confirmed_only_where_the_terms_allow(payouts: Payouts) -> None:
    claim = payouts.submitted()
    with pytest.raises(rules.NoPartialConfirmation):
        payouts.confirm(claim, confirmed_fen=Fen(300_000))
    assert fresh(claim).state == "submitted"


@pytest.mark.parametrize("fen", [0, -1, OFFSET + 1])
def test_no_more_than_was_asked_and_no_less_than_something(payouts: Payouts, fen: int) -> None:
    with reading(partial_confirmation=True):
        claim = payouts.submitted()
        with pytest.raises(rules.ConfirmedTooMuch):
            payouts.confirm(claim, confirmed_fen=Fen(fen))


def test_a_part_confirmed_gives_the_rest_back_and_pays_the_part(payouts: Payouts) -> None:
    with reading(partial_confirmation=True):
        claim = payouts.submitted()
        before = payouts.budget().posted_fen
        payouts.confirm(claim, confirmed_fen=Fen(300_000))
    assert payouts.budget().posted_fen - before == 100_000
    payouts.after_notice()
    assert payouts.paid_out(fresh(claim)).confirmed_fen == 300_000
    assert at(Kind.PAID, payouts) == 300_000
    identities_hold()


def test_a_part_confirmed_and_returned_by_an_objection_asks_for_the_part_only(payouts: Payouts) -> None:
    with reading(partial_confirmation=True, on_objection_upheld="returned"):
        claim = payouts.submitted()
        payouts.confirm(claim, confirmed_fen=Fen(300_000))
        payouts.answer(payouts.object_to(fresh(claim)), upheld=True)
        payouts.after_notice()
        assert (fresh(claim).state, fresh(claim).claimed_fen) == ("returned", 300_000)
        payouts.submit(claim)
        assert at(Kind.IN_CLAIM, payouts) == 300_000
    identities_hold()


def test_an_office_of_another_county_finds_nothing(payouts: Payouts) -> None:
    claim = payouts.submitted()
    stranger = payouts.officer(region="330603")
    for call in (
        lambda: commands.confirm(stranger, claim_id=claim.id, now=payouts.now),
        lambda: commands.refuse(stranger, claim_id=claim.id, reason="理由", now=payouts.now),
        lambda: commands.confirm_many(stranger, claim_ids=[claim.id], now=payouts.now),
    ):
        with pytest.raises(NotVisible):
            call()


def test_the_provider_takes_back_only_before_it_is_confirmed(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    with pytest.raises(MoveNotOpen):
        commands.withdraw(payouts.server, claim_id=claim.id, reason="理由", now=payouts.now)


def test_every_refusal_says_what_to_do() -> None:
    refusals = [kind for kind in vars(rules).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert all(
        kind.text and kind.remedy and kind.code.startswith("claims.") for kind in refusals if kind is not Refusal
    )


def test_people_of_a_side_do_not_decide_on_it(payouts: Payouts) -> None:
    """An officer who belongs to the user's firm does not confirm what the firm ordered."""
    claim = payouts.submitted()
    related = standing_in(payouts.county, Role.COUNTY_OFFICER, payouts.holder.person_id)
    with pytest.raises(Related):
        commands.confirm(related, claim_id=claim.id, now=payouts.now)
