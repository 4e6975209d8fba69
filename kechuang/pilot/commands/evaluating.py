"""The story of an evaluation (考核评价): the city evaluates the played year's carriers once its books are closed."""

from kechuang.evaluation import commands as evaluation
from kechuang.evaluation.queries import evaluation_sheet
from kechuang.kernel.actor import Actor, Role
from kechuang.pilot.commands.stage import Stage, Story
from kechuang.pilot.states import CARD, CITY_OFFICE, QUALITY_POINTS, REPORTS_OVER, REPORTS_SHOWN


def of_the_year(stage: Stage, people: dict[Role, str]) -> Story:
    """Opened, reported by some, reviewed, graded when the term of reports is over, published when nobody appeals.

    A play that ends in January shows the reports coming in; what a carrier does not report is left as it is.
    """
    clerk, approver = stage.actor(people[Role.COUNTY_OFFICER]), stage.actor(people[Role.COUNTY_APPROVER])
    year = stage.first.year
    with stage.act() as now:
        title = f"{year} 年度科技创新载体开放共享考核"
        made = evaluation.open_evaluation(clerk, scheme=CARD, region=CITY_OFFICE, year=year, title=title, now=now).id
    yield 2
    sheets = {row.sheet.party: row.sheet.id for row in evaluation_sheet(clerk, made).rows}
    members = {member.party_id: member for member in stage.providers if member.party_id in sheets}
    reported = list(members.values())[:REPORTS_SHOWN]
    for member in reported:
        sheet_id, values = sheets[member.party_id], {"standards": 0}
        said = "按时开放、登记齐全。"
        stage.attempt(evaluation.report, stage.member(member), sheet_id=sheet_id, values=values, statement=said)
    yield 2
    if not reported:
        return
    *early, last = reported
    for member in early:
        _reviewed(stage, clerk, sheets[member.party_id])
    yield REPORTS_OVER
    _reviewed(stage, clerk, sheets[last.party_id])
    with stage.act() as now:
        evaluation.grade(clerk, evaluation_id=made, now=now)
    yield 9
    with stage.act() as now:
        evaluation.publish(approver, evaluation_id=made, now=now)


def _reviewed(stage: Stage, clerk: Actor, sheet_id: str) -> None:
    judged, said = {"quality": QUALITY_POINTS}, "服务规范，用户评价好。"
    stage.attempt(evaluation.review, clerk, sheet_id=sheet_id, judged=judged, opinion=said)
