"""What a service record says, and what of it cannot be (服务记录的校验)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from kechuang.kernel.text import gettext_noop as _
from kechuang.usage.rules import refusals
from kechuang.usage.states import (
    HUNDREDTHS,
    LONGEST_SERVICE_DAYS,
    MINUTES_IN_HOUR,
    Audience,
    ClientRole,
    Purpose,
    Way,
)

ONE_MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
OUTSIDE = Audience.OUTSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A service record as it is handed in. `minutes` None: the instrument was used for the whole period."""

    carrier_id: str
    title: str
    from_at: datetime
    until_at: datetime
    minutes: int | None = None
    instrument_id: str = ""
    internal_number: str = ""
    content: str = ""
    amount_fen: int = 0
    voucher_fen: int = 0
    way: Way = Way.TECHNIQUE
    audience: Audience = Audience.OUTSIDE
    purpose: Purpose = Purpose.DEVELOPMENT
    fund: str = ""
    discipline: str = ""
    applicant: str = ""
    applicant_phone: str = ""
    applicant_email: str = ""
    applicant_unit: str = ""
    rating: str = ""
    tax_supplement: str = ""
    customs_notice: str = ""
    on_premises: bool = True
    outside_address: str = ""
    signed_agreement: bool = False
    client_role: ClientRole = ClientRole.ENTERPRISE
    client_id: str = ""
    client_name: str = ""
    client_code: str = ""
    client_region: str = ""
    client_property: str = ""
    client_type: str = ""
    operator_id: str = ""
    operator_name: str = ""
    reports: int = 0
    report_numbers: tuple[str, ...] = field(default_factory=tuple)
    order_id: str = ""
    order_line: int = 0
    order_number: str = ""
    booking_id: str = ""

    @property
    def external(self) -> bool:
        return self.audience is Audience.OUTSIDE

    @property
    def span(self) -> int:
        """Whole minutes between start and end."""
        return (self.until_at - self.from_at) // ONE_MINUTE

    @property
    def used(self) -> int:
        """服务机时 in minutes; services without an instrument have none unless they say so."""
        if self.minutes is not None:
            return self.minutes
        return self.span if self.instrument_id else 0

    @property
    def exact(self) -> bool:
        """Whether the hours fill the whole period, so that nobody else can have used the instrument then."""
        return bool(self.instrument_id) and self.used == self.span > 0


@dataclass(frozen=True, slots=True)
class Life:
    """An instrument as far as a record depends on it (仪器的建账与退役)."""

    name: str
    first_on: date | None = None
    ended_on: date | None = None  # exclusive
    under_customs: bool = False
    cleared: bool = False  # the customs formalities are on file


def check(draft: Draft, *, life: Life | None, provider_name: str, own: bool, now: datetime) -> None:
    """Refuses what cannot be, whatever else is on file; `own`: the client is the carrier's own party."""
    if draft.span < 1:
        raise refusals.PeriodReversed
    if draft.until_at > now:
        raise refusals.InFuture(until=_moment(draft.until_at))
    if (days := (draft.until_at - draft.from_at).days) > LONGEST_SERVICE_DAYS:
        raise refusals.TooLong(days=days, limit=LONGEST_SERVICE_DAYS)
    if draft.used > draft.span:
        raise refusals.MoreThanSpan(hours=hours_text(draft.used), span=hours_text(draft.span))
    if draft.used and not draft.instrument_id:
        raise refusals.NeedsInstrument
    if draft.voucher_fen > draft.amount_fen:
        raise refusals.VoucherAbovePrice(voucher_fen=draft.voucher_fen, amount_fen=draft.amount_fen)
    if draft.external and not (draft.client_id or draft.client_name):
        raise refusals.ClientMissing
    if draft.external and own:
        raise refusals.OwnParty(name=provider_name)
    if life:
        _check_life(draft, life)


