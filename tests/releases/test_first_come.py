"""先到先得: places in the order of the database, granted at once, a waiting list that moves up by itself."""

from datetime import timedelta

import pytest

from kechuang.kernel.actor import CLOCK
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.releases import commands, rules
from kechuang.releases.models import Entry, Mark, Pool
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.vouchers.models import Voucher
from tests.releases.conftest import FACE, Square, states
from tests.vouchers.conftest import KEQIAO, YUECHENG

pytestmark = pytest.mark.django_db


def test_the_first_are_granted_at_once_the_next_wait_in_their_order(square: Square) -> None:
    square.release()
    release = square.opened(grants=3)
    entries = [square.enter(holder, release) for holder in square.firms(5)]
    assert states(release) == ["granted"] * 3 + ["waiting"] * 2
    assert [entry.place for entry in entries] == sorted(entry.place for entry in entries)
    assert square.budget().free_fen == 100_000_000 - 3 * FACE
    voucher = Voucher.objects.get(id=Entry.objects.get(id=entries[0].id).voucher_id)
    assert (voucher.state, voucher.face_fen, voucher.party_id) == ("issued", FACE, entries[0].party_id)
    assert not altered_rows()


def test_a_reload_and_a_second_member_find_the_same_place(square: Square) -> None:
    square.release()
    release = square.opened(grants=1)
    first, second = square.firms(2)
    square.enter(first, release)
    waits = square.enter(second, release)
    assert square.enter(second, release).place == waits.place
    assert Entry.objects.count() == 2


def test_before_the_hour_nobody_gets_a_place(square: Square) -> None:
    square.release()
    release = square.announced()
    with pytest.raises(rules.NotOpenYet):
        square.enter(square.firm(), release)
    assert not Entry.objects.exists()


def test_a_closed_release_takes_nobody_and_says_when_it_closed(square: Square) -> None:
    square.release()
    release = square.opened()
    square.now = release.closes_at
    with pytest.raises(rules.Closed) as refused:
        square.enter(square.firm(), release)
    assert refused.value.facts["number"] == release.number
    commands.close(CLOCK, release_id=release.id, now=square.now)
    with pytest.raises(rules.Closed):
        square.enter(square.firm("另一家"), release)


def test_who_leaves_makes_room_for_the_first_who_waits(square: Square) -> None:
    square.release()
    release = square.opened(grants=1)
    _first, second, third = (square.enter(holder, release) for holder in square.firms(3))
    commands.leave(_holder(square, second), entry_id=second.id, now=square.now)
    assert states(release) == ["granted", "left", "waiting"]
    pool = Pool.objects.get(release=release, key="general")
    assert pool.taken_fen == FACE  # a granted one cannot leave; who waited had nothing kept
    with pytest.raises(Refusal):
        commands.leave(_holder(square, _first), entry_id=_first.id, now=square.now)
    assert third.state == "waiting"


def _holder(square: Square, entry: Entry):  # type: ignore[no-untyped-def]
    from kechuang.parties.queries import actor_for

    return actor_for(entry.entered_by, party_id=entry.party_id, on=square.today)


def test_what_was_held_back_goes_to_those_who_wait_in_order(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=8)
    entries = [square.enter(holder, release) for holder in square.firms(10)]
    assert states(release) == ["granted"] * 8 + ["waiting"] * 2
    held = release.held_back_fen
    assert held >= FACE
    commands.free_held_back(square.checker, release_id=release.id, fen=Fen(FACE), reason="回应意见", now=square.now)
    assert states(release) == ["granted"] * 8 + ["offered", "waiting"]
    granted = commands.accept(_holder(square, entries[8]), entry_id=entries[8].id, now=square.now)
    assert granted.state == "granted"
    with pytest.raises(rules.HeldBackShort):
        commands.free_held_back(square.checker, release_id=release.id, fen=Fen(held), reason="再放", now=square.now)


