"""What a new version of a pack may do to the one before (规则续写): add, never rewrite."""

from datetime import date

from kechuang.policy.book import Pack
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
