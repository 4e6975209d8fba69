"""Payment batches: three persons, one line per payee, one payment per claim, accounts that may not change underway."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties.rules import SameHands
from kechuang.trail.queries import altered_rows
from kechuang.treasury import commands, queries, rules
from kechuang.treasury.formats import payment_file
from kechuang.treasury.models import PaymentBatch, PaymentLine, PaymentPart
from kechuang.treasury.states import BATCH_MACHINE, LINE_MACHINE, BatchState, LineState

pytestmark = pytest.mark.django_db
YUE = "330602"


def test_several_claims_of_one_payee_make_one_line_that_reconciles_per_claim(county: Any) -> None:
    county.released()
    lab, other = county.paid_party(), county.paid_party("绍兴市质检院")
    dues = [county.owed(lab, 300, "a"), county.owed(lab, 200, "b"), county.owed(other, 50, "c")]
    batch = county.prepared(dues)
    lines = queries.batch(county.officer, batch.id).lines
    assert sorted((one.line.fen, [part.claim_id for part in one.parts]) for one in lines) == [
        (50, ["c"]),
        (500, ["a", "b"]),
    ]
    line = next(one.line for one in lines if one.line.fen == 500)
    assert line.remark == "创新券兑付 订单DD-a、DD-b"
    assert (batch.total_fen, batch.lines_count, batch.state) == (550, 2, BatchState.PREPARED)


def test_order_and_laboratory_stand_in_the_remark(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a", unit="unt_x")
    batch = county.prepared()
    assert PaymentLine.objects.get(batch=batch).remark == "创新券兑付 分析测试中心 订单DD-a"


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_a_remark_fits_and_never_hides_that_there_are_more(count: int) -> None:
    text = rules.remark([rules.Due(f"DD-7K3M-9QF2-XY4T-{n:04d}", "分析测试中心", 1) for n in range(count)])
    assert len(text) <= 120
    assert count <= 4 or f"等{count}单" in text
    many_labs = rules.remark([rules.Due(f"DD-{n}", f"很长名字的第{n}实验室", 1) for n in range(count)])
    assert len(many_labs) <= 120


def test_prepared_approved_and_released_by_three_persons(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    assert batch.state == BatchState.RELEASED
    form = queries.approval_form(county.auditor, batch.id)
    assert (form.total_fen, form.claims_count, form.digest) == (300, 1, batch.digest)
    assert form.approved
    assert altered_rows() == []


@pytest.mark.parametrize(
    ("step", "roles"),
    [
        ("approve", {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}),
        ("release", {Role.COUNTY_OFFICER, Role.COUNTY_FINANCE}),
    ],
)
def test_nobody_takes_two_of_the_three_steps(county: Any, step: str, roles: set[Role]) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.prepared()
    posts = frozenset(p for a in (county.officer, county.approver, county.finance) for p in a.posts if p.role in roles)
    same = Actor("psn_officer", posts=posts)
    if step == "release":
        county.approve(batch)
    command = commands.approve_batch if step == "approve" else commands.release_batch
    with pytest.raises(SameHands):
        command(same, batch_id=batch.id, digest=batch.digest, now=county.now)
    column = "approved_by" if step == "approve" else "released_by"
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentBatch.objects.filter(id=batch.id).update(**{column: "psn_officer"})


def test_a_substitute_is_not_a_second_pair_of_hands(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.prepared()
    (post,) = county.approver.posts
    from dataclasses import replace

    stand_in = Actor("psn_sub", posts=frozenset({replace(post, stands_in_for="psn_officer")}))
    with pytest.raises(SameHands):
        commands.approve_batch(stand_in, batch_id=batch.id, digest=batch.digest, now=county.now)


def test_who_confirmed_a_claim_does_not_approve_its_payment(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a", confirmed_by="psn_approver")
    batch = county.prepared()
    with pytest.raises(rules.OwnConfirmation) as refusal:
        county.approve(batch)
    assert refusal.value.facts == {"claims": "SD-a"}
    with pytest.raises(IntegrityError, match="part_two_different_deciders"), transaction.atomic():
        PaymentPart.objects.update(approved_by="psn_approver")


def test_only_the_list_that_was_seen_is_approved(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.prepared()
    with pytest.raises(rules.DigestDiffers):
        commands.approve_batch(county.approver, batch_id=batch.id, digest="0" * 64, now=county.now)
    PaymentLine.objects.filter(batch=batch).update(fen=301)
    with pytest.raises(rules.DigestDiffers):
        county.approve(batch)


def test_an_account_changed_after_preparation_stops_the_batch_at_every_step(county: Any) -> None:
    county.released()
    lab = county.paid_party()
    county.owed(lab, 300, "a")
    first, second = county.prepared(), None
    county.account(lab, "6222021203009999")
    county.go_to(2025, 2, 16)  # within the cool-off the old one still counts
    county.approve(first)
    county.go_to(2025, 2, 17)
    with pytest.raises(rules.AccountChanged):
        commands.release_batch(county.finance, batch_id=first.id, digest=first.digest, now=county.now)
    commands.return_batch(county.finance, batch_id=first.id, reason="账户变更", now=county.now)
    second = county.prepared()
    assert PaymentLine.objects.get(batch=second).account_masked.endswith("9999")
    assert county.release(second).state == BatchState.RELEASED


def test_a_payee_without_a_usable_account_is_named(county: Any) -> None:
    county.released()
    due = county.owed(county.payee(), 300, "a")
    with pytest.raises(rules.NoPayeeAccount) as refusal:
        county.prepared([due])
    assert refusal.value.facts == {"payee": "绍兴文理学院"}
    (waits,) = queries.payables_waiting(YUE, on=county.today)
    assert not waits.ready


def test_a_claim_is_on_one_live_payment_only(county: Any) -> None:
    county.released()
    due = county.owed(county.paid_party(), 300, "a")
    batch = county.prepared([due])
    with pytest.raises(rules.NotWaiting):
        county.prepared([due])
    with pytest.raises(rules.NothingToPay):
        county.prepared()
    part = PaymentPart.objects.get()
    with pytest.raises(IntegrityError, match="one_live_payment_of_a_payable"), transaction.atomic():
        PaymentPart.objects.create(line=part.line, payable=due, fen=1)
    with pytest.raises(rules.StillInPayment):
        commands.withdraw_payable(county.officer, claim_id="a", now=county.now)
    commands.cancel_batch(county.officer, batch_id=batch.id, now=county.now)
    commands.withdraw_payable(county.officer, claim_id="a", now=county.now)
    assert queries.payables_waiting(YUE) == []


def test_a_returned_batch_frees_its_claims_and_says_why(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = commands.return_batch(county.approver, batch_id=county.prepared().id, reason="附言有误", now=county.now)
    assert (batch.state, batch.reason) == (BatchState.RETURNED, "附言有误")
    assert county.prepared().total_fen == 300
    assert altered_rows() == []


def test_the_file_carries_the_digest_that_the_approver_saw(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    for kind in ("xlsx", "csv"):
        made = commands.export_file(county.finance, batch_id=batch.id, kind=kind, now=county.now)
        file = payment_file.read_payments(made.name, made.content)
        assert (file.digest, made.digest, file.total_fen) == (batch.digest, batch.digest, 300)
        assert file.payments[0].account_number == "6222021203001234"
    again = commands.export_file(county.finance, batch_id=batch.id, now=county.now)
    serials = [one.number for one in payment_file.read_payments(again.name, again.content).payments]
    assert serials == list(PaymentLine.objects.values_list("number", flat=True))
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    assert altered_rows() == []


def test_only_finance_gets_the_file(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    for actor in (county.officer, county.approver, county.auditor):
        with pytest.raises(MoveNotOpen):
            commands.export_file(actor, batch_id=batch.id, now=county.now)


def test_another_county_sees_no_batch(county: Any) -> None:
    county.released()
    lab = county.paid_party()
    county.owed(lab, 300, "a")
    batch = county.prepared()
    stranger = Actor("psn_x", party_id="pty_other")
    with pytest.raises(NotVisible):
        queries.batch(stranger, batch.id)
    with pytest.raises(NotVisible):
        queries.batch(Actor("psn_lab", party_id=lab.id), batch.id)


def test_the_statements_of_a_list_do_not_grow(county: Any, django_assert_max_num_queries: Any) -> None:
    county.released()
    lab = county.paid_party()
    for n in range(12):
        county.owed(lab, 10, f"c{n}")
    batch = county.prepared()
    with django_assert_max_num_queries(5):
        queries.batch(county.officer, batch.id)
    with django_assert_max_num_queries(2):
        assert len(list(queries.batches(county.officer))) == 1


def test_a_state_is_only_left_by_a_listed_act_of_a_listed_role(county: Any) -> None:
    """The whole space of the batch: each action by each role on a real row in each state."""
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.prepared()
    line = PaymentLine.objects.get()
    acts = _acts(county, batch.digest, line)
    assert {name for name, _ in acts} == {move.action for move in BATCH_MACHINE.moves} - {"settle"}  # by results alone
    listed = {(m.action, s, r) for m in BATCH_MACHINE.moves for s in m.source for r in m.by}
    for state in BatchState:
        PaymentBatch.objects.filter(id=batch.id).update(
            state=state, approved_by="p2", approved_on=county.today, released_by="p3", released_on=county.today,
            sent_on=county.today, settled_on=county.today, reason="x",
        )  # fmt: skip
        for name, act in acts:
            for role in set(Role) - {Role.CLOCK}:
                allowed = (name, state, role) in listed or (
                    name == "read_results" and (("bounce", state, role) in listed)
                )
                if name == "export" and state == BatchState.RELEASED:
                    allowed = ("send", state, role) in listed  # the first export sends
                if not allowed:
                    before = PaymentBatch.objects.filter(id=batch.id).values().get()
                    with pytest.raises((MoveNotOpen, NotVisible)):
                        act(Actor("psn_any", posts=frozenset({_post(role)})), batch.id)
                    assert PaymentBatch.objects.filter(id=batch.id).values().get() == before


def _post(role: Role) -> Any:
    from kechuang.kernel.actor import Post

    return Post(role, YUE, frozenset({YUE}))


def _acts(county: Any, digest: str, line: PaymentLine) -> list[tuple[str, Any]]:
    now, c = county.now, commands
    answer = rules.Answer(line.number, rules.Outcome.PAID, 300, reference="r")
    return [
        ("approve", lambda a, b: c.approve_batch(a, batch_id=b, digest=digest, now=now)),
        ("return", lambda a, b: c.return_batch(a, batch_id=b, reason="x", now=now)),
        ("cancel", lambda a, b: c.cancel_batch(a, batch_id=b, now=now)),
        ("release", lambda a, b: c.release_batch(a, batch_id=b, digest=digest, now=now)),
        ("send", lambda a, b: c.send_batch(a, batch_id=b, now=now)),
        ("export", lambda a, b: c.export_file(a, batch_id=b, now=now)),
        ("read_results", lambda a, b: c.read_results(a, batch_id=b, answers=[answer], now=now)),
        ("bounce", lambda a, b: c.bounce_line(a, line_id=line.id, fen=300, reference="", words="退", now=now)),
    ]


def test_a_line_is_only_moved_as_listed() -> None:
    assert LINE_MACHINE.final == {LineState.FAILED, LineState.DROPPED}
    for state in (LineState.WAITING, LineState.FAILED, LineState.DROPPED):
        with pytest.raises(MoveNotOpen):
            LINE_MACHINE.check("pay", state, set(Role))
