"""Who acts: one person, for one party or in one or more offices. Built once per request by `parties`."""

from dataclasses import dataclass, field
from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _


class Role(StrEnum):
    """The verbs of 四（一） of source 002, each given to somebody; see docs/roles.md."""

    HOLDER = "holder"  # 企业（创业者）: relational, from the record
    PROVIDER = "provider"  # 服务机构（载体）: relational, from the record
    COUNTY_OFFICER = "county_officer"  # 县科技局经办
    COUNTY_APPROVER = "county_approver"  # 县科技局审核
    BUDGET_AUTHOR = "budget_author"  # 县科技局预算编制
    COUNTY_FINANCE = "county_finance"  # 县财政局
    CITY_SCIENCE = "city_science"  # 市科技局
    CITY_FINANCE = "city_finance"  # 市财政局
    SHARING_OFFICE = "sharing_office"  # 省开放共享工作机构
    DEPARTMENT_DESK = "department_desk"  # 海关、教育、市场监管、卫生健康
    AUDITOR = "auditor"  # 审计
    OBJECTOR = "objector"  # 异议人: relational
    PUBLIC = "public"  # anyone
    CLOCK = "clock"  # jobs acting when time has run out


ROLE_LABELS: dict[Role, str] = {
    Role.HOLDER: _("企业（创业者）"),
    Role.PROVIDER: _("服务机构（载体）"),
    Role.COUNTY_OFFICER: _("县科技局经办人"),
    Role.COUNTY_APPROVER: _("县科技局审核人"),
    Role.BUDGET_AUTHOR: _("县科技局预算编制人"),
    Role.COUNTY_FINANCE: _("县财政局"),
    Role.CITY_SCIENCE: _("市科技局"),
    Role.CITY_FINANCE: _("市财政局"),
    Role.SHARING_OFFICE: _("省开放共享工作机构"),
    Role.DEPARTMENT_DESK: _("部门窗口"),
    Role.AUDITOR: _("审计"),
    Role.OBJECTOR: _("异议人"),
    Role.PUBLIC: _("公众"),
    Role.CLOCK: _("系统时钟"),
}


@dataclass(frozen=True, slots=True)
class Post:
    """One office held: the role, where, and every region code that lies within it (itself included)."""

    role: Role
    region: str
    covers: frozenset[str] = frozenset()
    department: str = ""  # of a DEPARTMENT_DESK: 海关, 教育, ...
    stands_in_for: str = ""  # person id of the absent officer whose post this is (代理)
    within: frozenset[str] | None = None  # of an AUDITOR: the regions of its open tasks (审计任务); None: all it covers

    def reaches(self, region: str) -> bool:
        """Whether the post is exercised over `region`."""
        return (region in self.covers or region == self.region) and (self.within is None or region in self.within)

    @property
    def reach(self) -> frozenset[str]:
        """Every region code over which the post is exercised."""
        whole = self.covers | {self.region}
        return whole if self.within is None else whole & self.within


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting. `party_id` is the one organisation or maker they act for, "" for offices and the public."""

    person_id: str
    party_id: str = ""
    unit_ids: frozenset[str] = frozenset()  # empty: the whole party; else only these units (二级学院)
    capacity: str = ""  # legal_representative, authorised, staff, finance; "" for offices
    posts: frozenset[Post] = field(default_factory=frozenset)
    clock: bool = False

    def roles_in(self, region: str) -> frozenset[Role]:
        """The office roles this actor holds over `region`; CLOCK for jobs."""
        held = frozenset(post.role for post in self.posts if post.reaches(region))
        return held | {Role.CLOCK} if self.clock else held

    def holds(self, *roles: Role) -> bool:
        """Whether any post, wherever, has one of `roles`."""
        return any(post.role in roles for post in self.posts)

    def regions(self, *roles: Role) -> frozenset[str]:
        """Every region code over which one of `roles` is held (all roles when none is named)."""
        return frozenset(code for post in self.posts if not roles or post.role in roles for code in post.reach)

    def stood_in_for(self, region: str, role: Role) -> str:
        """The absent person whose post is exercised here, or ""."""
        own = [post for post in self.posts if post.role is role and (region in post.covers or region == post.region)]
        return "" if any(not post.stands_in_for for post in own) else next((p.stands_in_for for p in own), "")


CLOCK = Actor(person_id="clock", clock=True)
PUBLIC = Actor(person_id="")
