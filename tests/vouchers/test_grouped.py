"""Applications sent at once: a group has the same outcome, line by line, as the same people one after another."""

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger.queries import unbalanced
from kechuang.outbox.models import Message
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.vouchers import commands, rules
from kechuang.vouchers.access import sees, visible_to
from kechuang.vouchers.commands import Declared, Sending, granting
from kechuang.vouchers.models import HolderYear, Voucher
from tests.vouchers.conftest import KEQIAO, Town

FIRMS = 6
GROUPED = pytest.mark.django_db(transaction=True)


def one_after_another(sendings: list[Sending]) -> list[object]:
    return [commands.submit_all([one])[0] for one in sendings]


def a_mixed_morning(town: Town) -> list[Sending]:
    """Firms that are granted, one that is looked at first, one on no list, one without a commitment, one that asks twice."""
    town.release(5_500_000)
    holders = [town.firm(f"企业{n}") for n in range(FIRMS)]
    sent = [Sending(holder, town.draft(holder, 1_000_000).id, town.now) for holder in holders]
    second = Sending(holders[0], town.draft(holders[0], 1_000_000).id, town.now)
    declared = town.firm("自报企业", label="")
    looked_at = Sending(declared, town.draft(declared, declared=Declared(labels=("tech_sme",))).id, town.now)
    unknown = town.firm("无标签企业", label="")
    refused = Sending(unknown, town.draft(unknown).id, town.now)
    party = town.party("未承诺企业")
    unsigned = town.head(party)
    return [
        sent[0],
        second,
        *sent[1:3],
        looked_at,
        refused,
        sent[1],  # the button pressed twice
        Sending(unsigned, town.draft(unsigned).id, town.now),
        Sending(unsigned, sent[0].voucher_id, town.now),  # another's application
        *sent[3:],  # for the last of these the budget is too short
    ]


def what_became(town: Town, sendings: list[Sending], outcomes: list[object]) -> dict[str, object]:
    """Everything that was written, by the numbers of the people and not by ids."""
    known = {one.voucher_id: f"券{n}" for n, one in enumerate(sendings)}
    people = {one.actor.party_id: f"户{n}" for n, one in enumerate(sendings)}

    def told(outcome: object) -> object:
        if isinstance(outcome, Voucher):
            return outcome.state, outcome.face_fen
        return type(outcome).__name__, re.sub(r"\w{3}_\w{26}", "", str(getattr(outcome, "facts", "")))

    rows = Voucher.objects.order_by("id")
    return {
        "told": [told(outcome) for outcome in outcomes],
        "vouchers": [(row.state, row.face_fen, bool(row.account), row.valid_until, row.decided_by) for row in rows],
        "years": sorted((people[y.party_id], y.granted_fen, y.granted_count) for y in HolderYear.objects.all() if y.granted_count),
        "events": sorted(
            (known[e.object_id], e.action, e.role, e.source, e.target, e.article, e.label, str(e.facts))
            for e in Event.objects.filter(object_type="vouchers.voucher", action__in=["vouchers.submit", "vouchers.issue"])
        ),
        "messages": sorted((known[m.subject_id], m.title, m.to_role) for m in Message.objects.filter(subject_id__in=known)),
        "budget": town.budget(),
    }  # fmt: skip


