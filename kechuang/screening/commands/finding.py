"""Keeping what the rules found (存入筛查结果). The screening writes findings, and no other row of any room."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.book import InForce
from kechuang.screening.models import Finding
from kechuang.screening.rules import RULES, Found, ScreeningTerms
from kechuang.screening.states import FINDING_MACHINE, FindingState
from kechuang.trail.commands import Act, advance, record_many
from kechuang.ui import clock
from kechuang.ui.rows import insert_many, update_many


@dataclass(frozen=True, slots=True)
class Screened:
    """What one screening came to."""

    new: int
    renewed: int


@transaction.atomic(savepoint=False)
def keep_found(
    found: Sequence[Found], terms: InForce[ScreeningTerms], *, handed_in: Sequence[str] = (), now: datetime
) -> Screened:
    """Keeps what is new, and renews the figures of what is still open; what a person decided stays as it was decided, unless
    something has come to what was dismissed (又一张发票红冲、再次退回): that nobody has looked into.

    `handed_in` are claims whose papers were just handed in, perhaps corrected (补正): what is open about one and is found
    no more has been corrected.
    """
    _corrected(found, handed_in, now)
    if not found:
        return Screened(0, 0)
    standing = {
        (row.rule, row.claim_id): row
        for row in Finding.objects.filter(claim_id__in={one.claim.claim_id for one in found}).order_by("id")
    }
    new = [_row(one, terms, now) for one in found if (one.rule, one.claim.claim_id) not in standing]
    changed = [(standing[key], one) for one in found if (key := (str(one.rule), one.claim.claim_id)) in standing]
    for row, one in changed:
        if row.state == FindingState.CORRECTED or _another(row, one):
            row.decided_by, row.decided_on, row.decision = "", None, ""
            _moved(row, "find_again", now)
    renewed = [_renewed(row, one) for row, one in changed if _differs(row, one)]
    insert_many(Finding, new)
    update_many(Finding, renewed, ["rule_version", "says", "facts", "evidence", "group", "handled_by"])
    label, target = _("筛查发现"), str(FindingState.OPEN)
    acts = [Act(row, {"rule": row.rule, "facts": row.facts}, target=target) for row in new]
    record_many(CLOCK, acts, "find", label=label, role=Role.CLOCK, now=now)
    again = [Act(row, {"rule": row.rule, "facts": row.facts}) for row in renewed]
    record_many(CLOCK, again, "renew", label=_("更新筛查结果"), role=Role.CLOCK, now=now)
    return Screened(len(new), len(renewed))


def _corrected(found: Sequence[Found], handed_in: Sequence[str], now: datetime) -> None:
    """What was open about a claim and does not hold for what was handed in now (更正后不再成立)."""
    if not handed_in:
        return
    still = {(str(one.rule), one.claim.claim_id) for one in found}
    rows = Finding.objects.select_for_update(of=("self",)).filter(claim_id__in=handed_in, state=FindingState.OPEN)
    for row in rows.order_by("id"):
        if (row.rule, row.claim_id) not in still:
            row.decided_on = clock.day(now)
            _moved(row, "correct", now)


def _moved(row: Finding, action: str, now: datetime) -> None:
    roles = frozenset({Role.CLOCK})
    move = FINDING_MACHINE.check(action, FindingState(row.state), roles)
    advance(CLOCK, row, move, roles=roles, now=now, saves=["decided_by", "decided_on", "decision"])


def _another(row: Finding, one: Found) -> bool:
    """Whether what was dismissed is not all that is found now (`Rule.looked_into`)."""
    if row.state != FindingState.DISMISSED:
        return False
    return any(_is_more(row.facts.get(name), one.facts[name]) for name in RULES[one.rule].looked_into)


def _is_more(before: object, now: object) -> bool:
    """A higher amount, or a text that was not among those before."""
    if isinstance(now, int):
        return not isinstance(before, int) or now > before
    return not _texts(now) <= _texts(before)


def _texts(value: object) -> set[str]:
    return set(map(str, value)) if isinstance(value, list) else {str(value)}


def _row(one: Found, terms: InForce[ScreeningTerms], now: datetime) -> Finding:
    rule, claim = RULES[one.rule], one.claim
    params = terms.record["params"]
    return Finding(
        rule=str(one.rule),
        rule_version=rule.version,
        claim_id=claim.claim_id,
        order_id=claim.order_id,
        holder_party=claim.holder,
        provider_party=claim.provider,
        region=claim.region,
        label=claim.number,
        group=one.group,
        points=terms.terms.points_of(one.rule),
        says=rule.says,
        facts=dict(one.facts),
        evidence=[asdict(proof) for proof in one.evidence],
        terms={**terms.record, "params": {name: params[name] for name in rule.parameters}},
        handled_by=claim.confirmed_by,
        found_at=now,
        found_on=clock.day(now),
    )


def _differs(row: Finding, one: Found) -> bool:
    return row.state == FindingState.OPEN and row.facts != dict(one.facts)


def _renewed(row: Finding, one: Found) -> Finding:
    rule = RULES[one.rule]
    row.rule_version, row.says = rule.version, rule.says
    row.facts, row.group = dict(one.facts), one.group
    row.handled_by = one.claim.confirmed_by
    row.evidence = [asdict(proof) for proof in one.evidence]
    return row