def _check_life(draft: Draft, life: Life) -> None:
    """Days are compared in the zone of the record's own times, which is the legal one."""
    if life.first_on and draft.from_at.date() < life.first_on:
        raise refusals.BeforeExisting(first_on=life.first_on)
    if life.ended_on and draft.until_at - ONE_MINUTE >= _start(life.ended_on, draft.until_at):
        raise refusals.AfterRetired(retired_on=life.ended_on)
    if life.under_customs and draft.external and not (life.cleared or draft.tax_supplement or draft.customs_notice):
        raise refusals.CustomsMissing(name=life.name)


def _start(on: date, like: datetime) -> datetime:
    return like.replace(year=on.year, month=on.month, day=on.day, hour=0, minute=0, second=0, microsecond=0)


def corrected(former: Draft, changes: Mapping[str, Any]) -> Draft:
    """The draft with changes. Raises NothingChanged; OrderFixed when an order's price or client would change."""
    after = replace(former, **changes)
    if after == former:
        raise refusals.NothingChanged
    fixed = ("amount_fen", "voucher_fen", "client_id", "client_name", "client_code", "audience", "carrier_id")
    if former.order_id and any(getattr(after, name) != getattr(former, name) for name in fixed):
        raise refusals.OrderFixed(number=former.order_number)
    return after


def differences(before: Draft, after: Draft) -> list[str]:
    """The names of the fields that differ, in the order of the form."""
    return [one.name for one in fields(Draft) if getattr(before, one.name) != getattr(after, one.name)]


def hours_text(minutes: int) -> str:
    """90 as 1.5: hours for people, at most two digits, rounded half up."""
    whole, rest = divmod(minutes, MINUTES_IN_HOUR)
    hundredths = half_up(rest * HUNDREDTHS, MINUTES_IN_HOUR)
    if hundredths == HUNDREDTHS:
        whole, hundredths = whole + 1, 0
    return f"{whole:,}.{hundredths:02d}".rstrip("0").rstrip(".")


def half_up(part: int, whole: int) -> int:
    """`part` of `whole` in whole numbers, rounded half up."""
    return (part + part + whole) // (whole + whole)


def minutes_of(hundredths: int) -> int:
    """Hours in hundredths as whole minutes, rounded half up: 2.5 hours (250) are 150."""
    return half_up(hundredths * MINUTES_IN_HOUR, HUNDREDTHS)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


FIELD_LABELS: dict[str, str] = {
    "carrier_id": _("创新载体"),
    "title": _("服务名称（课题）"),
    "from_at": _("开始时间"),
    "until_at": _("结束时间"),
    "minutes": _("服务机时"),
    "instrument_id": _("仪器"),
    "internal_number": _("服务记录内部编号"),
    "content": _("服务内容"),
    "amount_fen": _("服务金额"),
    "voucher_fen": _("其中创新券抵扣"),
    "way": _("服务方式"),
    "audience": _("服务对象"),
    "purpose": _("服务类型"),
    "fund": _("经费来源"),
    "discipline": _("学科"),
    "applicant": _("申请人"),
    "applicant_phone": _("申请人电话"),
    "applicant_email": _("申请人邮箱"),
    "applicant_unit": _("申请人单位"),
    "rating": _("评价"),
    "tax_supplement": _("补税记录"),
    "customs_notice": _("海关《通知书》编号"),
    "on_premises": _("在单位内使用"),
    "outside_address": _("对外服务地址"),
    "signed_agreement": _("已签协议"),
    "client_role": _("对象类别"),
    "client_name": _("企业（单位）名称"),
    "client_code": _("统一社会信用代码"),
    "client_region": _("企业所在地"),
    "client_property": _("企业性质"),
    "client_type": _("企业类型"),
    "operator_id": _("服务人员"),
    "operator_name": _("服务人员"),
    "reports": _("出具报告数"),
    "report_numbers": _("报告编号"),
    "order_number": _("订单号"),
    "booking_id": _("预约"),
}
