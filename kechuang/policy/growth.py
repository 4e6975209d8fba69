"""What a new version of a pack may do to the one before (规则续写): add, never rewrite."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date

from kechuang.policy.book import Opening, Pack
from kechuang.policy.faults import Fault


def rewritten(before: Pack, after: Pack, *, on: date) -> list[Fault]:
    """Values that already counted and that a new version drops or changes (数值只续写，不改写).

    A value counts from its first day; one whose first day lies after `on` may still be changed.
    """
    faults = []
    for name, old in before.parameters.items():
        new = after.parameters.get(name)
        if new is None:
            faults.append(Fault(after.file, 1, f"{name}：已施行的参数被删除"))
            continue
        kept = {value.first: value for value in new.values}
        for value in (value for value in old.values if value.first <= on):
            follower = kept.get(value.first)
            if follower is None:
                faults.append(Fault(after.file, new.line, f"{name}：{value.first} 起的值已施行，不得删除"))
            elif follower.is_ != value.is_:
                reason = f"{name}：{value.first} 起的值已施行，不得由 {value.is_!r} 改为 {follower.is_!r}；请续写新值"
                faults.append(Fault(after.file, follower.line, reason))
    return faults


def backdated(before: Pack, after: Pack, *, on: date) -> list[Fault]:
    """What a new version adds with a first day that is not still to come (规则不溯及既往): values and openings.

    For rules published at the desk, which bind from a day after their publication; what a deployment brings may be older.
    """
    faults = [
        Fault(after.file, line, f"{name}：新增值的首日 {first} 应晚于今日（{on}）；规则不溯及既往")
        for name, first, line in _added(before, after)
        if first <= on
    ]
    faults += [
        Fault(after.file, line, f"{name}：截止日不得改到今日（{on}）或更早；已施行的值只能自今日之后停止")
        for name, until, line in _ended(before, after)
        if until <= on
    ]
    known, drafted = _openings(before), _openings(after)
    for code in sorted(known.keys() | drafted.keys()):
        both = [one for one in (known.get(code), drafted.get(code)) if one]
        if known.get(code) != drafted.get(code) and any(one.first <= on for one in both):
            reason = f"rollout {both[0].name}：首日应晚于今日（{on}）；已施行的不得改动"
            faults.append(Fault(after.file, 1, reason))
    return faults


def strayed(after: Pack, *, within: AbstractSet[str]) -> list[Fault]:
    """Places that a version names as its own and that lie outside `within` (适用地区越界): a rule binds at home alone."""
    return [
        Fault(after.file, 1, f"{code}：不在起草机关的辖区内；home_region 和 rollout 只能列本辖区的地区")
        for code in sorted(after.places - within)
    ]


def _added(before: Pack, after: Pack) -> Iterator[tuple[str, date, int]]:
    for name, parameter in after.parameters.items():
        old = before.parameters.get(name)
        kept = {value.first for value in old.values} if old else set()
        yield from ((name, value.first, value.line) for value in parameter.values if value.first not in kept)


def _ended(before: Pack, after: Pack) -> Iterator[tuple[str, date, int]]:
    """Values whose end is moved, with the earlier of both ends."""
    for name, parameter in after.parameters.items():
        old = before.parameters.get(name)
        kept = {value.first: value.until for value in old.values} if old else {}
        for value in parameter.values:
            if value.first in kept and kept[value.first] != value.until:
                ends = [end for end in (kept[value.first], value.until) if end]
                yield name, min(ends), value.line


def _openings(pack: Pack) -> dict[str, Opening]:
    return {**pack.rollout.regions, **pack.rollout.providers} if pack.rollout else {}
