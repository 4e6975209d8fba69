"""摇号、评分排序: closed first, drawn with a value nobody knew, published word for word, drawn again by anybody."""

import argparse
import json
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from kechuang_verify import draw

from kechuang.kernel.actor import CLOCK, Actor
from kechuang.parties.queries import actor_for
from kechuang.releases import commands, rules
from kechuang.releases.models import Entry, Publication, Release
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
    commands.rank(square.checker, release_id=release.id, seed_value="5 8 13", now=square.now)
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
