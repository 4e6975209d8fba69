"""Notices as the public, the named party and the office read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.notices.access import roles_on, visible_objections
from kechuang.notices.models import Item, Notice, Objection
from kechuang.notices.rules import NEVER, Gate, NoticeNotPassed
from kechuang.notices.rules import gate as gate_rule
from kechuang.notices.states import NOTICE_MACHINE, OBJECTION_MACHINE, WAITING_MAX, NoticeState, ObjectionState
from kechuang.trail.models import Event
from kechuang.trail.queries import Broken, way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """All that the page of a notice shows; `mine` are the objections this actor may read."""

    notice: Notice
    items: list[Item]
    mine: list[Objection]
    open_count: int
    upheld_count: int
    open_moves: list[Move]
    takes_objections: bool


def gates(subject_ids: Iterable[str], *, on: date) -> dict[str, Gate]:
    """The gate of each record by the latest notice that names it; records never named are absent. Two statements."""
    ids = list(subject_ids)
    if not ids:
        return {}
    latest = {item.subject_id: item for item in _naming(ids)}
    states: dict[str, list[ObjectionState]] = {}
    for item_id, state in _objected([i.id for i in latest.values()]):
        states.setdefault(item_id, []).append(ObjectionState(state))
    return {
        subject: gate_rule(NoticeState(i.notice.state), i.notice.until_on, states.get(i.id, []), on=on)
        for subject, i in latest.items()
    }


@compiled
def _naming(subject_ids: list[str]) -> QuerySet[Item]:
    return Item.objects.filter(subject_id__any=subject_ids).select_related("notice").order_by("id")


@compiled
def _objected(item_ids: list[str]) -> QuerySet[Objection, tuple[str, str]]:
    return Objection.objects.filter(item_id__any=item_ids).values_list("item_id", "state")


def gate(subject_id: str, *, on: date) -> Gate:
    """The gate of one record; one that no notice names has not passed."""
    return gates([subject_id], on=on).get(subject_id, NEVER)


def refuse_not_passed(subject_ids: Sequence[str], *, on: date) -> None:
    """Raises NoticeNotPassed when one of these records is not behind its gate."""
    behind = gates(subject_ids, on=on)
    for subject in subject_ids:
        if not (found := behind.get(subject, NEVER)).passed:
            raise NoticeNotPassed(reason=found.reason)


def public_list(
    *, on: date, kind: str = "", region: str = "", words: str = "", archive: bool = False
) -> QuerySet[Notice]:
    """Notices that run, or the archive of those that are over, newest first; `words` searches titles and names."""
    rows = (
        Notice.objects.filter(until_on__lte=on)
        if archive
        else Notice.objects.filter(until_on__gt=on, state=NoticeState.OPEN)
    )
    if kind:
        rows = rows.filter(kind=kind)
    if region:
        rows = rows.filter(region=region)
    if words:
        named = Item.objects.filter(Q(shown_name__icontains=words) | Q(label__icontains=words)).values("notice_id")
        rows = rows.filter(Q(title__icontains=words) | Q(number=words) | Q(id__in=named))
    return rows.order_by("-from_on", "-id")


def item_counts(notice_ids: Sequence[str]) -> dict[str, int]:
    rows = Item.objects.filter(notice__in=notice_ids).values("notice_id").annotate(count=Count("id"))
    return {row["notice_id"]: row["count"] for row in rows}


def sheet(actor: Actor, *, notice_id: str, on: date) -> NoticeSheet:
    """One notice (公示); raises NotVisible when there is none."""
    notice = _notice.first(notice_id)
    if notice is None:
        raise NotVisible
    states = _states(notice_id)
    return NoticeSheet(
        notice,
        _items(notice_id),
        _mine(actor, notice_id),
        states.count(ObjectionState.FILED),
        states.count(ObjectionState.UPHELD),
        NOTICE_MACHINE.open(NoticeState(notice.state), roles_on(actor, notice)),
        notice.state == NoticeState.OPEN and on < notice.until_on,
    )


@compiled
def _notice(notice_id: str) -> QuerySet[Notice]:
    return Notice.objects.filter(id=notice_id).select_related("replaces")


@compiled
def _items(notice_id: str) -> QuerySet[Item]:
    return Item.objects.filter(notice_id=notice_id).order_by("id")


@compiled
def _mine(actor: Actor, notice_id: str) -> QuerySet[Objection]:
    return visible_objections(actor).filter(item__notice_id=notice_id).select_related("item").order_by("id")


@compiled
def _states(notice_id: str) -> QuerySet[Objection, str]:
    return Objection.objects.filter(item__notice_id=notice_id).values_list("state", flat=True)


def objection(actor: Actor, *, objection_id: str) -> tuple[Objection, list[Move]]:
    """One objection with what this actor may do on it; raises NotVisible."""
    row = visible_objections(actor).select_related("item__notice").filter(id=objection_id).first()
    if row is None:
        raise NotVisible
    return row, OBJECTION_MACHINE.open(ObjectionState(row.state), roles_on(actor, row))


def objections_waiting(actor: Actor) -> QuerySet[Objection]:
    """Objections this actor is to decide on (待处理异议), oldest first; own cases are left out."""
    rows = Objection.objects.filter(region__in=actor.regions(Role.COUNTY_APPROVER), state=ObjectionState.FILED)
    return rows.exclude(item__decided_by=actor.person_id).select_related("item__notice").order_by("filed_at")


def objections_open() -> QuerySet[Objection]:
    """Every objection that nobody has decided on, the oldest first."""
    return Objection.objects.filter(state=ObjectionState.FILED).order_by("filed_at", "id")


def objected(subject_ids: Iterable[str]) -> set[str]:
    """Which of these records were objected to while they were in notice (有过异议), however it was decided."""
    rows = Objection.objects.filter(item__subject_id__in=list(subject_ids))
    return set(rows.values_list("item__subject_id", flat=True))


def counts_by_state() -> dict[str, int]:
    rows = Notice.objects.order_by().values("state").annotate(count=Count("id"))
    return {row["state"]: row["count"] for row in rows}


def to_end(*, on: date) -> list[str]:
    """Running notices whose last day has passed, in the order in which they ran out."""
    return _to_end(on)


@compiled
def _to_end(on: date) -> QuerySet[Notice, str]:
    rows = Notice.objects.filter(state=NoticeState.OPEN, until_on__lte=on)
    return rows.order_by("until_on", "id").values_list("id", flat=True)


def upheld_count() -> int:
    return Objection.objects.filter(state=ObjectionState.UPHELD).count()


def passed_early(subjects_sql: str, *, limit: int) -> list[Broken]:
    """I8: records let through before their notice had run, or with an objection open or upheld at that time.

    `subjects_sql` selects (table, id, day let through): the upper room says what counts as through.
    """
    sql = f"""
        WITH through(tbl, subject_id, passed_on) AS ({subjects_sql}), named AS (
            SELECT DISTINCT ON (i.subject_id) i.subject_id, i.id AS item_id, n.until_on, n.state
            FROM notices_item i JOIN notices_notice n ON n.id = i.notice_id
            WHERE i.subject_id IN (SELECT subject_id FROM through) ORDER BY i.subject_id, i.id DESC)
        SELECT t.tbl, t.subject_id FROM through t LEFT JOIN named n USING (subject_id)
        WHERE n.subject_id IS NULL OR n.state IN ('withdrawn', 'corrected') OR t.passed_on < n.until_on
           OR EXISTS (SELECT 1 FROM notices_objection o WHERE o.item_id = n.item_id AND (
                o.state IN ('filed', 'upheld')
                OR (o.state = 'dismissed' AND (o.handled_at AT TIME ZONE 'Asia/Shanghai')::date > t.passed_on)))
        LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [Broken(table, row, "公示期未满或异议未了即进入下一步") for table, row in cursor.fetchall()]


def way_of(objection_id: str) -> list[Event]:
    """The acts on one objection (办理过程), for those who may read it."""
    return list(way([objection_id]))


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Objections that wait for this actor's decision (待办)."""
    rows = list(objections_waiting(actor)[:WAITING_MAX])
    running = clocks([row.id for row in rows], on=on)
    return [
        waiting(
            row.item.label,
            subject_id=row.id,
            number=row.number,
            url=reverse("notices:objection", args=[row.id]),
            state_label=OBJECTION_MACHINE.labels[ObjectionState(row.state)],
            clock=running.get(row.id),
            party=row.item.shown_name,
        )
        for row in rows
    ]


def items_of(notice_id: str) -> list[str]:
    """What a notice names, in its order. One statement."""
    return _items_of(notice_id)


@compiled
def _items_of(notice_id: str) -> QuerySet[Item, str]:
    return Item.objects.filter(notice_id=notice_id).order_by("id").values_list("id", flat=True)
