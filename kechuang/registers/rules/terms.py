"""What an admission scheme says, and what a rule is told of a party (入库办法)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kechuang.policy.tables import Table
from kechuang.registers.states import Basis


class Route(StrEnum):
    """How a class enters (入库方式)."""

    EXEMPT = "exempt"  # 免审入库
    REVIEWED = "reviewed"  # 提供资质证书，确认入库
    UNDECIDED = "undecided"  # 来源未明确，按确认入库办理


class Office(StrEnum):
    """Whose county decides (管辖); the words of the packs."""

    PROVIDER_COUNTY = "provider_county"
    APPLIED_COUNTY = "applied_county"
    ISSUING_COUNTY = "issuing_county"  # for a library: where the application was made


class OnEvent(StrEnum):
    """What a hit on a list or a paper run out does until a person has decided."""

    STOP_NEW_ORDERS = "stop_new_orders"
    CASE_ONLY = "case_only"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in figures (场地、工位、导师……); of those with the same `group` one is enough."""

    name: str
    label: str
    unit: str
    at_least: int
    group: str


@dataclass(frozen=True, slots=True)
class AdmissionTerms:
    """The parameters of an admission scheme; see policies/*/provider-library.toml."""

    entrant_kinds: tuple[str, ...]
    home_region: str
    provider_regions: tuple[str, ...]
    entry_route: Table[Route]
    authority_lists: Table[tuple[str, ...]]
    class_certificates: Table[tuple[str, ...]]
    review_steps: tuple[str, ...]
    revoking_role: str
    admission_office: Office
    revoking_office: Office
    outside_office: Office
    confirm_working_days: int
    return_cap_days: int
    return_times_count: int
    integrity_lists: tuple[str, ...]
    on_listed: OnEvent
    on_certificate_expiry: OnEvent
    ending_grounds: tuple[str, ...]
    revocation_binds: str
    reapply_after_months: int | None
    commitment_required: bool
    bank_account_required: bool
    price_list_required: bool
    publishes_list: bool
    notice_before_entry: bool
    valid_days: int | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class JoiningTerms:
    """What a register says beside, by which carriers join (创新载体加入平台); see policies/*/carriers*.toml."""

    carrier_kind: Table[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as the rule sees it (资质证书)."""

    id: str
    kind: str
    number: str
    valid_from: date
    valid_until: date | None

    def valid_on(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an imported authority list as the rule sees it (权威名单条目)."""

    id: str
    list_code: str
    issuer: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What proves the class, so that nobody need review it."""

    basis: Basis
    id: str
