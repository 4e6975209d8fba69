"""The ways of an organisation or maker (主体) and of a payee bank account (收款账户)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class Kind(StrEnum):
    """What a party is: with a credit code, or makers without a firm (创业者)."""

    ORGANISATION = "organisation"
    MAKER = "maker"
    TEAM = "team"


class Capacity(StrEnum):
    """In what capacity a person acts for a party (身份)."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    AUTHORISED = "authorised"
    STAFF = "staff"
    FINANCE = "finance"


class Level(StrEnum):
    """The level of a region; a zone (功能区) lies outside GB/T 2260."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    ZONE = "zone"


# 市本级、省本级: the code of a city's or province's own budget unit: how much of the code it keeps, and what follows.
OWN_LEVEL: dict[str, tuple[int, str]] = {Level.CITY: (4, "99"), Level.PROVINCE: (2, "9900")}


class PartyState(StrEnum):
    ACTIVE = "active"
    MERGED = "merged"
    STRUCK_OFF = "struck_off"


class AccountState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    RETIRED = "retired"


class DecisionKind(StrEnum):
    """What an authority decides about a party (主体决定)."""

    RENAME = "rename"
    MERGE = "merge"
    STRIKE_OFF = "strike_off"


class DecisionState(StrEnum):
    PROPOSED = "proposed"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


KIND_LABELS: dict[Kind, str] = {
    Kind.ORGANISATION: _("单位"),
    Kind.MAKER: _("创业者（个人）"),
    Kind.TEAM: _("创业团队"),
}
CAPACITY_LABELS: dict[Capacity, str] = {
    Capacity.LEGAL_REPRESENTATIVE: _("法定代表人"),
    Capacity.AUTHORISED: _("被授权人"),
    Capacity.STAFF: _("工作人员"),
    Capacity.FINANCE: _("财务人员"),
}
LEVEL_LABELS: dict[Level, str] = {
    Level.PROVINCE: _("省级"),
    Level.CITY: _("市级"),
    Level.COUNTY: _("县级"),
    Level.ZONE: _("功能区"),
}

ACTING_FOR = "acting_for"  # session key: a party's id, or "" for the offices
DEVICE_DAYS = 365  # technical: for so long a browser keeps its mark, and we its digest
DEVICE_MARK_BYTES = 16  # technical: of the random mark
ACCOUNT_NUMBER_LENGTH = (8, 32)  # shortest and longest that Chinese banks issue
IDENTITY_LENGTH = 18
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643

OFFICERS = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER})

PARTY_MACHINE = Machine(
    "party",
    PartyState,
    PartyState.ACTIVE,
    [
        Move(
            "change", {PartyState.ACTIVE}, None, OFFICERS | {Role.HOLDER, Role.CLOCK}, _("变更主体登记事项"), data=True
        ),
        Move(
            "merge",
            {PartyState.ACTIVE},
            PartyState.MERGED,
            frozenset({Role.COUNTY_APPROVER, Role.CLOCK}),
            _("合并主体"),
            data=True,
        ),
        Move(
            "strike_off",
            {PartyState.ACTIVE},
            PartyState.STRUCK_OFF,
            frozenset({Role.COUNTY_APPROVER, Role.CLOCK}),
            _("登记主体注销"),
            data=True,
        ),
    ],
    labels={
        PartyState.ACTIVE: _("存续"),
        PartyState.MERGED: _("已并入其他主体"),
        PartyState.STRUCK_OFF: _("已注销"),
    },
    waits={},
)

# A confirmed account pays only after its cool-off: `usable_from` on the row says when (冷静期).
ACCOUNT_MACHINE = Machine(
    "account",
    AccountState,
    AccountState.PROPOSED,
    [
        Move("confirm", {AccountState.PROPOSED}, AccountState.CONFIRMED, OFFICERS, _("确认收款账户")),
        Move("refuse", {AccountState.PROPOSED}, AccountState.REFUSED, OFFICERS, _("退回收款账户"), data=True),
        Move("tell", {AccountState.CONFIRMED}, None, frozenset({Role.CLOCK}), _("告知原联系人账户变更")),
        Move(
            "retire",
            {AccountState.PROPOSED, AccountState.CONFIRMED},
            AccountState.RETIRED,
            OFFICERS | {Role.PROVIDER, Role.CLOCK},
            _("停用收款账户"),
        ),
    ],
    labels={
        AccountState.PROPOSED: _("待确认"),
        AccountState.CONFIRMED: _("已确认"),
        AccountState.REFUSED: _("已退回"),
        AccountState.RETIRED: _("已停用"),
    },
    waits={AccountState.PROPOSED: Role.COUNTY_OFFICER},
)

DECISION_LABELS: dict[DecisionKind, str] = {
    DecisionKind.RENAME: _("变更名称"),
    DecisionKind.MERGE: _("并入其他主体"),
    DecisionKind.STRIKE_OFF: _("登记注销"),
}
WAITING_MAX = 50  # rows of the workbench
_D = DecisionState

DECISION_MACHINE = Machine(
    "party_decision",
    DecisionState,
    _D.PROPOSED,
    [
        Move("carry_out", {_D.PROPOSED}, _D.CARRIED_OUT, frozenset({Role.COUNTY_APPROVER}), _("核准并执行主体决定")),
        Move("refuse", {_D.PROPOSED}, _D.REFUSED, frozenset({Role.COUNTY_APPROVER}), _("退回主体决定"), data=True),
        Move("withdraw", {_D.PROPOSED}, _D.WITHDRAWN, frozenset({Role.COUNTY_OFFICER}), _("撤回主体决定")),
    ],
    labels={
        _D.PROPOSED: _("待核准"),
        _D.CARRIED_OUT: _("已执行"),
        _D.REFUSED: _("已退回"),
        _D.WITHDRAWN: _("已撤回"),
    },
    waits={_D.PROPOSED: Role.COUNTY_APPROVER},
)
