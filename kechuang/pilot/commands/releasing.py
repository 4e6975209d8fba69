"""Stories of release (放券): a lottery that is over, an order by points, a round of first come that is open at the end."""

from collections.abc import Sequence
from datetime import timedelta

from kechuang.credit import commands as credit
from kechuang.kernel.money import Fen
from kechuang.pilot.commands.stage import County, Member, Stage, Story
from kechuang.pilot.states import (
    FIRST_COUNTY,
    RELEASE_CLOSES,
    RELEASE_OPENS,
    RELEASE_SEED,
    RELEASE_YUAN,
    RELEASES_FROM,
    SLEEPING_COUNTY,
)
from kechuang.releases import commands as releases
from kechuang.releases.queries import public_result
from kechuang.releases.states import EntryState, Way
from kechuang.ui import clock

_DAY = timedelta(days=1)


def all_year(stage: Stage) -> None:
    """One round of each way, counted back from the last day; a play of a few weeks has none."""
    if not has_releases(stage):
        return
    days = (stage.until - stage.first).days
    first, second = stage.counties[FIRST_COUNTY], stage.counties[SLEEPING_COUNTY]
    for member in stage.newcomers:
        stage.begin(_commits(stage, member), in_days=max(days - 60, 1))
    for before, story in (
        (45, _ordered(stage, first, Way.LOTTERY, number=1)),
        (24, _ordered(stage, second, Way.SCORED, number=2)),
        (RELEASE_OPENS, _open_at_the_end(stage, first, number=3)),
    ):
        stage.begin(story, in_days=days - before)


def has_releases(stage: Stage) -> bool:
    return (stage.until - stage.first).days >= RELEASES_FROM


def _ordered(stage: Stage, county: County, way: Way, *, number: int) -> Story:
    """Entries are collected, the clock closes them, the approver puts them in order, the first take up their places."""
    release_id = _announced(stage, county, way, number=number)
    yield RELEASE_OPENS
    entered = _enter(stage, county, release_id)
    yield RELEASE_CLOSES + 1 - RELEASE_OPENS
    with stage.act() as now:
        seed = RELEASE_SEED if way == Way.LOTTERY else ""
        releases.rank(stage.officer(county.approvers[0]), release_id=release_id, seed_value=seed, now=now)
    by_party = {member.party_id: member for member in entered}
    officer = stage.officer(county.approvers[0])
    for entry in list(public_result(officer, release_id).filter(state=EntryState.OFFERED)):
        stage.attempt(releases.accept, stage.member(by_party[entry.party_id]), entry_id=entry.id)


def _open_at_the_end(stage: Stage, county: County, *, number: int) -> Story:
    """First come, first served: it opens on the last morning; some have come, and there is something left for visitors."""
    release_id = _announced(stage, county, Way.FIRST_COME, number=number)
    yield RELEASE_OPENS
    _enter(stage, county, release_id, most=2)


def _commits(stage: Stage, member: Member) -> Story:
    with stage.act() as now:
        credit.sign_commitment(stage.member(member), party_id=member.party_id, kind="holder", now=now)
    yield 0


def _announced(stage: Stage, county: County, way: Way, *, number: int) -> str:
    """Drafted by the budget's author, checked and announced by the approver."""
    lottery = way == Way.LOTTERY
    seed_on = stage.today + _DAY * (RELEASE_CLOSES + 1)
    plan = releases.Plan(
        title=f"{county.name} {stage.today.year} 年第 {number} 批放券（示例）",
        way=way,
        amount_fen=Fen(RELEASE_YUAN * 100),
        round=number,
        opens_at=clock.instant(stage.today + _DAY * RELEASE_OPENS),
        closes_at=clock.instant(stage.today + _DAY * RELEASE_CLOSES),
        seed_event=f"示例公开来源 {seed_on:%Y-%m-%d} 一期" if lottery else "",
        seed_on=seed_on if lottery else None,
    )
    author = stage.actor(county.author)
    with stage.act() as now:
        made = releases.draft(author, scheme=stage.scheme, region=county.region, plan=plan, now=now)
    with stage.act() as now:
        releases.submit(author, release_id=made.id, now=now)
    with stage.act() as now:
        releases.announce(stage.officer(county.approvers[0]), release_id=made.id, now=now)
    return made.id


def _enter(stage: Stage, county: County, release_id: str, *, most: int = 0) -> Sequence[Member]:
    """Newcomers of the county enter; who has a voucher by now may not. The one that a visitor signs in as stays away."""
    able = [one for one in stage.newcomers if one.region == county.region and one.party_id not in stage.live()]
    able = [one for one in able if one is not stage.newcomers[0]]
    entered = able[:most] if most else able
    for member in entered:
        with stage.act() as now:
            releases.enter(stage.member(member), release_id=release_id, now=now)
    return entered
