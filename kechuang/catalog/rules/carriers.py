"""What a carrier, its people and its opening rules must be like. Pure."""

from datetime import date

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class NotJoined(Refusal):
    code = "catalog.not_joined"
    text = _("“{kind}”须先经科技部门确认加入平台，才能登记载体")
    remedy = _("请在“机构入库”中提交申请，确认后再登记")
    field = "kind"


class CarrierEnded(Refusal):
    code = "catalog.carrier_ended"
    text = _("载体已于 {ended_on} 退出平台")
    remedy = _("请重新申请加入平台后再上架")


class NotACarrierRegister(Refusal):
    code = "catalog.not_a_carrier_register"
    text = _("该名录不对应创新载体")
    remedy = _("请选择创新载体加入平台的申请")


class AdmissionNotInForce(Refusal):
    code = "catalog.admission_not_in_force"
    text = _("{name} 的申请尚未确认，或已失效")
    remedy = _("请待确认后再登记载体")


class StaffNameMissing(Refusal):
    code = "catalog.staff_name_missing"
    text = _("请填写技术人员姓名，或从本单位成员中选择")
    remedy = _("姓名只有本人同意才对外公开")
    field = "name"
    status = 422


class NotAMember(Refusal):
    code = "catalog.not_a_member"
    text = _("所选人员不是本单位成员")
    remedy = _("请先在本单位成员中登记，或只填写姓名")
    field = "person_id"
    status = 422


class PeriodEmpty(Refusal):
    code = "catalog.period_empty"
    text = _("截止日期 {until} 不晚于开始日期 {since}")
    remedy = _("请核对起止日期")
    field = "valid_until"
    status = 422


class NotThisCarriers(Refusal):
    code = "catalog.not_this_carriers"
    text = _("所选仪器或服务不属于本载体")
    remedy = _("请刷新后重新选择")
    field = "operates"
    status = 422


class OpeningIncomplete(Refusal):
    code = "catalog.opening_incomplete"
    text = _("开放制度缺少{missing}")
    remedy = _("开放时间、服务对象、预约须知都须写明")
    field = "hours"
    status = 422


class NotAWebAddress(Refusal):
    code = "catalog.not_a_web_address"
    text = _("“{website}”不是网址")
    remedy = _("以 http:// 或 https:// 开头")
    field = "website"
    status = 422


class NotFromThen(Refusal):
    code = "catalog.not_from_then"
    text = _("不能从 {valid_from} 起执行：早于今天，或早于已备案的 {before}")
    remedy = _("已结算的订单按当时的办法分配；请选择今天或以后的日期")
    field = "valid_from"
    status = 422


def check_period(since: date, until: date | None) -> None:
    """A period is at least a day. Raises PeriodEmpty."""
    if until is not None and until <= since:
        raise PeriodEmpty(since=since, until=until)


def check_opening(*, hours: str, open_to: str, notice: str, website: str = "") -> None:
    """Whether opening rules say all that they must (开放制度). Raises OpeningIncomplete, NotAWebAddress."""
    if website and not website.startswith(("http://", "https://")):
        raise NotAWebAddress(website=website)
    said = ((_("开放时间"), hours), (_("服务对象"), open_to), (_("预约须知"), notice))
    if missing := [what for what, there in said if not there]:
        raise OpeningIncomplete(missing="、".join(missing))


def check_follows(valid_from: date, *, before: date | None, on: date) -> None:
    """A version begins today or later, and not before the last one did. Raises NotFromThen."""
    if valid_from < on or (before is not None and valid_from < before):
        raise NotFromThen(valid_from=valid_from, before=before or "—")


def check_carrier(*, ended_on: date | None) -> None:
    """Nothing opens at a carrier that has left (退出平台). Raises CarrierEnded."""
    if ended_on is not None:
        raise CarrierEnded(ended_on=ended_on)
