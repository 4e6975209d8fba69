"""What a new version of a pack may do to the one before (规则续写): add, never rewrite. Pure."""

from datetime import date

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.book import Pack
from kechuang.policy.faults import Fault


class NotAPublisher(Refusal):
    code = "gazette.not_a_publisher"
    text = _("规则由市科技局发布")
    remedy = _("请以市科技局岗位登录后办理")


class NotAnInterpreter(Refusal):
    code = "gazette.not_an_interpreter"
    text = _("“{issuer}”不是该规则负责解释的机关")
    remedy = _("解释机关列于规则页：{interpreters}")


class NoSuchParameter(Refusal):
    code = "gazette.no_such_parameter"
    text = _("规则“{scheme}”没有参数“{parameter}”")
    remedy = _("请从规则页选择参数")
    status = 422


class NoteEmpty(Refusal):
    code = "gazette.note_empty"
    text = _("请写明解释口径")
    remedy = _("口径公开显示在该参数下，并注明机关与日期")
    field = "text"
    status = 422


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
