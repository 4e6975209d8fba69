"""Frames, samples and their sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from kechuang.audit import rules
from kechuang.audit.access import roles_on, samples_visible_to, sheets_visible_to
from kechuang.audit.models import Frame, Sample, Sheet, Task
from kechuang.audit.rules import Plan, Unit
from kechuang.audit.states import (
    FRAME_MAX,
    NO_CLASS,
    PAYMENT_FAILED_ACT,
    RISK_LABELS,
    SAMPLE_FORMAT,
    SAMPLE_MACHINE,
    SHEET_MACHINE,
    By,
    Population,
    Risk,
    SampleState,
    SheetState,
)
from kechuang.claims.queries import Claim, queue
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.notices.queries import objected
from kechuang.orders.queries import labels_of
from kechuang.parties.queries import party_names, person_names, region_name
from kechuang.registers.queries import class_labels, registers, takes_vouchers
from kechuang.registers.queries import queue as admissions
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.words import yuan_sign

_BAND_BELOW, _BAND_FROM = _("{bound}以下"), _("{bound}以上")
_BAND_BETWEEN = _("{low}至{high}")
_RISKY, _PLAIN, _UNCLASSED = _("有风险事实"), _("无风险事实"), _("类别不详")


@dataclass(frozen=True, slots=True)
class StratumRow:
    """One stratum: its name in words, how many the frame holds, how many are drawn."""

    label: str
    size: int
    drawn: int
    fen: Fen


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One drawn claim as the list of a sample shows it."""

    sheet: Sheet
    stratum: str
    provider: str
    place: str


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """All that the page of a sample shows. `same` says whether drawing again gives the same list."""

    sample: Sample
    plan: Plan
    strata: Sequence[StratumRow]
    rows: Sequence[SheetRow]
    written_count: int
    same: bool | None
    events: Sequence[Event]
    open_moves: Sequence[Move]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """All that the page of a working sheet shows."""

    sheet: Sheet
    claim: Claim
    title: str
    provider: str
    holder: str
    confirmed_by: str
    stratum: str
    risks: Sequence[str]
    next_id: str
    open_moves: Sequence[Move]
    roles: frozenset[Role]


def sample(actor: Actor, sample_id: str) -> Sample:
    """One sample of the actor's office; raises NotVisible."""
    found = samples_visible_to(actor).select_related("task").filter(id=sample_id).first()
    if found is None:
        raise NotVisible
    return found


def frame_now(actor: Actor, task: Task, plan: Plan) -> list[Unit]:
    """The claims of a task that a plan asks for, as they stand now; raises EmptyFrame, FrameTooLarge."""
    rows = queue(actor).filter(region__in=task.regions)
    if plan.population is Population.PAID:
        rows = rows.filter(state=ClaimState.PAID, paid_on__gte=task.from_on, paid_on__lt=task.until_on)
    else:
        rows = rows.filter(submitted_on__gte=task.from_on, submitted_on__lt=task.until_on)
    claims = list(rows.order_by("id")[: FRAME_MAX + 1])
    if not claims:
        raise rules.EmptyFrame()
    if len(claims) > FRAME_MAX:
        raise rules.FrameTooLarge(count=FRAME_MAX)
    return _units(claims)


def _units(claims: Sequence[Claim]) -> list[Unit]:
    ids = [claim.id for claim in claims]
    disputed = objected(ids)
    failed = set(way(ids).filter(action=PAYMENT_FAILED_ACT).values_list("object_id", flat=True))
    classes = _classes({claim.provider_party for claim in claims})
    return [
        Unit(
            claim.id,
            claim.number,
            claim.region,
            classes.get(claim.provider_party, NO_CLASS),
            claim.confirmed_fen or claim.claimed_fen,
            rules.risks(
                clean=claim.clean,
                returned_count=claim.returned_count,
                objected=claim.id in disputed,
                failed=claim.id in failed,
            ),
        )
        for claim in claims
    ]


def _classes(parties: set[str]) -> dict[str, str]:
    """The class of each provider by its latest admission to a library of providers. A public list: no actor is asked."""
    schemes = [scheme for scheme in registers() if takes_vouchers(scheme)]
    rows = admissions(CLOCK).filter(scheme__in=schemes, party_id__in=parties).order_by("id")
    return dict(rows.values_list("party_id", "entrant_class"))


def frame_of(found: Sample) -> list[Unit]:
    """The frozen frame; empty before it was frozen."""
    body = Frame.objects.filter(sample=found).values_list("body", flat=True).first()
    return rules.frame_units(bytes(body)) if body else []


def redrawn(found: Sample) -> list[rules.Drawn]:
    """The sample drawn anew from what is kept: plan, seed, number and frame (重抽)."""
    entropy = rules.entropy(seed=found.seed, nonce=found.nonce, frame_digest=found.frame_digest)
    return rules.drawn(frame_of(found), rules.as_plan(found.plan), entropy)


