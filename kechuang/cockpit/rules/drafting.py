"""Who may do what with a draft, and when it may go on (起草、审定)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.cockpit.rules.refusals import (
    BaseMoved,
    DraftFaulty,
    NotComparable,
    NothingChanged,
    NotTheAuthor,
    ReasonMissing,
    StaleDraft,
    UnlikeReplays,
    YearNotReplayable,
)
from kechuang.cockpit.states import COMPARED_MAX, YEARS_BACK
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.policy.book import Pack, Parameter, Value
from kechuang.policy.faults import Fault

_BASIS = {
    "scheme": _("规则"),
    "region": _("地区"),
    "year": _("年度"),
    "until_on": _("订单截至日"),
    "was": _("订单的当年实际数"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a draft adds, drops or changes; `before` is what would hold on its first day without the draft."""

    parameter: Parameter
    first: date
    before: Value | None
    after: Value | None


def changes(before: Pack, after: Pack) -> list[Change]:
    """What a draft changes of the published pack (改动), by parameter and first day."""
    found = []
    for name in dict.fromkeys([*before.parameters, *after.parameters]):
        old, new = before.parameters.get(name), after.parameters.get(name)
        kept = {value.first: value for value in old.values} if old else {}
        drafted = {value.first: value for value in new.values} if new else {}
        shown = new or old
        assert shown is not None, name
        for first in sorted(kept.keys() | drafted.keys()):
            was, is_ = kept.get(first), drafted.get(first)
            if was is None or is_ is None or (was.is_, was.article) != (is_.is_, is_.article):
                found.append(Change(shown, first, was or (old.on(first) if old else None), is_))
    return found


def rules_day(before: Pack, after: Pack, *, on: date) -> date:
    """The day whose values a replay takes: the last first day of what the draft adds, or today when it adds nothing."""
    return max((change.first for change in changes(before, after) if change.after), default=on)


def refuse_faulty(faults: Sequence[Fault]) -> None:
    if faults:
        first = faults[0]
        raise DraftFaulty(count=len(faults), where=first.file, line=first.line, reason=first.reason)


def refuse_unchanged(before: Pack, after_digest: str, *, version: int) -> None:
    if before.digest == after_digest:
        raise NothingChanged(scheme=before.title, version=version)


def refuse_moved(*, base: int, version: int) -> None:
    """A draft written over a version that is no longer the last would drop what came since."""
    if base != version:
        raise BaseMoved(base=base, version=version)


def refuse_not_author(*, actor: str, author: str) -> None:
    if actor != author:
        raise NotTheAuthor()


def refuse_stale(*, seen: int, revision: int) -> None:
    if seen != revision:
        raise StaleDraft(seen=seen, revision=revision)


def replayable_years(on: date) -> list[int]:
    return [on.year - back for back in range(YEARS_BACK)]


def refuse_year(year: int, *, on: date) -> None:
    years = replayable_years(on)
    if year not in years:
        raise YearNotReplayable(year=year, first=years[-1], last=years[0])


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was replayed (回放的依据): whose orders by which rule, of which days, and what they had come to without any draft."""

    scheme: str
    region: str
    year: int
    until_on: date
    was: str


def refuse_incomparable(count: int, *, done: bool) -> None:
    """Side by side stand at least two and at most so many replays that are through."""
    if not 1 < count <= COMPARED_MAX or not done:
        raise NotComparable(most=COMPARED_MAX)


def refuse_unlike(found: Sequence[Replayed]) -> None:
    """Only drafts of the same orders stand side by side: one column 当年实际 is then that of them all."""
    for name, what in _BASIS.items():
        if len({getattr(one, name) for one in found}) > 1:
            raise UnlikeReplays(what=what)


def reason(typed: str) -> str:
    if not (text := tidy(typed)):
        raise ReasonMissing()
    return text
