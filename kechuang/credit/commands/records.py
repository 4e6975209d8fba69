"""Credit records (信用记录): left by what was not kept, replied to by whose they are, upheld or taken off, spent in time."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from kechuang.credit import rules
from kechuang.credit.access import record_roles_on, records_visible_to
from kechuang.credit.models import CreditRecord
from kechuang.credit.states import COUNTING, RECORD_MACHINE, RecordKind, RecordState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.commands import tell
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.rows import insert

RECORD_LABEL = _("记入信用记录")
_TOLD = {
    RecordKind.NO_SHOW: _("爽约已记入信用记录，可申述"),
    RecordKind.LATE_CANCELLATION: _("逾期取消已记入信用记录，可申述"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """What was not kept: a booking, by number, with its page; which party's person, reported by which party."""

    subject_id: str
    number: str
    path: str
    about: str
    party_id: str
    person_id: str
    reporter_id: str
    unit_id: str | None
    region: str
    happened_at: datetime


@transaction.atomic
def hold_against(
    actor: Actor, broken: Broken, *, kind: str, counts_until: date, role: Role, now: datetime
) -> CreditRecord | None:
    """Leaves a credit record of the party whose person did not keep something (记入信用记录), and tells the party and
    the person, who may reply. Called by rooms above, which decided that it was so; once for each subject.

    A house does not report itself: None where party and reporter are one.
    """
    if broken.party_id == broken.reporter_id:
        return None
    draft = CreditRecord(
        kind=RecordKind(kind),
        party_id=broken.party_id,
        person_id=broken.person_id,
        reporter_id=broken.reporter_id,
        unit_id=broken.unit_id,
        region=broken.region,
        subject_id=broken.subject_id,
        subject_number=broken.number,
        subject_path=broken.path,
        about=broken.about,
        happened_at=broken.happened_at,
        counts_until=counts_until,
        recorded_at=now,
    )
    if not insert(draft):
        return CreditRecord.objects.get(subject_id=broken.subject_id)
    facts = {"kind": str(kind), "subject": broken.subject_id, "counts_until": counts_until.isoformat()}
    record(actor, draft, "record", label=RECORD_LABEL, role=role, now=now, target=draft.state, facts=facts)
    _tell(draft, _TOLD[RecordKind(kind)], now=now, party=draft.party_id)
    return draft


@transaction.atomic
def reply(actor: Actor, *, record_id: str, words: str, now: datetime) -> CreditRecord:
    """The party states its reasons (申述); the reporter is told and answers. Raises WordsMissing, MoveNotOpen, NotVisible."""
    row, roles = _locked(actor, record_id)
    move = RECORD_MACHINE.check("reply", RecordState(row.state), roles)
    row.reply, row.replied_by = rules.words(words), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["reply", "replied_by"])
    _tell(row, _("对方已申述信用记录，请答复"), now=now, party=row.reporter_id)
    return row


@transaction.atomic
def uphold(actor: Actor, *, record_id: str, words: str, now: datetime) -> CreditRecord:
    """The reporter stays with it and says why (维持). Raises WordsMissing, MoveNotOpen, NotVisible."""
    return _answered(actor, "uphold", record_id, words, _("信用记录经答复维持"), now)


@transaction.atomic
def lift(actor: Actor, *, record_id: str, words: str, now: datetime) -> CreditRecord:
    """Taken off, with the reason, by who reported it or by the county's officer (撤销): it counts no more.

    Raises WordsMissing, MoveNotOpen, NotVisible.
    """
    return _answered(actor, "lift", record_id, words, _("信用记录已撤销"), now)


@transaction.atomic
def lift_of(actor: Actor, *, subject_id: str, words: str, now: datetime) -> CreditRecord | None:
    """The reporter took back what it had reported: its record goes with it. None where nothing counts any more."""
    found = CreditRecord.objects.filter(subject_id=subject_id, state__in=COUNTING).values_list("id", flat=True).first()
    return lift(actor, record_id=found, words=words, now=now) if found else None


@transaction.atomic
def spend(actor: Actor, *, record_id: str, now: datetime) -> CreditRecord:
    """Its time is over (期满): it counts no more, by the clock. Raises StillCounts, MoveNotOpen, NotVisible."""
    row, roles = _locked(actor, record_id)
    move = RECORD_MACHINE.check("spend", RecordState(row.state), roles)
    if clock.day(now) < row.counts_until:
        raise rules.StillCounts(until=row.counts_until.isoformat())
    advance(actor, row, move, roles=roles, now=now)
    return row


def _locked(actor: Actor, record_id: str) -> tuple[CreditRecord, frozenset[Role]]:
    row = records_visible_to(actor).filter(id=record_id).select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotVisible
    return row, record_roles_on(actor, row)


def _answered(actor: Actor, action: str, record_id: str, words: str, title: str, now: datetime) -> CreditRecord:
    row, roles = _locked(actor, record_id)
    move = RECORD_MACHINE.check(action, RecordState(row.state), roles)
    row.answer, row.answered_by = rules.words(words), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["answer", "answered_by"], facts={"reason": row.answer})
    _tell(row, title, now=now, party=row.party_id, text=row.answer)
    return row


def _tell(row: CreditRecord, title: str, *, now: datetime, party: str, text: str = "") -> None:
    parts = (row.number, row.about, row.subject_number, text)
    tell(
        subject_id=row.id,
        path=reverse("credit:record", args=[row.id]),
        title=title,
        text=" ".join(part for part in parts if part),
        to_party=party,
        now=now,
    )
