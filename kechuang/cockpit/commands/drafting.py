"""Writing a draft, sending it on, publishing it (起草、报送、审定)."""

from datetime import date, datetime

from django.db import transaction

from kechuang.cockpit import queries, rules
from kechuang.cockpit.access import desk_regions, roles_on, visible_to
from kechuang.cockpit.models import Draft, DraftText
from kechuang.cockpit.states import DRAFT_MACHINE, DraftState
from kechuang.gazette import commands as gazette
from kechuang.gazette import queries as published_rules
from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.packs import digest
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock


@transaction.atomic
def start_draft(actor: Actor, *, scheme: str, title: str, region: str = "", now: datetime) -> Draft:
    """Begins a draft with the published text and cases (起草规则草案), of a rule of the office's own place.

    Raises NotVisible, NotADraftableScheme.
    """
    own = desk_regions(actor, Role.CITY_SCIENCE)
    if not own or (region and region not in own):
        raise NotVisible
    offices = {region} if region else own
    if scheme not in queries.draftable_in(offices):
        raise rules.NotADraftableScheme(scheme=scheme)
    base = published_rules.published(PUBLIC, scheme)
    row = Draft(
        scheme=scheme,
        title=tidy(title),
        region=queries.drafting_region(offices, scheme),
        base_version=base.version,
        written_by=actor.person_id,
        written_on=clock.day(now),
    )
    row.save(force_insert=True)
    _keep(row, base.text, base.cases_text, now)
    facts = {"scheme": scheme, "base_version": base.version, "digest": base.digest}
    label = _("起草规则草案")
    record(actor, row, "start", label=label, role=Role.CITY_SCIENCE, now=now, target=row.state, facts=facts)
    return row


@transaction.atomic
def save_draft(
    actor: Actor, *, draft_id: str, title: str, text: str, cases_text: str, seen: int, now: datetime
) -> Draft:
    """Keeps another revision (保存草案); it may still have faults. Raises NotTheAuthor, StaleDraft, MoveNotOpen."""
    row, move, roles = _begun(actor, draft_id, "edit")
    rules.refuse_not_author(actor=actor.person_id, author=row.written_by)
    rules.refuse_stale(seen=seen, revision=row.revision)
    text, cases_text = _lines(text), _lines(cases_text)
    before = queries.latest_text(row)
    if (before.text, before.cases_text, row.title) == (text, cases_text, tidy(title)):
        return row
    row.title, row.revision = tidy(title), row.revision + 1
    kept = _keep(row, text, cases_text, now)
    facts = {"revision": row.revision, "digest": kept.digest}
    advance(actor, row, move, roles=roles, now=now, saves=["title", "revision"], facts=facts)
    return row


@transaction.atomic
def submit_draft(actor: Actor, *, draft_id: str, now: datetime) -> Draft:
    """Sends a draft without faults to be approved (报送审定). Raises DraftFaulty, NothingChanged, BaseMoved, NotTheAuthor."""
    row, move, roles = _begun(actor, draft_id, "submit")
    rules.refuse_not_author(actor=actor.person_id, author=row.written_by)
    kept = _sound(row, on=clock.day(now))
    facts = {"revision": row.revision, "digest": kept.digest}
    advance(actor, row, move, roles=roles, now=now, facts=facts)
    return row


@transaction.atomic
def return_draft(actor: Actor, *, draft_id: str, reason: str, now: datetime) -> Draft:
    """Gives a draft back to its author with the reason (退回草案). Raises SameHands, ReasonMissing."""
    row, move, roles = _begun(actor, draft_id, "return")
    refuse_same_hands(actor, row.region, acting_role(roles, move), before=[row.written_by], of=[row.id])
    row.reason, row.decided_by = rules.reason(reason), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["reason", "decided_by"], facts={"reason": row.reason})
    return row


@transaction.atomic
def publish_draft(actor: Actor, *, draft_id: str, now: datetime) -> Draft:
    """Approves and publishes (审定并发布): the text becomes the next version, its new values bind from their first days.

    Checked once more as it stands today. Raises SameHands, DraftFaulty, BaseMoved.
    """
    row, move, roles = _begun(actor, draft_id, "publish")
    refuse_same_hands(actor, row.region, acting_role(roles, move), before=[row.written_by], of=[row.id])
    kept = _sound(row, on=clock.day(now))
    made = gazette.publish(actor, scheme=row.scheme, text=kept.text, cases_text=kept.cases_text, now=now)
    row.decided_by, row.published_version = actor.person_id, made.version
    facts = {"version": made.version, "digest": made.digest, "author": row.written_by}
    advance(actor, row, move, roles=roles, now=now, saves=["decided_by", "published_version"], facts=facts)
    return row


@transaction.atomic
def drop_draft(actor: Actor, *, draft_id: str, now: datetime) -> Draft:
    """Gives a draft up (废弃草案); its revisions and replays stay. Raises NotTheAuthor."""
    row, move, roles = _begun(actor, draft_id, "drop")
    rules.refuse_not_author(actor=actor.person_id, author=row.written_by)
    advance(actor, row, move, roles=roles, now=now)
    return row


def _begun(actor: Actor, draft_id: str, action: str) -> tuple[Draft, Move, frozenset[Role]]:
    row = visible_to(actor).select_for_update().filter(id=draft_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    return row, DRAFT_MACHINE.check(action, DraftState(row.state), roles), roles


def _sound(row: Draft, *, on: date) -> DraftText:
    """The draft's text when it may be published as it is."""
    kept, published = queries.latest_text(row), published_rules.published(PUBLIC, row.scheme)
    rules.refuse_moved(base=row.base_version, version=published.version)
    rules.refuse_unchanged(published_rules.parsed(published), kept.digest, version=published.version)
    rules.refuse_faulty(queries.checked(row, kept.text, kept.cases_text, on=on).faults)
    return kept


def _keep(row: Draft, text: str, cases_text: str, now: datetime) -> DraftText:
    return DraftText.objects.create(
        draft=row, revision=row.revision, text=text, cases_text=cases_text, digest=digest(text), saved_at=now
    )


def _lines(text: str) -> str:
    """As files are written: a browser sends lines ended in two characters."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"
