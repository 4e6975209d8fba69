"""分层抽样: the plan with its seed first, then the frame and the commitment, then the draw, then the sheets."""

import hashlib
from datetime import datetime

from django.db import transaction

from kechuang.audit import rules
from kechuang.audit.access import roles_on, samples_visible_to, sheets_visible_to
from kechuang.audit.commands.tasks import locked as locked_task
from kechuang.audit.models import Frame, Sample, Sheet
from kechuang.audit.queries import frame_now, redrawn
from kechuang.audit.rules import Plan
from kechuang.audit.states import (
    SAMPLE_MACHINE,
    SHEET_MACHINE,
    TASK_MACHINE,
    Result,
    SampleState,
    SheetState,
    TaskState,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import Act, advance, record, record_many
from kechuang.ui import clock


@transaction.atomic
def plan_sample(actor: Actor, *, task_id: str, title: str, plan: Plan, seed: str, now: datetime) -> Sample:
    """Fixes plan and seed (编制抽样方案) before any frame is seen; neither is ever changed.

    Raises NotVisible, MoveNotOpen, SeedTooShort, NoStrata, NoBands, NoSize.
    """
    task = locked_task(actor, task_id)
    move = TASK_MACHINE.check("plan", TaskState(task.state), roles_on(actor, task))
    kept = rules.checked(plan, tidy(seed))
    sample = Sample.objects.create(
        number=public_number("CY"),
        task=task,
        region=task.region,
        title=tidy(title),
        plan=rules.as_said(kept),
        seed=tidy(seed),
        planned_by=actor.person_id,
        planned_on=clock.day(now),
    )
    facts = {"task_id": task.id, "plan": rules.as_said(kept), "seed": sample.seed}
    record(
        actor,
        sample,
        "plan",
        label=move.label,
        role=Role.AUDITOR,
        now=now,
        target=SampleState.PLANNED,
        article=task.document,
        facts=facts,
    )
    return sample


@transaction.atomic
def freeze_frame(actor: Actor, *, sample_id: str, now: datetime) -> Sample:
    """Takes the frame as it stands (冻结总体), with a number of the platform's own, and commits to both as an event.

    Raises NotVisible, MoveNotOpen, EmptyFrame, FrameTooLarge.
    """
    sample = _locked(actor, sample_id)
    roles = roles_on(actor, sample)
    move = SAMPLE_MACHINE.check("freeze", SampleState(sample.state), roles)
    plan = rules.as_plan(sample.plan)
    units = frame_now(actor, sample.task, plan)
    body = rules.frame_bytes(units)
    sample.frame_digest, sample.frame_count = hashlib.sha256(body).hexdigest(), len(units)
    sample.nonce = public_number("ZD")
    sample.commitment = rules.commitment(
        plan=plan, seed=sample.seed, nonce=sample.nonce, frame_digest=sample.frame_digest
    )
    Frame.objects.create(sample=sample, body=body, digest=sample.frame_digest)
    saved = ["frame_digest", "frame_count", "nonce", "commitment"]
    facts = {name: getattr(sample, name) for name in saved}
    advance(actor, sample, move, roles=roles, now=now, saves=saved, article=sample.task.document, facts=facts)
    return sample


@transaction.atomic
def draw_sample(actor: Actor, *, sample_id: str, now: datetime) -> Sample:
    """Draws (抽取样本) from the frozen frame by the seed, and lays out one blank working sheet for each drawn claim."""
    sample = _locked(actor, sample_id)
    roles = roles_on(actor, sample)
    move = SAMPLE_MACHINE.check("draw", SampleState(sample.state), roles)
    chosen = redrawn(sample)
    sheets = [
        Sheet(
            sample=sample,
            region=sample.region,
            place=one.place,
            stratum=one.stratum,
            claim_id=one.unit.id,
            number=one.unit.number,
            fen=one.unit.fen,
        )
        for one in chosen
    ]
    Sheet.objects.bulk_create(sheets)
    acts = [Act(sheet, {"sample_id": sample.id, "place": sheet.place}, target=SheetState.BLANK) for sheet in sheets]
    record_many(actor, acts, "lay_out", label=_("立工作底稿"), role=Role.AUDITOR, now=now)
    sample.list_digest, sample.drawn_count = rules.list_digest(chosen), len(chosen)
    facts = {"list_digest": sample.list_digest, "drawn_count": sample.drawn_count, "commitment": sample.commitment}
    advance(
        actor,
        sample,
        move,
        roles=roles,
        now=now,
        saves=["list_digest", "drawn_count"],
        article=sample.task.document,
        facts=facts,
    )
    return sample


@transaction.atomic
def write_sheet(actor: Actor, *, sheet_id: str, result: Result, findings: str, now: datetime) -> Sheet:
    """Writes what the auditor found on one drawn claim (填写工作底稿); what stood there before stays in the event before.

    Raises NotVisible, MoveNotOpen, SampleConcluded, NothingWritten.
    """
    seen = sheets_visible_to(actor).filter(id=sheet_id).values_list("sample_id", flat=True).first()
    if seen is None:
        raise NotVisible
    sample = _locked(actor, seen)  # the sample before its sheets, as everywhere
    sheet = sheets_visible_to(actor).select_for_update().get(id=sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("write", SheetState(sheet.state), roles)
    if sample.state != SampleState.DRAWN:
        raise rules.SampleConcluded()
    if not tidy(findings):
        raise rules.NothingWritten()
    sheet.result, sheet.findings = result, tidy(findings)
    sheet.written_by, sheet.written_on = actor.person_id, clock.day(now)
    advance(
        actor,
        sheet,
        move,
        roles=roles,
        now=now,
        saves=["result", "findings", "written_by", "written_on"],
        facts={"result": str(result), "findings": sheet.findings, "claim_id": sheet.claim_id},
    )
    return sheet


@transaction.atomic
def conclude_sample(actor: Actor, *, sample_id: str, conclusion: str, now: datetime) -> Sample:
    """Concludes a sample whose sheets are all written (形成抽样结论). Raises SheetsBlank, NothingWritten."""
    sample = _locked(actor, sample_id)
    roles = roles_on(actor, sample)
    move = SAMPLE_MACHINE.check("conclude", SampleState(sample.state), roles)
    blank = Sheet.objects.filter(sample=sample, state=SheetState.BLANK).count()
    if blank:
        raise rules.SheetsBlank(count=blank)
    if not tidy(conclusion):
        raise rules.NothingWritten()
    sample.conclusion = tidy(conclusion)
    advance(
        actor,
        sample,
        move,
        roles=roles,
        now=now,
        saves=["conclusion"],
        article=sample.task.document,
        facts={"conclusion": sample.conclusion},
    )
    return sample


def _locked(actor: Actor, sample_id: str) -> Sample:
    rows = samples_visible_to(actor).select_for_update(of=("self",)).select_related("task")
    if not (sample := rows.filter(id=sample_id).first()):
        raise NotVisible
    return sample
