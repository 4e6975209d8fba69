"""What happens once or twice in a year: absences, new names, revocations, lists, and what the last days leave open."""

from datetime import timedelta

from kechuang.orders import commands as orders
from kechuang.parties import commands as parties
from kechuang.pilot.commands import people
from kechuang.pilot.commands.deciding import new_account
from kechuang.pilot.commands.joining import LIBRARY
from kechuang.pilot.commands.stage import Member, Stage, Story
from kechuang.pilot.states import FIRST_COUNTY, LAST_COUNTY, SLEEPING_COUNTY
from kechuang.registers import commands as registers
from kechuang.registers.queries import terms_on


def all_year(stage: Stage) -> None:
    """Puts every happening on its day of the year."""
    for day, story in (
        (45, _too_early(stage)),
        (95, _absent(stage)),
        (150, _new_names(stage)),
        (214, _asleep(stage)),
        (258, _revoked(stage)),
        (300, _listed(stage)),
    ):
        stage.begin(story, in_days=day)
    stage.begin(_last_account(stage), in_days=max((stage.until - stage.first).days - 1, 0))


def _too_early(stage: Stage) -> Story:
    """A firm of the county that joins last orders before its first day, and is refused with article and date."""
    holder = next((one for one in stage.holders if one.region == LAST_COUNTY), None)
    provider = next((one for one in stage.providers if one.offers and one.kind == "qualified_firm"), None)
    if holder and provider:
        stage.tried(
            lambda now: orders.request(
                stage.member(holder), offer_id=provider.offers[0][0], scheme=stage.scheme, needs="先行试用", now=now
            )
        )
    yield 0


def _absent(stage: Stage) -> Story:
    """For two weeks the second approver stands in for the absent officer of finance; four eyes still hold."""
    county = stage.counties[FIRST_COUNTY]
    away, instead = county.finance[0], county.approvers[1]
    with stage.act() as now:
        parties.substitute(
            stage.actor(away),
            office_id=stage.offices[away],
            substitute_id=instead,
            valid_from=stage.today,
            valid_until=stage.today + timedelta(days=14),
            reason="外出培训",
            now=now,
        )
    stage.forget(instead)
    stage.absent[away] = instead
    yield 10  # what is under way then is finished by whom it was begun
    del stage.absent[away]
    yield 7
    stage.forget(instead)


def _new_names(stage: Stage) -> Story:
    """A holder and a provider change their names; papers of earlier days keep the old ones."""
    firms = [one for one in stage.holders if one.kind == "organisation"][1:2]
    for member in [*firms, *[one for one in stage.providers if one.admission_id and not one.is_real][:1]]:
        name = member.name.replace("有限公司", "股份有限公司")
        with stage.act() as now:
            parties.rename(stage.member(member), party_id=member.party_id, name=name, now=now)
        member.name = name
    yield 0


def _asleep(stage: Stage) -> Story:
    """One county leaves its claims alone until their clocks are reported to the city."""
    stage.asleep.add(SLEEPING_COUNTY)
    yield 24
    stage.asleep.discard(SLEEPING_COUNTY)


def _revoked(stage: Stage) -> Story:
    """A provider with open orders loses its admission for a violation: no new orders at once."""
    member = _firm(stage, 1)
    if member is None:
        return
    article = terms_on(LIBRARY, stage.today).article("ending_grounds")
    with stage.act() as now:
        registers.revoke(
            stage.actor(stage.counties[member.region].officers[0]),
            admission_id=member.admission_id,
            ground="violation",
            reason="出具的报告与原始记录不符，经查属实",
            article=article,
            now=now,
        )
    yield 3
    member.offers.clear()


def _listed(stage: Stage) -> Story:
    """The list of the dishonest names a provider: a case is opened, new orders stop, a person is to decide."""
    member = _firm(stage, 2)
    if member is None:
        return
    enterprises = [one for one in stage.holders if one.kind == "organisation"]
    people.import_list(stage, "dishonest", [*enterprises[-2:], member], "失信名单")
    yield 5
    member.offers.clear()


def _firm(stage: Stage, number: int) -> Member | None:
    """The so-and-so-many-th fictitious provider of one of our counties that offers something."""
    able = [one for one in stage.providers if one.offers and one.admission_id and one.region in stage.counties]
    firms = [one for one in able if not one.is_real]
    return firms[number] if len(firms) > number else None


def _last_account(stage: Stage) -> Story:
    """On the last day a provider proposes another account, which waits for the county."""
    member = next((one for one in stage.providers if one.admission_id and one.region == FIRST_COUNTY), None)
    if member:
        yield from new_account(stage, stage.counties[FIRST_COUNTY], member, confirm_in=5)
