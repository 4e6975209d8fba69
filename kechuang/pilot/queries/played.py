"""The summary of a play, and how a visitor signs in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from kechuang.bookings import queries as bookings
from kechuang.claims import queries as claims
from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.ledger.queries import money
from kechuang.notices import queries as notices
from kechuang.orders import queries as orders
from kechuang.parties.queries import person_by_sign_in
from kechuang.pilot.models import Run
from kechuang.pilot.queries.invariants import digest, invariants
from kechuang.pilot.states import DEMO_PASSWORD
from kechuang.trail.queries import times
from kechuang.vouchers import queries as vouchers


@dataclass(frozen=True, slots=True)
class Summary:
    """What was played: counts by state, what happened on the way, the money in fen, invariants, the digest."""

    vouchers: Mapping[str, int]
    orders: Mapping[str, int]
    claims: Mapping[str, int]
    notices: Mapping[str, int]
    bookings: Mapping[str, int]
    happened: Mapping[str, int]
    money: Mapping[str, int]
    invariants: Mapping[str, bool]
    digest: str
    seconds: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the demonstration's welcome."""

    role: str
    name: str
    sign_in: str
    password: str
    first: str


def run() -> Run | None:
    """What was played into this database; None when nothing was."""
    return Run.objects.order_by("id").first()


def summary() -> Summary | None:
    """The summary of what the database holds now; None when no pilot was played."""
    played = run()
    if played is None:
        return None
    return Summary(
        vouchers=vouchers.counts(),
        orders=orders.counts(),
        claims=claims.counts_by_state(),
        notices=notices.counts_by_state(),
        bookings=bookings.counts(),
        happened=_happened(),
        money=asdict(money()),
        invariants={name: not found for name, found in invariants().items()},
        digest=digest(),
        seconds=played.seconds,
    )


def _happened() -> dict[str, int]:
    """How often the year left the straight way, by the acts themselves."""
    return {
        "refused": times("claims.refuse", "vouchers.refuse", "registers.refuse", "claims.uphold"),
        "returned": times("claims.return", "vouchers.return", "registers.return", "claims.uphold_return"),
        "cancelled": times("orders.cancel", "orders.close_revoked", "orders.resolve_cancel"),
        "disputed": times("orders.dispute", "orders.escalate"),
        "expired": times("vouchers.expire"),
        "objections_upheld": times("notices.uphold"),
        "payments_failed": times("claims.fail", "claims.bounce"),
    }


_FIRST: dict[str, tuple[str, str]] = {
    "qiye": (ROLE_LABELS[Role.HOLDER], "看“我的创新券”，找一项服务，下单"),
    "xinqiye": ("企业（还没有创新券）", "在“放券”里报名，当即得券；看摇号结果怎样核对"),
    "chuangke": ("创业者（个人）", "申领创新券，查看券后价"),
    "jigou": (ROLE_LABELS[Role.PROVIDER], "在“订单”里报价、交付，再申请兑付"),
    "yuecheng.jingban": (ROLE_LABELS[Role.COUNTY_OFFICER], "在“待办”里确认一件兑付申请"),
    "yuecheng.shenhe": (ROLE_LABELS[Role.COUNTY_APPROVER], "处理异议，审批拨付批次"),
    "yuecheng.yusuan": (ROLE_LABELS[Role.BUDGET_AUTHOR], "看今年的预算执行，编制明年预算，编制一批放券"),
    "yuecheng.caizheng": (ROLE_LABELS[Role.COUNTY_FINANCE], "核准拨付，读取银行回执"),
    "shi.keji": (ROLE_LABELS[Role.CITY_SCIENCE], "看逾期上报和各县（市、区）进度"),
    "shi.caizheng": (ROLE_LABELS[Role.CITY_FINANCE], "看资金统筹与执行"),
    "shi.jingban": ("市本级经办（补助）", "看上年度补助核算，从合计点到每一笔"),
    "sheng.gongxiang": (ROLE_LABELS[Role.SHARING_OFFICE], "看指导额度的发放进度"),
    "shenji": (ROLE_LABELS[Role.AUDITOR], "先立审计任务，再跟一元钱走到底、抽样、固化证据包"),
    "gongmin": (ROLE_LABELS[Role.PUBLIC], "看公示，提出异议"),
}


def sign_ins() -> list[SignIn]:
    """One line per role: who, under which name and password, and what to try first."""
    found = []
    for sign_in, (role, first) in _FIRST.items():
        if name := person_by_sign_in(sign_in):
            found.append(SignIn(role, name, sign_in, DEMO_PASSWORD, first))
    return found
