"""An audit task, its samples and the working sheets of what was drawn."""

import re
from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class TaskState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class SampleState(StrEnum):
    PLANNED = "planned"
    FROZEN = "frozen"
    DRAWN = "drawn"
    CONCLUDED = "concluded"


class SheetState(StrEnum):
    BLANK = "blank"
    WRITTEN = "written"


class Result(StrEnum):
    """What the auditor found on one drawn claim (核查结果)."""

    SOUND = "sound"
    FAULTY = "faulty"
    PENDING = "pending"


class By(StrEnum):
    """By what a frame is divided into strata (分层依据)."""

    COUNTY = "county"
    PROVIDER_CLASS = "provider_class"
    AMOUNT = "amount"
    RISK = "risk"


class Size(StrEnum):
    """How the size of a sample is said (样本量)."""

    SHARE = "share"
    COUNT = "count"


class Population(StrEnum):
    """Which claims the frame holds (总体)."""

    PAID = "paid"
    SUBMITTED = "submitted"


class Risk(StrEnum):
    """Facts on record that make a claim worth a second look (风险事实); none of them says that anything is wrong."""

    DIFFERED = "differed"
    RETURNED = "returned"
    OBJECTED = "objected"
    FAILED = "failed"


_A = {Role.AUDITOR}

TASK_MACHINE = Machine(
    "audit_task",
    TaskState,
    TaskState.OPEN,
    [
        Move("look", {TaskState.OPEN}, None, _A, _("查阅"), data=True),
        Move("reread", {TaskState.OPEN, TaskState.CLOSED}, None, _A, _("复阅底稿和证据"), data=True),
        Move("plan", {TaskState.OPEN}, None, _A, _("编制抽样方案"), data=True),
        Move("pack", {TaskState.OPEN}, None, _A, _("固化证据包"), data=True),
        Move("close", {TaskState.OPEN}, TaskState.CLOSED, _A, _("办结审计任务"), data=True),
    ],
    labels={TaskState.OPEN: _("进行中"), TaskState.CLOSED: _("已办结")},
    waits={TaskState.OPEN: Role.AUDITOR},
)

SAMPLE_MACHINE = Machine(
    "audit_sample",
    SampleState,
    SampleState.PLANNED,
    [
        Move("freeze", {SampleState.PLANNED}, SampleState.FROZEN, _A, _("冻结总体")),
        Move("draw", {SampleState.FROZEN}, SampleState.DRAWN, _A, _("抽取样本")),
        Move("conclude", {SampleState.DRAWN}, SampleState.CONCLUDED, _A, _("形成抽样结论"), data=True),
    ],
    labels={
        SampleState.PLANNED: _("已定方案"),
        SampleState.FROZEN: _("总体已冻结"),
        SampleState.DRAWN: _("已抽取待核查"),
        SampleState.CONCLUDED: _("已有结论"),
    },
    waits={
        SampleState.PLANNED: Role.AUDITOR,
        SampleState.FROZEN: Role.AUDITOR,
        SampleState.DRAWN: Role.AUDITOR,
    },
)

SHEET_MACHINE = Machine(
    "worksheet",
    SheetState,
    SheetState.BLANK,
    [
        Move("write", {SheetState.BLANK, SheetState.WRITTEN}, SheetState.WRITTEN, _A, _("填写工作底稿"), data=True),
    ],
    labels={SheetState.BLANK: _("待核查"), SheetState.WRITTEN: _("已填写")},
    waits={SheetState.BLANK: Role.AUDITOR},
)

RESULT_LABELS: dict[Result, str] = {
    Result.SOUND: _("未发现问题"),
    Result.FAULTY: _("发现问题"),
    Result.PENDING: _("待补充取证"),
}
BY_LABELS: dict[By, str] = {
    By.COUNTY: _("县（市、区）"),
    By.PROVIDER_CLASS: _("机构类别"),
    By.AMOUNT: _("金额分档"),
    By.RISK: _("风险事实"),
}
SIZE_LABELS: dict[Size, str] = {Size.SHARE: _("按比例"), Size.COUNT: _("每层定额")}
POPULATION_LABELS: dict[Population, str] = {
    Population.PAID: _("期间内已兑付的申请"),
    Population.SUBMITTED: _("期间内提交的申请"),
}
RISK_LABELS: dict[Risk, str] = {
    Risk.DIFFERED: _("材料有不符或缺失"),
    Risk.RETURNED: _("曾退回补正"),
    Risk.OBJECTED: _("公示中有异议"),
    Risk.FAILED: _("曾付款失败"),
}
NO_CLASS = "none"  # a provider that no register knows any more

# What a look was at, by the kind of record (查阅对象).
KIND_LABELS: dict[str, str] = {
    "claims.claim": _("兑付申请"),
    "orders.order": _("订单"),
    "vouchers.voucher": _("创新券"),
    "treasury.budget": _("预算"),
    "treasury.paymentbatch": _("拨付批次"),
    "treasury.paymentline": _("支付明细"),
    "notices.objection": _("异议"),
    "registers.admission": _("机构入库"),
    "registers.case": _("核查事项"),
    "parties.bankaccount": _("收款账户"),
    "parties.party": _("主体"),
    "parties.person": _("办理人"),
    "audit.sample": _("抽样"),
    "audit.pack": _("证据包"),
    "subsidies.settlement": _("补助核算"),
    "subsidies.statement": _("补助结算单"),
    "subsidies.outside": _("平台外兑付"),
    "supervision.case": _("监管案卷"),
    "supervision.clawback": _("追回"),
    "evaluation.evaluation": _("年度考核"),
    "evaluation.sheet": _("考核表"),
    "supervision.plan": _("抽查计划"),
    "supervision.visit": _("现场检查"),
    "supervision.complaint": _("投诉"),
    "supervision.sanction": _("处罚"),
    "credit.creditevent": _("信用事件"),
}
PERSON, OTHER_KIND = "parties.person", _("其他记录")

# An id in an address, and the addresses whose ids name what is open to everybody anyway.
ID = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
FILE_PREFIX = "fil_"
OPEN_TO_ALL = frozenset(
    {"offer_id", "carrier_id", "instrument_id", "notice_id", "item_id", "admission_id", "entry_id", "priority_id"}
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_ROOMS = frozenset({"audit", "parties"})  # whither an auditor may send: the own room, and the own seat
OWN_ACTS = frozenset({"set_language", "account_login", "account_logout", "portal:messages_read"})
CURRENT_TASK = "audit_task"  # session: for which task one looks when several cover a record

CONFIRMED_BY = "claims.confirm"  # the act that makes a pair of reviewer and provider
PAYMENT_FAILED_ACT = "claims.fail"
SEED_CHARS_MIN = 6  # technical: a seed that cannot be mistaken for an empty one
BANDS_MAX = 8  # technical: amount bands of one plan
FRAME_MAX = 200_000  # technical: claims of one frame
PACK_CLAIMS_MAX = 500  # technical: claims of one pack
PACK_BYTES_MAX = 200 * 1024 * 1024  # technical: what one pack may hold before it is compressed
PAIRS_SHOWN = 20  # technical: providers beside one reviewer
WAITING_MAX = 200  # technical: rows of a workbench
FRAME_FORMAT, SAMPLE_FORMAT, PACK_FORMAT = "kechuang-frame-1", "kechuang-sample-1", "kechuang-evidence-2"
