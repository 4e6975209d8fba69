"""The way of a voucher (创新券) and of a hold on it (占用)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class VoucherState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ISSUED = "issued"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class HoldState(StrEnum):
    HELD = "held"
    REPLACED = "replaced"  # 已由新的占用接替: the order's final lines were accepted
    CAPTURED = "captured"
    RELEASED = "released"
    RESTORED = "restored"  # 抵扣已全部退回


_S, _H, _R = VoucherState, HoldState, Role

MACHINE = Machine(
    "voucher",
    VoucherState,
    initial=_S.DRAFT,
    moves=[
        Move("edit", {_S.DRAFT, _S.RETURNED}, None, {_R.HOLDER}, _("修改申领内容"), data=True),
        Move("submit", {_S.DRAFT, _S.RETURNED}, _S.SUBMITTED, {_R.HOLDER}, _("提交申领")),
        Move("issue", {_S.SUBMITTED}, _S.ISSUED, {_R.COUNTY_OFFICER, _R.CLOCK}, _("核发创新券"), data=True),
        Move("return", {_S.SUBMITTED}, _S.RETURNED, {_R.COUNTY_OFFICER}, _("退回补正"), data=True),
        Move("refuse", {_S.SUBMITTED}, _S.REFUSED, {_R.COUNTY_OFFICER}, _("不予核发"), data=True),
        Move("offset", {_S.ISSUED}, None, {_R.HOLDER}, _("用券下单"), data=True),
        Move(
            "withdraw",
            {_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.ISSUED},
            _S.WITHDRAWN,
            {_R.HOLDER},
            _("撤回创新券"),
            data=True,
        ),
        Move("revoke", {_S.ISSUED}, _S.REVOKED, {_R.COUNTY_APPROVER}, _("撤销创新券"), data=True),
        Move("expire", {_S.ISSUED}, _S.EXPIRED, {_R.CLOCK}, _("到期作废")),
        Move(
            "carry_over",
            {_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.ISSUED},
            None,
            {_R.CLOCK},
            _("由承继单位承接"),
        ),
        Move("import", {_S.DRAFT}, _S.ISSUED, {_R.BUDGET_AUTHOR}, _("导入在用创新券"), data=True),
        Move("undo_import", {_S.ISSUED}, _S.WITHDRAWN, {_R.BUDGET_AUTHOR}, _("冲销导入"), data=True),
    ],
    labels={
        _S.DRAFT: _("草稿"),
        _S.SUBMITTED: _("审核中"),
        _S.RETURNED: _("待补正"),
        _S.ISSUED: _("可使用"),
        _S.REFUSED: _("不予核发"),
        _S.EXPIRED: _("已到期"),
        _S.WITHDRAWN: _("已撤回"),
        _S.REVOKED: _("已撤销"),
    },
    waits={_S.DRAFT: _R.HOLDER, _S.SUBMITTED: _R.COUNTY_OFFICER, _S.RETURNED: _R.HOLDER},
)

_ENDERS = {_R.HOLDER, _R.PROVIDER, _R.COUNTY_OFFICER, _R.COUNTY_APPROVER, _R.CLOCK}

HOLD_MACHINE = Machine(
    "hold",
    HoldState,
    initial=_H.HELD,
    moves=[
        Move("replace", {_H.HELD}, _H.REPLACED, {_R.HOLDER, _R.COUNTY_OFFICER}, _("调整占用"), data=True),
        Move("capture", {_H.HELD}, _H.CAPTURED, {_R.HOLDER, _R.COUNTY_OFFICER, _R.CLOCK}, _("抵扣")),
        Move("release", {_H.HELD}, _H.RELEASED, _ENDERS, _("释放占用")),
        Move("carry_over", {_H.HELD, _H.CAPTURED}, None, {_R.CLOCK}, _("由承继单位承接"), data=True),
        Move("restore", {_H.CAPTURED}, None, _ENDERS, _("退回部分抵扣"), data=True),
        Move("restore_all", {_H.CAPTURED}, _H.RESTORED, _ENDERS | {_R.BUDGET_AUTHOR}, _("退回全部抵扣")),
    ],
    labels={
        _H.HELD: _("占用中"),
        _H.REPLACED: _("已调整"),
        _H.CAPTURED: _("已抵扣"),
        _H.RELEASED: _("已释放"),
        _H.RESTORED: _("已退回"),
    },
    waits={},
)

MERGER_LOOK_BACK_DAYS = 60  # how long after a merger what hangs on the merged party is still looked for
UNFINISHED = (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.ISSUED)
BATCH = 500  # vouchers expired per run of the query
READ_TOGETHER = 5_000  # rows that are fetched at once where a whole year is read
REMIND_DAYS = 14  # house practice, no rule says it
WAITING_MAX = 200  # rows of one room on the workbench
WAITING_TITLES: dict[VoucherState, str] = {
    _S.DRAFT: _("提交创新券申领"),
    _S.RETURNED: _("补正创新券申领"),
    _S.SUBMITTED: _("审核创新券申领"),
}
