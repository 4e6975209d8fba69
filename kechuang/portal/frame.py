"""What the frame of every page shows: who acts, where one can go, which day it is (context processor)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from kechuang.kernel.actor import PUBLIC, ROLE_LABELS, Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.queries import has_unread
from kechuang.parties.queries import party_names, person_names, region_name, sides
from kechuang.portal.queries import waiting
from kechuang.portal.states import COUNT_KEPT_SECONDS, COUNTED
from kechuang.ui import clock

_OFFICES = frozenset(Role) - {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK}
_SCIENCE = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE})
_MONEY = frozenset({Role.BUDGET_AUTHOR, Role.COUNTY_FINANCE, Role.COUNTY_APPROVER, Role.CITY_FINANCE, Role.AUDITOR})
_PARTY = frozenset({Role.HOLDER})  # anyone who acts for a party
_ABOVE = frozenset({Role.COUNTY_FINANCE, Role.CITY_FINANCE, Role.AUDITOR})
_ALL = frozenset({Role.PUBLIC}) | _PARTY | _OFFICES
_SIGNED_IN = _ALL - {Role.PUBLIC}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in the frame: the address by name, and who is shown it."""

    label: str
    short: str
    icon: str
    url_name: str
    who: frozenset[Role]
    thumb: bool = False  # also at the bottom of a phone


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    short: str
    icon: str
    url: str
    current: bool = False
    count: int = 0  # what waits for the actor
    news: bool = False  # something unread: a dot, never a number


@dataclass(frozen=True, slots=True)
class Seat:
    key: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    entries: list[Link]


