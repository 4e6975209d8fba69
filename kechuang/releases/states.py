"""The way of a release (放券批次) and of one entry in it (报名、排队)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class Way(StrEnum):
    """放券方式: how it is decided who gets a part."""

    FIRST_COME = "first_come"
    LOTTERY = "lottery"
    SCORED = "scored"


WAY_LABELS: dict[Way, str] = {
    Way.FIRST_COME: _("先到先得"),
    Way.LOTTERY: _("摇号"),
    Way.SCORED: _("评分排序"),
}


class ReleaseState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ANNOUNCED = "announced"
    CLOSED = "closed"
    RANKED = "ranked"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class EntryState(StrEnum):
    ENTERED = "entered"
    WAITING = "waiting"
    OFFERED = "offered"
    GRANTED = "granted"
    LAPSED = "lapsed"
    LEFT = "left"
    MISSED = "missed"


_S, _E, _R = ReleaseState, EntryState, Role
_CHECKERS = {_R.COUNTY_APPROVER, _R.COUNTY_FINANCE}
_RUNNING = {_S.ANNOUNCED, _S.CLOSED, _S.RANKED}

MACHINE = Machine(
    "release",
    ReleaseState,
    initial=_S.DRAFT,
    moves=[
        Move("edit", {_S.DRAFT}, None, {_R.BUDGET_AUTHOR}, _("修改放券方案"), data=True),
        Move("submit", {_S.DRAFT}, _S.SUBMITTED, {_R.BUDGET_AUTHOR}, _("提交复核")),
        Move("return", {_S.SUBMITTED}, _S.DRAFT, _CHECKERS, _("退回修改"), data=True),
        Move("announce", {_S.SUBMITTED}, _S.ANNOUNCED, _CHECKERS, _("复核并公告")),
        Move("enter", {_S.ANNOUNCED}, None, {_R.HOLDER}, _("报名排队")),
        Move("close", {_S.ANNOUNCED}, _S.CLOSED, {_R.COUNTY_OFFICER, _R.CLOCK}, _("截止报名")),
        Move("rank", {_S.CLOSED}, _S.RANKED, {_R.COUNTY_OFFICER, _R.COUNTY_APPROVER}, _("定出次序"), data=True),
        Move("call_off", {_S.CLOSED}, _S.WITHDRAWN, {_R.COUNTY_APPROVER}, _("终止放券"), data=True),
        Move("free_held_back", _RUNNING, None, {_R.COUNTY_APPROVER}, _("动用留存额度"), data=True),
        Move("finish", {_S.CLOSED, _S.RANKED}, _S.FINISHED, {_R.COUNTY_OFFICER, _R.CLOCK}, _("结束放券")),
        Move(
            "withdraw",
            {_S.DRAFT, _S.SUBMITTED, _S.ANNOUNCED},
            _S.WITHDRAWN,
            {_R.BUDGET_AUTHOR, _R.COUNTY_APPROVER},
            _("撤回放券"),
            data=True,
        ),
    ],
    labels={
        _S.DRAFT: _("草稿"),
        _S.SUBMITTED: _("待复核"),
        _S.ANNOUNCED: _("已公告"),
        _S.CLOSED: _("已截止"),
        _S.RANKED: _("已定序"),
        _S.FINISHED: _("已结束"),
        _S.WITHDRAWN: _("已撤回"),
    },
    waits={_S.DRAFT: _R.BUDGET_AUTHOR, _S.SUBMITTED: _R.COUNTY_APPROVER, _S.CLOSED: _R.COUNTY_OFFICER},
)

_LIVE = {_E.ENTERED, _E.WAITING, _E.OFFERED}

ENTRY_MACHINE = Machine(
    "release_entry",
    EntryState,
    initial=_E.ENTERED,
    moves=[
        Move("grant", {_E.ENTERED}, _E.GRANTED, {_R.CLOCK}, _("当即核发")),
        Move("offer", {_E.ENTERED, _E.WAITING}, _E.OFFERED, {_R.CLOCK}, _("留出名额")),
        Move("wait", {_E.ENTERED}, _E.WAITING, {_R.CLOCK}, _("转入候补")),
        Move("accept", {_E.OFFERED}, _E.GRANTED, {_R.HOLDER}, _("领取创新券")),
        Move("lapse", {_E.OFFERED}, _E.LAPSED, {_R.CLOCK}, _("逾期收回名额")),
        Move("leave", _LIVE, _E.LEFT, {_R.HOLDER}, _("退出放券")),
        Move("miss", {_E.ENTERED, _E.WAITING, _E.OFFERED}, _E.MISSED, {_R.CLOCK}, _("未能发放")),
        Move("carry_over", _LIVE, None, {_R.CLOCK}, _("由承继单位承接")),
    ],
    labels={
        _E.ENTERED: _("已报名"),
        _E.WAITING: _("候补"),
        _E.OFFERED: _("待领取"),
        _E.GRANTED: _("已领取"),
        _E.LAPSED: _("逾期未领"),
        _E.LEFT: _("已退出"),
        _E.MISSED: _("未获发放"),
    },
    waits={_E.OFFERED: _R.HOLDER},
)

LIVE = (_E.ENTERED, _E.WAITING, _E.OFFERED)  # still in the running
COUNTS = (*LIVE, _E.GRANTED)  # keeps the same enterprise from entering once more in the round
GENERAL = "general"  # 通用额度: what no class and no county is reserved
DRAW_FORMAT = "kechuang-draw/1"
SERVED_AT_ONCE = 200  # entries served in one transaction
RATE_SECONDS = 60  # the stretch by which the speed of a queue is measured
FILES: dict[str, str] = {"entries": _("报名清单"), "result": _("定序结果")}
SHOWN = 200  # rows of one room on the workbench
LIST_ROWS = 100  # rows of a public list on one page
MERGER_LOOK_BACK_DAYS = 60
BATCH = 500  # entries one run of a job takes up

# 未获发放的原因: what an entry that came to nothing says.
SOLD_OUT = _("本批次额度已发完，不设候补")
NOT_REACHED = _("递补期内未轮到")
MERGED_TWICE = _("承继单位在本轮已另有报名")
PARTY_ENDED = _("主体已注销")
CALLED_OFF = _("放券已终止，未定次序")
MISSED_OTHERWISE = _("核发时不再符合条件")
MISSED_BECAUSE: dict[str, str] = {
    "vouchers.not_eligible": _("核发时资格名单已变，不再符合申领条件"),
    "vouchers.grant_cap_reached": _("核发时本年度可申领额度已用完"),
    "vouchers.budget_short": _("核发时本县当年预算不足"),
    "vouchers.commitment_missing": _("核发时信用承诺已失效"),
}

WAY_WORDS: dict[Way, str] = {
    Way.FIRST_COME: _("按到达先后发放：数据库记下每家到达的次序，按次序逐家核发，额度用完后转为候补。"),
    Way.LOTTERY: _(
        "报名截止后先公布报名清单的摘要，再以事先指定、截止后才产生的公开结果为种子摇号；任何人都能用公布的文件离线重算。"
    ),
    Way.SCORED: _("报名截止后按规则列出的各项得分由高到低排序，同分的先报名者在前；每一分的依据都写明。"),
}
REFRESH_SECONDS_MIN, REFRESH_SECONDS_MAX = 3, 60  # how often a page asks where one stands
REFRESH_BEFORE_MAX = 1_800
PARTS_OF_EXPECTED = 4  # a page asks about so many times until one is served
WAITING_TITLES: dict[str, str] = {
    "draft": _("提交放券方案复核"),
    "submitted": _("复核放券方案"),
    "closed": _("定出放券次序"),
    "offered": _("领取放券名额"),
}
