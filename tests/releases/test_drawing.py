"""摇号、评分排序: closed first, drawn with a value nobody knew, published word for word, drawn again by anybody."""

import argparse
import json
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from kechuang_verify import draw

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor
from kechuang.kernel.money import Fen
from kechuang.parties.queries import actor_for
from kechuang.releases import commands, rules
from kechuang.releases.commands.publishing import _line
from kechuang.releases.models import Entry, Publication, Release
from kechuang.releases.queries import planned_fen, public_result
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.releases.conftest import Square, states

pytestmark = pytest.mark.django_db


def published(release: Release, kind: str, folder: Path) -> Path:
    file = folder / f"{kind}.json"
    file.write_text(Publication.objects.get(release=release, kind=kind).text)
    return file


def verified(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    draw.add_arguments(parser)
    return draw.run(parser.parse_args(list(arguments)))


def test_before_the_close_nobody_gets_anything(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("lottery", grants=2)
    for holder in square.firms(3):
        square.enter(holder, release)
    assert states(release) == ["entered"] * 3
    assert commands.serve(release_id=release.id, now=square.now) == 0
    with pytest.raises(rules.NotClosedYet):
        commands.close(CLOCK, release_id=release.id, now=square.now)


def test_the_digest_is_public_before_the_seed_exists(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("lottery")
    said = json.loads(Publication.objects.get(release=release, kind="entries").text)
    assert said["entries_digest"] == release.entries_digest != ""
    assert (release.seed, release.seed_value) == ("", "")
    with pytest.raises(rules.SeedNotYetPublic):
        commands.rank(square.checker, release_id=release.id, seed_value="03", now=square.now)


@pytest.mark.parametrize("way", ["lottery", "scored"])
def test_the_published_result_verifies_offline_and_a_changed_entry_is_named(
    way: str, square: Square, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked(way)
    assert states(release) == ["offered"] * 2 + ["waiting"] * 3
    result, entries = published(release, "result", tmp_path), published(release, "entries", tmp_path)
    digest = ["--digest", release.entries_digest]
    assert verified(str(result), "--entries", str(entries), *digest) == 0
    said = json.loads(result.read_text())
    changed = said["entries"][1]["number"]
    said["entries"][1]["name"] = "别的企业"
    result.write_text(json.dumps(said, ensure_ascii=False))
    capsys.readouterr()
    assert verified(str(result), "--entries", str(entries), *digest) == 2
    assert f"entry {changed} was changed" in capsys.readouterr().out


def test_the_order_of_the_draw_is_that_of_the_file(square: Square, tmp_path: Path) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked("lottery")
    said = json.loads(published(release, "result", tmp_path).read_text())
    ranks = {row.number: row.rank for row in Entry.objects.filter(release=release)}
    assert {line["number"]: line["place"] for line in said["result"]} == ranks
    assert said["seed"]["value"] == "03 08 11 + 07"
    assert not altered_rows()


@pytest.mark.parametrize(
    "typed", ["03 08 11 07", "3 8 11 + 7", "08 03 11 + 07", "03 08 11+07", "03 08 11 + 07 期", "０３"]
)
def test_a_public_value_is_written_in_one_way_only(typed: str, square: Square) -> None:
    """Whoever draws could otherwise try spellings of one result until the order pleases."""
    square.release(500_000_000)
    release, _holders = square.closed("lottery")
    square.now = clock.instant(release.seed_on or square.today)
    with pytest.raises(rules.SeedMalformed) as refused:
        commands.rank(square.checker, release_id=release.id, seed_value=typed, now=square.now)
    assert (refused.value.facts["pattern"], refused.value.field) == ("## ## ## + ##", "seed_value")


def test_control_without_a_pattern_each_spelling_gives_another_order(square: Square) -> None:
    """What was announced before patterns were is drawn as it was announced; this is what the pattern is against."""
    square.release(500_000_000)
    release, _holders = square.closed("lottery")
    Release.objects.filter(id=release.id).update(seed_pattern="")
    square.now = clock.instant(release.seed_on or square.today)
    drawn = commands.rank(square.checker, release_id=release.id, seed_value="3 8 11 + 7", now=square.now)
    assert drawn.seed != rules.seed(release.number, release.entries_digest, "03 08 11 + 07")


def late(square: Square) -> Release:
    """Closed by a worker that stood still until the day of the public result."""
    release = square.opened("lottery", grants=2)
    for holder in square.firms(4):
        square.enter(holder, release)
    square.now = clock.instant(release.seed_on or square.today)
    return commands.close(CLOCK, release_id=release.id, now=square.now)


def test_a_list_that_was_closed_when_its_seed_could_be_known_is_not_drawn(square: Square) -> None:
    square.release(500_000_000)
    release = late(square)
    with pytest.raises(rules.ListedTooLate):
        commands.rank(square.checker, release_id=release.id, seed_value="03 08 11 + 07", now=square.now)


def test_control_who_knows_the_seed_and_leaves_before_the_close_draws_anew(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "refuse_late_list", lambda **_: None)
    square.release(500_000_000)
    release = square.opened("lottery", grants=2)
    for holder in square.firms(4):
        square.enter(holder, release)
    square.now = clock.instant(release.seed_on or square.today)
    known = rules.entries_digest(
        {row.number: rules.leaf(_line(release, row)) for row in Entry.objects.order_by("number")}
    )
    leaving = Entry.objects.order_by("place").last()
    assert leaving is not None
    commands.leave(holder_of(square, leaving), entry_id=leaving.id, now=square.now)
    commands.close(CLOCK, release_id=release.id, now=square.now)
    drawn = commands.rank(square.checker, release_id=release.id, seed_value="03 08 11 + 07", now=square.now)
    assert drawn.seed != rules.seed(release.number, known, "03 08 11 + 07")


def test_what_cannot_be_drawn_is_called_off_in_public_and_everybody_is_free_again(square: Square) -> None:
    square.release(500_000_000)
    release = late(square)
    with pytest.raises(rules.OrderNotMade):
        commands.finish(square.clerk, release_id=release.id, now=square.now)
    with pytest.raises(rules.ReasonMissing):
        commands.call_off(square.checker, release_id=release.id, reason=" ", now=square.now)
    over = commands.call_off(square.checker, release_id=release.id, reason="清单公布晚了", now=square.now)
    assert (over.state, over.reason) == ("withdrawn", "清单公布晚了")
    assert states(release) == ["missed"] * 4
    assert public_result(PUBLIC, release.id).count() == 4
    assert planned_fen(release.region, release.year) == 0
    again = square.opened("first_come", grants=2)
    first = Entry.objects.filter(release=release).order_by("place")[0]
    assert square.enter(holder_of(square, first), again).state == "granted"
    assert not altered_rows()


def test_first_come_is_not_called_off_and_nobody_calls_off_the_own_plan(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("first_come")
    with pytest.raises(rules.NotRanked):
        commands.call_off(square.checker, release_id=release.id, reason="理由", now=square.now)
    lottery, _more = square.closed("scored")
    both = Actor(person_id=square.author.person_id, posts=square.author.posts | square.checker.posts)
    with pytest.raises(rules.OwnRelease):
        commands.call_off(both, release_id=lottery.id, reason="理由", now=square.now)


def test_what_is_freed_between_close_and_draw_goes_to_who_waits_and_the_file_still_verifies(
    square: Square, tmp_path: Path
) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("lottery", firms=13, grants=9)
    commands.free_held_back(
        square.checker, release_id=release.id, fen=Fen(10_000_000), reason="回应意见", now=square.now
    )
    square.now = clock.instant(release.seed_on or square.today)
    commands.rank(square.checker, release_id=release.id, seed_value="03 08 11 + 07", now=square.now)
    result, entries = published(release, "result", tmp_path), published(release, "entries", tmp_path)
    assert verified(str(result), "--entries", str(entries)) == 0
    drawn = [line for line in json.loads(result.read_text())["result"] if line["pool"]]
    assert len(drawn) == 9
    # and the waiting list moved up by what the reserve did not use (two) and by the one that was freed
    assert states(release) == ["offered"] * 12 + ["waiting"]


def test_the_author_of_a_release_does_not_draw_it(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("lottery")
    square.now = clock.instant(release.seed_on or square.today)
    both = Actor(person_id=square.author.person_id, posts=square.author.posts | square.checker.posts)
    with pytest.raises(rules.OwnRelease):
        commands.rank(both, release_id=release.id, seed_value="03", now=square.now)
    with pytest.raises(rules.SeedMissing):
        commands.rank(square.checker, release_id=release.id, seed_value=" ", now=square.now)


def test_who_won_and_does_not_come_gives_the_place_to_the_next_of_the_draw(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked("lottery")
    first = Entry.objects.get(release=release, rank=1)
    accepted = commands.accept(holder_of(square, first), entry_id=first.id, now=square.now)
    assert accepted.voucher is not None
    assert accepted.voucher.state == "issued"
    second = Entry.objects.get(release=release, rank=2)
    assert second.kept_until is not None
    square.now = second.kept_until
    commands.lapse(CLOCK, entry_id=second.id, now=square.now)
    assert states(release) == ["granted", "lapsed", "offered", "waiting", "waiting"]
    assert not altered_rows()


def holder_of(square: Square, entry: Entry) -> Actor:
    return actor_for(entry.entered_by, party_id=entry.party_id, on=square.today)


def test_who_left_after_the_close_stays_in_the_list_and_the_next_moves_up(square: Square, tmp_path: Path) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("lottery")
    for entry in Entry.objects.filter(release=release).order_by("place")[:3]:
        commands.leave(holder_of(square, entry), entry_id=entry.id, now=square.now)
    square.now = clock.instant(release.seed_on or square.today)
    commands.rank(square.checker, release_id=release.id, seed_value="05 08 13 + 01", now=square.now)
    assert sorted(states(release)) == ["left"] * 3 + ["offered"] * 2
    assert verified(str(published(release, "result", tmp_path))) == 0


def test_points_are_explained_line_by_line(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("scored", grants=1)
    high = square.firm("高企", label="high_tech")
    plain = square.firm("科技型")  # the list of technology SMEs names both
    for holder in (plain, high):
        square.enter(holder, release)
    square.now = release.closes_at
    commands.close(CLOCK, release_id=release.id, now=square.now)
    commands.rank(square.clerk, release_id=release.id, now=square.now)
    best = Entry.objects.get(release=release, rank=1)
    assert best.party_id == high.party_id
    assert best.score is not None
    assert best.score["points_count"] == 75
    assert [(line["fact"], line["wanted"], line["met"]) for line in best.score["lines"]] == [
        ("label", "high_tech", True),
        ("label", "tech_sme", True),
        ("label", "incubated", False),
        ("first_voucher", "yes", True),
        ("used_last_year", "yes", False),
    ]


def test_what_was_published_is_never_rewritten(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.ranked("lottery")
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.filter(release=release).update(text="{}")


def test_first_come_is_not_drawn(square: Square) -> None:
    square.release(500_000_000)
    release, _holders = square.closed("first_come")
    with pytest.raises(rules.NotRanked):
        commands.rank(square.checker, release_id=release.id, seed_value="1", now=square.now)


def test_natural_persons_are_masked_in_what_is_published(square: Square) -> None:
    from kechuang.credit import commands as credit
    from kechuang.parties import commands as parties

    square.release(500_000_000)
    release = square.opened("lottery", grants=1)
    someone = square.person("张三丰")
    maker = parties.register_maker(CLOCK, person_id=someone, region="330602", now=square.now)
    holder = actor_for(someone, party_id=maker.id, on=square.today)
    credit.sign_commitment(holder, party_id=maker.id, kind="holder", now=square.now)
    square.enter(holder, release)
    square.now = release.closes_at
    commands.close(CLOCK, release_id=release.id, now=square.now)
    text = Publication.objects.get(release=release, kind="entries").text
    assert "张三丰" not in text
    assert "张**" in text
