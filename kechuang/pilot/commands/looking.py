"""Stories of the screening (风险筛查): what it found is looked into, one is confirmed, spoken against, and lifted."""

from kechuang.kernel.actor import Actor
from kechuang.pilot.commands.stage import County, Stage, Story
from kechuang.pilot.states import FINDINGS_LOOKED_INTO
from kechuang.screening import commands as screening
from kechuang.screening.queries import open_findings
from kechuang.screening.states import ContestState, FindingState

_SOUND = "已核对原始记录、发票和送样单，属正常业务（示例）"
_CONFIRMED = "现有材料不能说明该项情况，予以认定（示例）"
_SPOKEN = "该项服务有送样单和原始记录，补充提交，请予核对（示例）"
_LIFTED = "补充的原始记录与发票、报告一致，申辩成立（示例）"


def looked_into(stage: Stage, county: County) -> Story:
    """The oldest findings of a county: two are confirmed, the others are sound; one of the two is lifted when its provider speaks.

    What is found later waits for a visitor.
    """
    yield 0
    officer, other = (stage.officer(person) for person in county.officers[:2])
    found = list(open_findings(officer, region=county.region).order_by("found_at", "id")[:FINDINGS_LOOKED_INTO])
    outcomes = [FindingState.CONFIRMED, FindingState.DISMISSED, FindingState.CONFIRMED]
    confirmed = []
    for number, row in enumerate(found):
        outcome = outcomes[number] if number < len(outcomes) else FindingState.DISMISSED
        if _decided(stage, (officer, other), row.id, outcome) and outcome == FindingState.CONFIRMED:
            confirmed.append(row)
    yield 3
    member = stage.provider(confirmed[0].provider_party) if confirmed else None
    if member is None:
        return
    asked = stage.attempt(screening.contest, stage.member(member), finding_id=confirmed[0].id, text=_SPOKEN)
    yield 4
    if asked is not None:
        for hand in (officer, other):
            if stage.attempt(screening.answer, hand, contest_id=asked.id, outcome=ContestState.UPHELD, text=_LIFTED):
                return


def _decided(stage: Stage, officers: tuple[Actor, ...], finding_id: str, outcome: FindingState) -> bool:
    """By the officer who may: not who confirmed the claim before."""
    reason = _CONFIRMED if outcome == FindingState.CONFIRMED else _SOUND
    return any(
        stage.attempt(screening.decide, officer, finding_id=finding_id, outcome=outcome, reason=reason)
        for officer in officers
    )
