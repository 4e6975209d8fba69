"""Who takes part: offices, lists of authorities, providers, holders. All through the rooms' own commands."""

import hashlib
from collections.abc import Sequence
from datetime import date

from kechuang.credit import commands as credit
from kechuang.credit.rules import ListRow
from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands as parties
from kechuang.parties.queries import person_names
from kechuang.pilot.commands.stage import County, Member, Stage
from kechuang.pilot.rules import Dice
from kechuang.pilot.states import (
    CITY,
    COUNTIES,
    DEPARTMENTS,
    FIRST_COUNTY,
    FIXED_CODES,
    INSTITUTIONS,
    NEWCOMERS,
    PAYDAYS,
    PROVINCE,
)

_ISSUER = "演示用名单（示例）"


def offices(stage: Stage) -> None:
    """Every office of every county, the city, the province; those that a visitor can sign in as have a password."""
    for region, (name, prefix, _share) in COUNTIES.items():
        county = County(region, name)
        county.officers = [_officer(stage, f"{prefix}.jingban{n or ''}", Role.COUNTY_OFFICER, region) for n in (0, 2)]
        county.approvers = [_officer(stage, f"{prefix}.shenhe{n or ''}", Role.COUNTY_APPROVER, region) for n in (0, 2)]
        county.author = _officer(stage, f"{prefix}.yusuan", Role.BUDGET_AUTHOR, region)
        county.finance = [_officer(stage, f"{prefix}.caizheng{n or ''}", Role.COUNTY_FINANCE, region) for n in (0, 2)]
        county.payday = PAYDAYS[len(stage.counties) % len(PAYDAYS)]
        stage.counties[region] = county
    for role, sign_in, region in (
        (Role.CITY_SCIENCE, "shi.keji", CITY),
        (Role.CITY_FINANCE, "shi.caizheng", CITY),
        (Role.AUDITOR, "shenji", CITY),
        (Role.SHARING_OFFICE, "sheng.gongxiang", PROVINCE),
    ):
        stage.city[role] = _officer(stage, sign_in, role, region)
    for number, department in enumerate(DEPARTMENTS, start=1):
        _officer(stage, f"chuangkou{number}", Role.DEPARTMENT_DESK, CITY, department=department)
    stage.citizens = [_person(stage, f"gongmin{n or ''}") for n in range(12)]


def _officer(stage: Stage, sign_in: str, role: Role, region: str, *, department: str = "") -> str:
    person_id = _person(stage, sign_in)
    with stage.act() as now:
        office = parties.appoint(CLOCK, person_id=person_id, role=role, region=region, department=department, now=now)
    stage.offices[person_id] = office.id
    return person_id


def _person(stage: Stage, sign_in: str, *, shown: bool | None = None) -> str:
    """Only people whom the demonstration names can sign in with a password."""
    named = "." not in sign_in or sign_in.startswith(("yuecheng.", "shi.", "sheng.")) if shown is None else shown
    with stage.act() as now:
        person = parties.register_person(
            CLOCK,
            name=stage.dice.person(),
            sign_in=sign_in,
            now=now,
        )
    if named and not sign_in[-1].isdigit():
        stage.shown.append(person.id)
    return person.id


def providers(stage: Stage, firms: int) -> None:
    """Real public institutions and labelled fictitious firms, each with the person who acts for it."""
    taken: set[str] = set()
    for name, region, kind, units in INSTITUTIONS:
        code = FIXED_CODES.get(name) or stage.dice.credit_code(region, institution=True)
        sign_in = "jigou" if name in FIXED_CODES else ""
        address = "（代码为演示用，非该单位真实代码）"
        member = organisation(stage, name, code, region, sign_in=sign_in, kind=kind, address=address)
        for unit in units:
            with stage.act() as now:
                parties.add_unit(stage.member(member), party_id=member.party_id, name=unit, now=now)
        stage.providers.append(member)
    for _ in range(firms):
        region = stage.dice.one(list(COUNTIES))
        name = stage.dice.firm(taken, kind=stage.dice.one(["检测技术", "技术服务", "设计研究"]))
        member = organisation(stage, name, stage.dice.credit_code(region), region, kind="qualified_firm")
        stage.providers.append(member)