def sample_sheet(actor: Actor, sample_id: str) -> SampleSheet:
    """One sample with its strata and sheets, drawn anew to compare; raises NotVisible."""
    found = sample(actor, sample_id)
    plan = rules.as_plan(found.plan)
    sheets = list(sheets_visible_to(actor).filter(sample=found).select_related("claim").order_by("place"))
    names = party_names({sheet.claim.provider_party for sheet in sheets})
    labels = Labels(plan)
    roles = roles_on(actor, found)
    return SampleSheet(
        found,
        plan,
        _strata(frame_of(found), plan, labels),
        [
            SheetRow(
                one, labels.of(one.stratum), names.get(one.claim.provider_party, ""), region_name(one.claim.region)
            )
            for one in sheets
        ],
        sum(one.state == SheetState.WRITTEN for one in sheets),
        rules.list_digest(redrawn(found)) == found.list_digest if found.list_digest else None,
        list(way([found.id])),
        SAMPLE_MACHINE.open(SampleState(found.state), roles),
        roles,
    )


def _strata(units: Sequence[Unit], plan: Plan, labels: "Labels") -> list[StratumRow]:
    held = rules.stratified(units, plan)
    wanted = rules.allocated({name: len(inner) for name, inner in held.items()}, plan)
    return [
        StratumRow(labels.of(name), len(inner), wanted[name], Fen(sum(unit.fen for unit in inner)))
        for name, inner in held.items()
    ]


class Labels:
    """Strata in words: 越城区 · 高校 · ¥5,000.00以下 · 有风险事实."""

    def __init__(self, plan: Plan) -> None:
        self.bounds = [yuan_sign(fen).removesuffix(".00") for fen in plan.bands_fen]
        self.classes = {
            name: label for scheme in registers() if takes_vouchers(scheme) for name, label in class_labels(scheme).items()
        }  # fmt: skip

    def of(self, stratum: str) -> str:
        parts = dict(part.split("=", 1) for part in stratum.split(" "))
        words = {
            By.COUNTY: region_name,
            By.PROVIDER_CLASS: lambda name: gettext(self.classes.get(name, _UNCLASSED)),
            By.AMOUNT: lambda band: self._band(int(band)),
            By.RISK: lambda flag: gettext(_RISKY if int(flag) else _PLAIN),
        }
        return " · ".join(words[by](parts[by]) for by in By if by in parts)

    def _band(self, band: int) -> str:
        if not band:
            return gettext(_BAND_BELOW).format(bound=self.bounds[0])
        if band == len(self.bounds):
            return gettext(_BAND_FROM).format(bound=self.bounds[-1])
        return gettext(_BAND_BETWEEN).format(low=self.bounds[band - 1], high=self.bounds[band])


def sheet(actor: Actor, sheet_id: str) -> Sheet:
    """One working sheet of the actor's office; raises NotVisible."""
    found = sheets_visible_to(actor).select_related("sample__task", "claim").filter(id=sheet_id).first()
    if found is None:
        raise NotVisible
    return found


def work_sheet(actor: Actor, sheet_id: str) -> WorkSheet:
    """One working sheet with the facts of its claim; raises NotVisible."""
    found = sheet(actor, sheet_id)
    claim, plan = found.claim, rules.as_plan(found.sample.plan)
    (unit,) = [one for one in frame_of(found.sample) if one.id == claim.id]
    names = party_names([claim.provider_party, claim.holder_party])
    blank = sheets_visible_to(actor).filter(sample=found.sample, state=SheetState.BLANK).exclude(id=found.id)
    roles = roles_on(actor, found)
    over = found.sample.state == SampleState.CONCLUDED
    return WorkSheet(
        found,
        claim,
        labels_of([claim.order_id])[claim.order_id].title,
        names.get(claim.provider_party, ""),
        names.get(claim.holder_party, ""),
        person_names([claim.confirmed_by]).get(claim.confirmed_by, ""),
        Labels(plan).of(found.stratum),
        [RISK_LABELS[Risk(risk)] for risk in unit.risks],
        blank.order_by("place").values_list("id", flat=True).first() or "",
        [] if over else SHEET_MACHINE.open(SheetState(found.state), roles),
        roles,
    )


def published(found: Sample) -> Mapping[str, object]:
    """The file from which anyone draws the sample again (抽样公布文件)."""
    return {
        "format": SAMPLE_FORMAT,
        "number": found.number,
        "plan": found.plan,
        "seed": found.seed,
        "nonce": found.nonce,
        "frame_sha256": found.frame_digest,
        "commitment": found.commitment,
        "frame": [
            {"id": u.id, "number": u.number, "region": u.region, "class": u.provider_class, "fen": u.fen, "risks": sorted(u.risks)}
            for u in frame_of(found)
        ],
        "drawn": [{"place": d.place, "stratum": d.stratum, "id": d.unit.id} for d in redrawn(found)] if found.list_digest else [],
    }  # fmt: skip