@pytest.fixture
def alike(town: Town) -> Callable[[Callable[[list[Sending]], list[object]]], dict[str, object]]:
    """Plays the same morning and forgets it again, so that it can be played the other way."""
    from django.db import transaction

    class Back(Exception):
        pass

    def play(way: Callable[[list[Sending]], list[object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        try:
            with transaction.atomic():
                sendings = a_mixed_morning(town)
                found = what_became(town, sendings, way(sendings))
                assert altered_rows() == unbalanced() == []
                raise Back
        except Back:
            town.listed.clear()
            return found

    return play


@pytest.mark.django_db
def test_a_group_is_as_its_people_one_after_another(
    alike: Callable[[Callable[[list[Sending]], list[object]]], dict[str, object]],
) -> None:
    grouped, alone = alike(commands.submit_all), alike(one_after_another)
    assert grouped == alone
    states = [str(one[0]) for one in grouped["told"]]  # type: ignore[attr-defined]
    assert states.count("issued") == 6  # one of them pressed twice
    assert {"submitted", "NotEligible", "CommitmentMissing", "NotVisible", "BudgetShort"} <= set(states)


@pytest.fixture
def lasting(book: None, transactional_db: None) -> Town:
    return Town()


def at_once(town: Town, drafts: list[tuple[Actor, str]]) -> list[object]:
    start, answers = threading.Barrier(len(drafts)), [object()] * len(drafts)

    def one(n: int, holder: Actor, voucher_id: str) -> None:
        start.wait()
        try:
            answers[n] = commands.submit(holder, voucher_id=voucher_id, now=town.now)
        except Exception as error:
            answers[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n, *draft)) for n, draft in enumerate(drafts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@GROUPED
def test_many_firms_at_once_are_granted_as_far_as_the_budget_goes(
    lasting: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lasting.release(5_000_000)
    holders = [lasting.firm(f"企业{n}") for n in range(12)]
    drafts = [(holder, lasting.draft(holder, 1_000_000).id) for holder in holders]
    sizes: list[int] = []
    run = granting.GROUP.run
    monkeypatch.setattr(granting.GROUP, "run", lambda items: sizes.append(len(items)) or run(items))
    answers = at_once(lasting, drafts)
    assert sum(isinstance(answer, Voucher) for answer in answers) == 5
    assert sum(isinstance(answer, rules.BudgetShort) for answer in answers) == 7
    assert lasting.budget().free_fen == 0
    assert sum(sizes) == 12
    assert len(sizes) < 12  # some were granted together
    assert altered_rows() == unbalanced() == []


@GROUPED
def test_a_budget_that_another_process_empties_meanwhile_hurts_only_those_it_is_short_for(
    lasting: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group looked before the other committed: it finds out at the post, and nothing of it stands twice."""
    lasting.release(3_000_000)
    holders = [lasting.firm(f"企业{n}") for n in range(4)]
    drafts = [Sending(holder, lasting.draft(holder, 1_000_000).id, lasting.now) for holder in holders]
    looked, seen = granting.balance_at, []

    def before_the_other(place: object) -> object:
        found = looked(place)  # type: ignore[arg-type]
        if not seen:
            seen.append(place)
            thread = threading.Thread(target=lambda: (commands.submit_all(drafts[:1]), connection.close()))
            thread.start()
            thread.join()
        return found

    monkeypatch.setattr(granting, "balance_at", before_the_other)
    outcomes = commands.submit_all(drafts[1:])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Voucher", "Voucher", "BudgetShort"]
    assert lasting.budget().free_fen == 0
    assert Event.objects.filter(action="vouchers.issue").count() == 3
    assert altered_rows() == unbalanced() == []


@pytest.mark.django_db
def test_who_sees_a_voucher_at_hand_is_who_finds_it(town: Town) -> None:
    holder, other = town.firm(), town.firm("另一企业")
    row = town.draft(holder)
    actors = [holder, other, town.officer(), town.officer(region=KEQIAO)]
    assert [sees(actor, row) for actor in actors] == [
        visible_to(actor).filter(id=row.id).exists() for actor in actors
    ] == [True, False, True, False]  # fmt: skip


@pytest.mark.django_db
def test_an_officer_who_sees_it_does_not_send_it(town: Town) -> None:
    holder, officer = town.firm(), town.officer()
    (outcome,) = commands.submit_all([Sending(officer, town.draft(holder).id, town.now)])
    assert isinstance(outcome, MoveNotOpen)
    (outcome,) = commands.submit_all([Sending(officer, "vch_none", town.now)])
    assert isinstance(outcome, NotVisible)


@pytest.mark.django_db
def test_many_expire_as_each_by_itself(town: Town) -> None:
    """Messages, events and money alike; what an order holds stays, and a second run does nothing."""
    from django.db import transaction

    from kechuang.kernel.actor import CLOCK
    from kechuang.kernel.money import Fen
    from kechuang.vouchers.rules import OrderFacts

    town.release()
    holders = [town.firm(f"企业{n}") for n in range(3)]
    vouchers = [town.voucher(holder, 1_000_000) for holder in holders]
    facts = OrderFacts(provider_id="pty_provider")
    commands.hold(
        holders[0], voucher_id=vouchers[0].id, order_id="ord_1", price_fen=Fen(800_000), facts=facts, now=town.now
    )
    ids = [voucher.id for voucher in vouchers]
    town.to(vouchers[0].valid_until)  # type: ignore[arg-type]

    def seen() -> list[object]:
        events = Event.objects.filter(action="vouchers.expire").order_by("object_id")
        told = Message.objects.filter(subject_id__in=ids).order_by("subject_id", "title")
        return [
            [(e.object_id, e.role, e.person_id, e.source, e.target, e.article, e.label, e.facts) for e in events],
            [(m.subject_id, m.title, m.text) for m in told],
            list(Voucher.objects.order_by("id").values_list("state", "closed_on", "ended_by")),
            town.budget(),
            altered_rows(),
        ]

    each = transaction.savepoint()
    for voucher_id in ids:
        commands.expire(CLOCK, voucher_id=voucher_id, now=town.now)
    alone = seen()
    transaction.savepoint_rollback(each)
    assert commands.expire_all(ids, now=town.now) == 3
    assert seen() == alone
    assert commands.expire_all(ids, now=town.now) == 0
    assert unbalanced() == altered_rows() == []
