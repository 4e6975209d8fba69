"""Training (培训): who may ask for it, when it may be held."""

from datetime import datetime

from kechuang.bookings.rules.refusals import when
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class TrainingNotOffered(Refusal):
    code = "bookings.training_not_offered"
    text = _("“{name}”不开放培训后自主操作")
    remedy = _("请选择由机构人员操作，或送样检测")


class AlreadyQualified(Refusal):
    code = "bookings.already_qualified"
    text = _("您已有“{name}”的操作资格")
    remedy = _("可直接预约自主操作")


class AlreadyAsked(Refusal):
    code = "bookings.training_already_asked"
    text = _("您已申请该仪器的培训，正在安排")
    remedy = _("请在“培训与资格”中查看进度")


class TrainingPast(Refusal):
    code = "bookings.training_past"
    text = _("培训时间 {at} 已经过去")
    remedy = _("请填写以后的时间")
    field = "at"
    status = 422


def refuse_past(at: datetime, *, now: datetime) -> None:
    if at <= now:
        raise TrainingPast(at=when(at))