WAYS = (
    Way(_("待办"), _("待办"), "inbox", "portal:workbench", _SIGNED_IN, thumb=True),
    Way(_("消息"), _("消息"), "bell", "portal:messages", _SIGNED_IN | {Role.OBJECTOR}),
    Way(_("首页"), _("首页"), "home", "portal:home", frozenset({Role.PUBLIC}), thumb=True),
    Way(_("找服务"), _("找服务"), "search", "portal:search", _PARTY | {Role.PUBLIC}, thumb=True),
    Way(_("创新券"), _("创新券"), "ticket", "vouchers:mine", _PARTY, thumb=True),
    Way(_("创新券"), _("创新券"), "ticket", "vouchers:list", _SCIENCE),
    Way(_("放券"), _("放券"), "confetti", "releases:list", _PARTY | _SCIENCE | _MONEY | {Role.PUBLIC}),
    Way(_("订单"), _("订单"), "clipboard-list", "orders:orders", _PARTY | _SCIENCE, thumb=True),
    Way(_("我的预约"), _("预约"), "calendar-event", "bookings:mine", _PARTY),
    Way(_("预约台"), _("预约台"), "calendar-stats", "bookings:desk", _PARTY),
    Way(_("申兑"), _("申兑"), "receipt", "claims:claims", _PARTY),
    Way(_("兑付"), _("兑付"), "receipt", "claims:claims", _SCIENCE | {Role.COUNTY_FINANCE}, thumb=True),
    Way(_("风险筛查"), _("筛查"), "shield-search", "screening:findings", _SCIENCE | {Role.AUDITOR}),
    Way(_("服务与价目"), _("价目"), "list-details", "catalog:mine", _PARTY),
    Way(_("服务记录"), _("记录"), "clipboard-check", "usage:records", _PARTY),
    Way(_("仪器看板"), _("看板"), "chart-bar", "usage:boards", _SCIENCE | {Role.SHARING_OFFICE, Role.AUDITOR}),
    Way(_("同义词"), _("同义词"), "vocabulary", "search:synonyms", frozenset({Role.SHARING_OFFICE})),
    Way(
        _("机构入库"),
        _("入库"),
        "building",
        "registers:queue",
        _SCIENCE | {Role.DEPARTMENT_DESK, Role.SHARING_OFFICE},
        thumb=True,
    ),
    Way(_("审计任务"), _("审计"), "eye-check", "audit:tasks", frozenset({Role.AUDITOR}), thumb=True),
    Way(_("预算"), _("预算"), "calculator", "treasury:budgets", _MONEY, thumb=True),
    Way(_("总账"), _("总账"), "book-2", "ledger:accounts", _MONEY),
    Way(_("补助"), _("补助"), "coins", "subsidies:settlements", _PARTY | _SCIENCE | _ABOVE | {Role.SHARING_OFFICE}),
    Way(_("考核评价"), _("考核"), "award", "evaluation:evaluations", _PARTY | _SCIENCE | {Role.SHARING_OFFICE}),
    Way(_("期初导入"), _("期初"), "file-import", "claims:opening", frozenset({Role.BUDGET_AUTHOR})),
    Way(_("资金去向"), _("资金"), "route", "portal:money", _SIGNED_IN, thumb=True),
    Way(_("时限"), _("时限"), "clock", "deadlines:clocks", _SCIENCE | _ABOVE),
    Way(_("监管"), _("监管"), "shield-search", "supervision:cases", _SCIENCE | _ABOVE),
    Way(_("公示"), _("公示"), "speakerphone", "notices:running", _ALL, thumb=True),
    Way(_("服务机构"), _("机构"), "building", "registers:library", frozenset({Role.PUBLIC})),
    Way(
        _("驾驶舱"),
        _("驾驶舱"),
        "gauge",
        "cockpit:cockpit",
        _SCIENCE | _MONEY | {Role.SHARING_OFFICE},
    ),
    Way(_("政策模拟"), _("模拟"), "flask", "cockpit:drafts", frozenset({Role.CITY_SCIENCE, Role.CITY_FINANCE})),
    Way(_("规则"), _("规则"), "book", "gazette:packs", frozenset({Role.PUBLIC, Role.CITY_SCIENCE, Role.AUDITOR})),
)
FOOT: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        _("办事"),
        ((_("找服务"), "portal:search"), (_("待办"), "portal:workbench"), (_("资金去向"), "portal:money")),
    ),
    (
        _("公开"),
        (
            (_("公示"), "notices:running"),
            (_("往期公示"), "notices:archive"),
            (_("放券批次与结果"), "releases:list"),
            (_("创新券抽查"), "supervision:checks"),
            (_("服务机构名录"), "registers:library"),
            (_("创新载体"), "portal:carriers"),
            (_("规则与参数"), "gazette:packs"),
            (_("可验证存证日志"), "trail:log"),
            (_("仪器开放与服务"), "usage:open"),
            (_("核验业绩证明"), "usage:verify"),
            (_("考核结果"), "evaluation:results"),
            (_("优先名单"), "evaluation:preferred"),
            (_("工作日历"), "deadlines:calendar"),
            (_("公开数据"), "cockpit:open"),
        ),
    ),
    (_("帮助"), ((_("全部页面"), "portal:site_map"), (_("键盘操作与无障碍"), "portal:help"))),
)
THUMBS = 4
OWN_PARTY = (
    (_("我的单位与账户"), "credit:mine"),
    (_("机构入库"), "registers:mine"),
    (_("兑付结算单"), "treasury:settlements"),
    (_("收入汇总"), "orders:income"),
    (_("信用记录"), "credit:records"),
    (_("监管询问与追回"), "supervision:cases"),
    (_("投诉"), "supervision:complaints"),
    (_("本单位信用"), "credit:my_standing"),
    (_("关联线索"), "screening:links"),
    (_("选择身份"), "parties:choose"),
)
OWN_OFFICE = (
    (_("代理"), "parties:substitutes"),
    (_("待确认账户"), "credit:accounts"),
    (_("名单导入"), "credit:lists"),
    (_("信用记录"), "credit:records"),
    (_("信用事件"), "credit:events"),
    (_("投诉"), "supervision:complaints"),
    (_("主体决定"), "credit:decisions"),
    (_("岗位任免"), "parties:offices"),
    (_("审计查阅情况"), "audit:looked_at"),
    (_("选择身份"), "parties:choose"),
)
OWN_SEAT = ((_("选择身份"), "parties:choose"),)  # who has neither a party nor an office here


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame` for templates; read only when a page shows it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = getattr(request, "actor", PUBLIC)
    entries, search_url = list(_entries(request, actor)), reverse("portal:search")
    return {
        "signed_in": bool(actor.person_id),
        "entries": [entry for entry, _thumb in entries],
        "thumb": [entry for entry, thumb in entries if thumb][:THUMBS],
        "all_url": (all_url := reverse("portal:site_map")),
        "all_here": request.path == all_url,
        "today": clock.today(),
        "demo": settings.DEMO,
        "search_url": search_url,
        "suggest_url": reverse("search:suggest"),
        "query": request.GET.get("q", "") if request.path == search_url else "",
        "foot": [Group(gettext(label), list(_links(rows))) for label, rows in FOOT],
        **(_person(actor) if actor.person_id else {"sign_in_url": reverse("account_login")}),
    }


def _person(actor: Actor) -> dict[str, Any]:
    own = OWN_PARTY if actor.party_id else OWN_OFFICE if actor.posts else OWN_SEAT
    found = sides(actor.person_id, on=clock.today())
    seats = [Seat(side.party_id, side.label or gettext("办公岗位"), side.party_id == actor.party_id) for side in found]
    return {
        "person_name": person_names([actor.person_id]).get(actor.person_id, ""),
        "seat": seat_label(actor),
        "seats": seats,
        "switch_url": reverse("parties:choose"),
        "sign_out_url": reverse("account_logout"),
        "own": list(_links(own)),
    }


def seat_label(actor: Actor) -> str:
    """For whom or in which offices one acts, in words: 县科技局经办人（越城区）."""
    if actor.party_id:
        return party_names([actor.party_id]).get(actor.party_id, "")
    posts = sorted(actor.posts, key=lambda post: (post.role, post.region))
    named = [f"{gettext(ROLE_LABELS[post.role])}（{region_name(post.region)}）" for post in posts]
    return "、".join(dict.fromkeys(named))


def audience(actor: Actor) -> frozenset[Role]:
    """Whose ways the frame shows: the offices held, a party's side, or the public's."""
    if not actor.person_id:
        return frozenset({Role.PUBLIC})
    held = frozenset(post.role for post in actor.posts)
    return held | _PARTY if actor.party_id else held or frozenset({Role.PUBLIC, Role.OBJECTOR})


def _entries(request: HttpRequest, actor: Actor) -> Iterator[tuple[Entry, bool]]:
    who = audience(actor)
    shown = [(way, reverse(way.url_name)) for way in WAYS if way.who & who]
    here = max((url for _way, url in shown if _within(request.path, url)), key=len, default="")
    seen: set[str] = set()
    for way, url in shown:
        if url in seen:
            continue
        seen.add(url)
        count = _waiting_count(request, actor) if way.url_name == "portal:workbench" else 0
        news = way.url_name == "portal:messages" and has_unread(actor)
        yield Entry(way.label, way.short, way.icon, url, url == here, count, news), way.thumb


def _waiting_count(request: HttpRequest, actor: Actor) -> int:
    """How much waits for the actor. Every room is asked for it, so the session keeps the answer for a short while."""
    kept = request.session.get(COUNTED)
    if kept and kept[0] == actor.party_id and 0 <= _seconds() - kept[1] < COUNT_KEPT_SECONDS:
        return int(kept[2])
    return keep_count(request, actor, len(waiting.waiting_for(actor, on=clock.today())))


def keep_count(request: HttpRequest, actor: Actor, count: int) -> int:
    """Remembers what was just counted."""
    request.session[COUNTED] = [actor.party_id, _seconds(), count]
    return count


def _seconds() -> int:
    return int(clock.now().timestamp())


class CountAnew:
    """Middleware: after anything that was sent, what waits is counted anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            request.session.pop(COUNTED, None)
        return self.get_response(request)


def site_map_groups(actor: Actor) -> list[Group]:
    """Every way there is, for the page that lists them: the public's, then one's own."""
    mine = audience(actor) - {Role.PUBLIC}
    public = [(way.label, way.url_name) for way in WAYS if Role.PUBLIC in way.who]
    own = [(way.label, way.url_name) for way in WAYS if way.who & mine]
    foot = [(label, name) for _label, rows in FOOT for label, name in rows]
    parts = (
        (_("公开页面"), {name: label for label, name in public + foot}),
        (_("我的办事页面"), {n: t for t, n in own}),
    )
    return [
        Group(gettext(label), list(_links(tuple((text, name) for name, text in rows.items()))))
        for label, rows in parts
        if rows
    ]


def _within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def _links(rows: tuple[tuple[str, str], ...]) -> Iterator[Link]:
    for label, name in rows:
        yield Link(gettext(label), reverse(name))
