"""The ways of an admission (入库) and of a case opened against one (核查事项). Articles and steps come from packs."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class AdmissionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    IN_NOTICE = "in_notice"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Basis(StrEnum):
    """By what an admission was granted (入库依据)."""

    LIST = "list"  # 权威名单匹配，免审
    CERTIFICATE = "certificate"  # 证书匹配，免审
    REVIEW = "review"  # 资质证书 + 科技局确认
    BROUGHT_IN = "brought_in"  # 系统启用前已在库


class CaseKind(StrEnum):
    DISHONEST = "dishonest"  # 列入失信名单
    CERTIFICATE = "certificate"  # 证书到期
    COMPLAINTS = "complaints"  # 多次投诉
    VIOLATION = "violation"  # 违规行为


MONTHS_PER_YEAR = 12
LIBRARY = "provider-library"  # the register of a region's providers, beside its voucher scheme
CONFIRM_CLOCK = "admission"  # the kind under which deadlines keeps the time to confirm

BASIS_LABELS: dict[Basis, str] = {
    Basis.LIST: _("与权威名单相符，免审"),
    Basis.CERTIFICATE: _("与资质证书相符，免审"),
    Basis.REVIEW: _("经科技部门确认"),
    Basis.BROUGHT_IN: _("平台启用前已在库"),
}
CASE_LABELS: dict[CaseKind, str] = {
    CaseKind.DISHONEST: _("列入失信名单"),
    CaseKind.CERTIFICATE: _("资质证书到期"),
    CaseKind.COMPLAINTS: _("多次被投诉"),
    CaseKind.VIOLATION: _("违规行为"),
}

# Who of these decides here and now is the pack's: see access.roles_on, which leaves only the office whose turn it is.
OFFICES = frozenset(
    {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.SHARING_OFFICE, Role.DEPARTMENT_DESK}
)
_S, _OWN, _CLOCK = AdmissionState, frozenset({Role.PROVIDER}), frozenset({Role.CLOCK})
_KEPT = {_S.ADMITTED, _S.SUSPENDED}
_LIVE = {_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.IN_NOTICE} | _KEPT
# Admissions of which a party may have only one at a time.
LIVE = frozenset(_LIVE)

# Applications that wait for their own party.
ON_PROVIDER = (_S.DRAFT, _S.RETURNED)
PASSING = ("endorse", "confirm", "publish")  # the ways to pass a step; the pack says which is ahead
WAITING_TITLES: dict[AdmissionState, str] = {
    _S.DRAFT: _("提交入库申请"),
    _S.RETURNED: _("补正入库申请"),
    _S.SUBMITTED: _("确认入库"),
}

ADMISSION_MACHINE = Machine(
    "admission",
    AdmissionState,
    AdmissionState.DRAFT,
    [
        Move("edit", {_S.DRAFT, _S.RETURNED}, None, _OWN, _("修改入库申请"), data=True),
        Move("add_certificate", {_S.DRAFT, _S.RETURNED} | _KEPT, None, _OWN, _("提交资质证书"), data=True),
        Move("submit", {_S.DRAFT, _S.RETURNED}, _S.SUBMITTED, _OWN, _("提交入库申请")),
        Move("enter", {_S.DRAFT, _S.RETURNED}, _S.ADMITTED, _OWN, _("免审入库")),
        Move("endorse", {_S.SUBMITTED}, None, OFFICES, _("通过本级审核并上报"), data=True),
        Move("confirm", {_S.SUBMITTED}, _S.ADMITTED, OFFICES, _("确认入库"), data=True),
        Move("publish", {_S.SUBMITTED}, _S.IN_NOTICE, OFFICES, _("审核通过并公示"), data=True),
        Move("return", {_S.SUBMITTED}, _S.RETURNED, OFFICES, _("退回补正"), data=True),
        Move("refuse", {_S.SUBMITTED, _S.IN_NOTICE}, _S.REFUSED, OFFICES, _("不予入库"), data=True),
        Move("admit", {_S.IN_NOTICE}, _S.ADMITTED, _CLOCK, _("公示无异议，入库")),
        Move("rename", _LIVE, None, _CLOCK, _("随机构更名更新名录")),
        Move("recertify", _KEPT, None, OFFICES, _("核对换发的证书")),
        Move("suspend", {_S.ADMITTED}, _S.SUSPENDED, OFFICES | _CLOCK, _("暂停承接新订单"), data=True),
        Move("resume", {_S.SUSPENDED}, _S.ADMITTED, OFFICES, _("恢复承接订单"), data=True),
        Move("revoke", _KEPT, _S.REVOKED, OFFICES, _("撤销入库及服务资格"), data=True),
        Move("expire", _KEPT, _S.EXPIRED, _CLOCK, _("入库期满")),
        Move("withdraw", _LIVE, _S.WITHDRAWN, _OWN, _("撤回申请或退出名录"), data=True),
    ],
    labels={
        _S.DRAFT: _("草稿"),
        _S.SUBMITTED: _("待确认"),
        _S.RETURNED: _("已退回补正"),
        _S.IN_NOTICE: _("公示中"),
        _S.ADMITTED: _("已入库"),
        _S.SUSPENDED: _("暂停接单"),
        _S.REFUSED: _("不予入库"),
        _S.REVOKED: _("已撤销"),
        _S.EXPIRED: _("已期满"),
        _S.WITHDRAWN: _("已退出"),
    },
    waits={
        _S.DRAFT: Role.PROVIDER,
        _S.SUBMITTED: Role.COUNTY_OFFICER,
        _S.RETURNED: Role.PROVIDER,
        _S.IN_NOTICE: Role.CLOCK,
        _S.SUSPENDED: Role.COUNTY_OFFICER,
    },
)

CASE_MACHINE = Machine(
    "register_case",
    CaseState,
    CaseState.OPEN,
    [
        Move("note", {CaseState.OPEN}, None, OFFICES | _CLOCK, _("补充核查情况"), data=True),
        Move("close", {CaseState.OPEN}, CaseState.CLOSED, OFFICES, _("办结核查事项"), data=True),
    ],
    labels={CaseState.OPEN: _("核查中"), CaseState.CLOSED: _("已办结")},
    waits={CaseState.OPEN: Role.COUNTY_OFFICER},
)