def test_a_place_that_nobody_takes_up_goes_to_the_next_and_all_of_it_is_recorded(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=8)
    entries = [square.enter(holder, release) for holder in square.firms(10)]
    commands.free_held_back(square.checker, release_id=release.id, fen=Fen(FACE), reason="放", now=square.now)
    ninth = Entry.objects.get(id=entries[8].id)
    assert ninth.kept_until is not None
    with pytest.raises(rules.NotClosedYet):
        commands.lapse(CLOCK, entry_id=ninth.id, now=square.now)
    square.now = ninth.kept_until
    with pytest.raises(rules.OfferOver):
        commands.accept(_holder(square, ninth), entry_id=ninth.id, now=square.now)
    commands.lapse(CLOCK, entry_id=ninth.id, now=square.now)
    commands.lapse(CLOCK, entry_id=ninth.id, now=square.now)
    assert states(release) == ["granted"] * 8 + ["lapsed", "offered"]
    acts = Event.objects.filter(object_id__in=[entry.id for entry in entries[8:]]).order_by("seq")
    assert [event.action.removeprefix("releases.") for event in acts] == [
        "enter", "wait", "enter", "wait", "offer", "lapse", "offer",
    ]  # fmt: skip
    assert not altered_rows()


def test_the_reserve_of_a_class_is_kept_for_it_until_the_close(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=8)  # 22 millions of it are reserved for incubated firms: two faces
    plain = square.firms(10)
    for holder in plain:
        square.enter(holder, release)
    assert states(release) == ["granted"] * 8 + ["waiting"] * 2
    incubated = square.firm("在孵企业", label="incubated")
    entry = square.enter(incubated, release)
    assert entry.state == "granted"
    assert entry.pool is not None
    assert entry.pool.key == "label:incubated"
    square.now = release.closes_at
    commands.close(CLOCK, release_id=release.id, now=square.now)
    assert states(release) == ["granted"] * 8 + ["offered", "waiting", "granted"]


def test_a_release_never_gives_more_than_its_amount_whatever_happens(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=3)
    for holder in square.firms(6):
        square.enter(holder, release)
    taken = sum(Pool.objects.filter(release=release).values_list("taken_fen", flat=True))
    granted = sum(Voucher.objects.filter(state="issued").values_list("face_fen", flat=True))
    assert taken == granted <= release.amount_fen
    assert balance_at(Place(Kind.BUDGET, YUECHENG, 2025)).free_fen == 500_000_000 - granted


def test_who_is_refused_at_the_grant_gives_the_part_to_the_next(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between entering and being served a list has changed."""
    square.release()
    release = square.opened(grants=1)
    first, second = square.firms(2)
    monkeypatch.setattr(commands.entering, "served", lambda *_: 0)
    entries = [square.enter(holder, release) for holder in (first, second)]
    code = Entry.objects.get(id=entries[0].id).party.credit_code
    square.lists("dishonest", code)
    commands.serve(release_id=release.id, now=square.now)
    assert states(release) == ["missed", "offered"]
    missed = Entry.objects.get(id=entries[0].id)
    assert missed.reason
    assert not Mark.objects.filter(entry=missed, live=True).exists()
    assert (
        Voucher.objects.get(party_id=missed.party_id).state == "withdrawn"
    )  # what was drafted for it is not left behind


def test_only_firms_of_the_county_enter(square: Square) -> None:
    square.release()
    release = square.opened()
    with pytest.raises(rules.NotYourRelease):
        square.enter(square.firm("柯桥企业", KEQIAO), release)


def test_who_is_on_no_list_is_told_what_to_do(square: Square) -> None:
    square.release()
    release = square.opened()
    with pytest.raises(Refusal) as refused:
        square.enter(square.firm(label=""), release)
    assert refused.value.code == "vouchers.not_eligible"


def test_nobody_enters_without_a_party(square: Square) -> None:
    square.release()
    release = square.opened()
    with pytest.raises(NotVisible):
        square.enter(square.clerk, release)


def test_at_the_end_who_still_waits_has_missed_it_and_says_why(square: Square) -> None:
    square.release()
    release = square.opened(grants=1)
    for holder in square.firms(3):
        square.enter(holder, release)
    square.now = release.closes_at
    release = commands.close(CLOCK, release_id=release.id, now=square.now)
    with pytest.raises(rules.StillRunning):
        commands.finish(CLOCK, release_id=release.id, now=square.now)
    assert release.waits_until == square.now + timedelta(days=15)
    square.now = release.waits_until
    commands.finish(CLOCK, release_id=release.id, now=square.now)
    assert states(release) == ["granted", "missed", "missed"]
    assert set(Entry.objects.filter(state="missed").values_list("reason", flat=True)) == {"递补期内未轮到"}
    assert not altered_rows()