def organisation(
    stage: Stage,
    name: str,
    code: str,
    region: str,
    *,
    sign_in: str = "",
    kind: str = "organisation",
    address: str = "",
    dice: Dice | None = None,
) -> Member:
    """One organisation with its legal representative, who acts for it."""
    with stage.act() as now:
        person = parties.register_person(
            CLOCK,
            name=(dice or stage.dice).person(),
            sign_in=sign_in,
            now=now,
        )
        if sign_in:
            stage.shown.append(person.id)
        party = parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=code,
            region=region,
            legal_representative=person.id,
            contact=person.id,
            address=address,
            invoice_title={"title": name, "code": code, "bank": "示例银行绍兴分行", "account": "（示例）"},
            now=now,
        )
    return Member(party.id, person.id, name, region, code, kind)


def holders(stage: Stage, firms: int, makers: int) -> None:
    """Enterprises and makers of the six counties, in the proportion of their orders."""
    taken: set[str] = set()
    regions = [(region, share) for region, (_name, _prefix, share) in COUNTIES.items()]
    for number in range(firms):
        region = FIRST_COUNTY if number == 0 else stage.dice.weighted(regions)
        name = stage.dice.firm(taken)
        sign_in = "qiye" if number == 0 else ""
        stage.holders.append(organisation(stage, name, stage.dice.credit_code(region), region, sign_in=sign_in))
    for number in range(makers):
        region = FIRST_COUNTY if number == 0 else stage.dice.weighted(regions)
        stage.holders.append(_maker(stage, number, region))


def newcomers(stage: Stage) -> None:
    """Enterprises that come for the releases (放券); drawn by dice of their own, so that the others' year stays as it is."""
    dice, taken = stage.others, {member.name for member in (*stage.holders, *stage.providers)}
    for region, count in NEWCOMERS.items():
        for number in range(count):
            first = region == FIRST_COUNTY and number == 0
            name, code = dice.firm(taken), dice.credit_code(region)
            member = organisation(stage, name, code, region, sign_in="xinqiye" if first else "", dice=dice)
            stage.newcomers.append(member)


def _maker(stage: Stage, number: int, region: str) -> Member:
    person_id = _person(stage, "chuangke" if number == 0 else f"chuangke.{number}", shown=number == 0)
    name = person_names([person_id])[person_id]
    with stage.act() as now:
        if number % 4 == 1:  # every fourth is a team
            party = parties.register_team(
                CLOCK, name=f"{name}创业团队（虚构）", region=region, lead_id=person_id, now=now
            )
            return Member(party.id, person_id, party.name, region, kind="team")
        party = parties.register_maker(CLOCK, person_id=person_id, region=region, now=now)
    return Member(party.id, person_id, name, region, kind="maker")


def lists(stage: Stage) -> None:
    """The authorities' lists of the year: classes of providers, enterprises with a label, the dishonest."""
    by_kind: dict[str, list[Member]] = {}
    for member in stage.providers:
        by_kind.setdefault(member.kind, []).append(member)
    import_list(stage, "universities", by_kind.get("university", ()), "普通高等学校名单")
    import_list(stage, "research_institutes", by_kind.get("research_institute", ()), "科研院所名单")
    enterprises = [member for member in stage.holders if member.kind == "organisation"]
    for member in enterprises[1:]:
        member.labelled = not stage.dice.chance(stage.chances.declared)
    labelled = [member for member in (*enterprises, *stage.newcomers, *stage.strangers) if member.labelled]
    import_list(stage, "tech_sme", labelled, "科技型中小企业入库名单")
    import_list(stage, "high_tech", [m for n, m in enumerate(labelled) if n % 3 == 0], "高新技术企业名单")
    import_list(stage, "incubated", [m for n, m in enumerate(labelled) if n % 7 == 0], "在孵企业名单")
    import_list(stage, "dishonest", enterprises[-2:], "失信名单")


def import_list(stage: Stage, code: str, members: Sequence[Member], source: str) -> None:
    """One list of an authority as it stands now."""
    year_end = date(stage.first.year + 1, 12, 31)
    rows = [
        ListRow(credit_code=member.code, name=member.name, valid_from=stage.first, valid_until=year_end)
        for member in members
    ]
    digest = hashlib.sha256("\n".join(row.credit_code for row in rows).encode()).hexdigest()
    with stage.act() as now:
        credit.import_list(
            CLOCK,
            list_code=code,
            rows=rows,
            source=f"{source}（示例）",
            issuer=_ISSUER,
            digest=digest,
            now=now,
            allow_empty=True,
        )
