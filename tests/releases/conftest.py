"""A county with money that plans releases, and firms that want a part."""

from datetime import date, timedelta

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.releases import commands
from kechuang.releases.commands import Plan
from kechuang.releases.models import Entry, Release
from kechuang.ui import clock
from tests.vouchers.conftest import SCHEME, YUECHENG, Town, book  # noqa: F401  (a fixture)

FACE = 10_000_000  # of an enterprise, by the pack of Shaoxing


class Square(Town):
    """The town on the day of a release."""

    def __init__(self) -> None:
        super().__init__()
        self.author = self.officer(Role.BUDGET_AUTHOR)
        self.checker = self.officer(Role.COUNTY_APPROVER)
        self.clerk = self.officer(Role.COUNTY_OFFICER)

    def plan(self, way: str = "first_come", grants: int = 3, **instead: object) -> Plan:
        """So that the general part reaches for `grants` vouchers: a tenth held back, a fifth of the rest reserved."""
        said: dict[str, object] = {
            "title": "示例放券",
            "way": way,
            "amount_fen": Fen(-(-grants * FACE * 100 // 72)),
            "round": 1,
            "opens_at": self.now + timedelta(hours=1),
            "closes_at": self.now + timedelta(hours=49),
        }
        if way == "lottery":
            said |= {"seed_event": "示例公开来源第 1 期", "seed_on": self.today + timedelta(days=4)}
            said |= {"seed_pattern": "## ## ## + ##"}
        return Plan(**{**said, **instead})  # type: ignore[arg-type]

    def drafted(
        self, way: str = "first_come", grants: int = 3, *, region: str = YUECHENG, **instead: object
    ) -> Release:
        author = self.author if region == YUECHENG else self.officer(Role.BUDGET_AUTHOR, region)
        return commands.draft(
            author, scheme=SCHEME, region=region, plan=self.plan(way, grants, **instead), now=self.now
        )

    def announced(
        self, way: str = "first_come", grants: int = 3, *, region: str = YUECHENG, **instead: object
    ) -> Release:
        made = self.drafted(way, grants, region=region, **instead)
        from kechuang.parties.queries import actor_for

        author = actor_for(made.drafted_by, on=self.today)
        commands.submit(author, release_id=made.id, now=self.now)
        checker = self.checker if region == YUECHENG else self.officer(Role.COUNTY_APPROVER, region)
        return commands.announce(checker, release_id=made.id, now=self.now)

    def opened(self, way: str = "first_come", grants: int = 3, **instead: object) -> Release:
        """Announced, and the hour has come."""
        made = self.announced(way, grants, **instead)
        self.now = made.opens_at
        return made

    def closed(self, way: str, firms: int = 5, grants: int = 2) -> tuple[Release, list[Actor]]:
        made = self.opened(way, grants)
        holders = [self.firm(f"企业{n}") for n in range(firms)]
        for holder in holders:
            self.enter(holder, made)
        self.now = made.closes_at
        return commands.close(CLOCK, release_id=made.id, now=self.now), holders

    def ranked(self, way: str = "lottery", firms: int = 5, grants: int = 2) -> tuple[Release, list[Actor]]:
        made, holders = self.closed(way, firms, grants)
        self.now = clock.instant(max(made.seed_on or self.today, self.today))
        return commands.rank(self.checker, release_id=made.id, seed_value="03 08 11 + 07", now=self.now), holders

    def enter(self, holder: Actor, release: Release) -> Entry:
        return commands.enter(holder, release_id=release.id, now=self.now)

    def firms(self, count: int, *, label: str = "tech_sme") -> list[Actor]:
        return [self.firm(f"企业{n}", label=label) for n in range(count)]


def states(release: Release) -> list[str]:
    """The states of all entries by rank, or by place."""
    rows = Entry.objects.filter(release=release)
    return [row.state for row in sorted(rows, key=lambda row: (row.rank or 0, row.place))]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture
def square(book: None, db: None) -> Square:  # noqa: F811
    return Square()
