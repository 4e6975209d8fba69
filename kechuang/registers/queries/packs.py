"""What the packs say of registers: which there are, their classes, papers, counties and terms."""

from collections.abc import Mapping
from datetime import date

from kechuang.credit.states import LABELS, Label
from kechuang.parties.queries import areas, city_of
from kechuang.policy.book import InForce, current, in_force
from kechuang.registers import rules
from kechuang.registers.states import LIBRARY


def registers() -> dict[str, str]:
    """Every register there is, title by scheme: a pack that says how one enters makes one (名录)."""
    packs = current().packs.items()
    return {scheme: pack.title for scheme, pack in sorted(packs) if "entry_route" in pack.parameters}


def carrier_registers() -> list[str]:
    """The registers by which an innovation carrier joins (创新载体加入平台): those whose pack names kinds of carriers."""
    packs = current().packs
    return [scheme for scheme in registers() if {"carrier_kind", "carrier_kinds"} & set(packs[scheme].parameters)]


def makes_carriers(scheme: str) -> bool:
    """Whether an admission to this register makes a carrier, not only permits one."""
    return "carrier_kind" in current().packs[scheme].parameters


def carrier_kind(scheme: str, entrant_class: str, *, on: date) -> str:
    """The kind of carrier that an admission of this class makes (所成载体类别); "" where the register makes none."""
    if not makes_carriers(scheme):
        return ""
    terms = in_force(scheme, rules.JoiningTerms, on=on).terms
    return terms.carrier_kind.pick(provider_kind=entrant_class)


def takes_vouchers(scheme: str) -> bool:
    """Whether who is on this register takes voucher orders (服务机构库)."""
    return scheme.endswith(f"/{LIBRARY}")


def libraries() -> list[str]:
    """Every region's library of providers (服务机构库), by scheme."""
    return [scheme for scheme in registers() if takes_vouchers(scheme)]


def class_labels(scheme: str) -> Mapping[str, str]:
    """The classes of a register in the pack's words (机构类别)."""
    pack = current().packs.get(scheme)
    return pack.words.get("provider_kind", {}) if pack else {}


def certificate_labels(scheme: str) -> Mapping[str, str]:
    """The kinds of certificates in the pack's words (证书种类)."""
    pack = current().packs.get(scheme)
    return pack.parameters["class_certificates"].options if pack else {}


def terms_on(scheme: str, on: date) -> InForce[rules.AdmissionTerms]:
    return in_force(scheme, rules.AdmissionTerms, on=on)


def articles(terms: InForce[rules.AdmissionTerms]) -> dict[str, str]:
    """The article of each parameter, readable, for the refusals of the rules."""
    return {name: str(param["article"]) for name, param in terms.record["params"].items()}


def counties(scheme: str, *, on: date) -> list[tuple[str, str]]:
    """The counties (and zones) of a register's own city, code and name: where outsiders may apply."""
    home = terms_on(scheme, on).terms.home_region
    inner = [area for area in areas().values() if area.code.startswith(home) and city_of(area.code) != area.code]
    return [(area.code, area.name) for area in inner if area.holds_on(on)]


def is_outside(scheme: str, party_region: str, *, on: date) -> bool:
    """Whether a party lies outside the register's city and so must say where it applies."""
    return not party_region.startswith(terms_on(scheme, on).terms.home_region)


def list_title(code: str) -> str:
    """What an imported list is called (名单名称)."""
    return LABELS[Label(code)] if code in list(Label) else code
