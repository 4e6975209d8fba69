"""The rules of an instrument's calendar (预约规则), set by its provider."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on_own
from kechuang.bookings.commands.taking import locked_calendars
from kechuang.bookings.models import Calendar
from kechuang.bookings.rules.settings import read_rules
from kechuang.bookings.states import CALENDAR_MACHINE, CalendarState
from kechuang.catalog.queries import offer as offer_of
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui.rows import insert

OPENED = _("开放预约")


@transaction.atomic
def open_calendar(actor: Actor, *, instrument_id: str, now: datetime, **given: object) -> Calendar:
    """An instrument can be booked from now on (开放预约), by these rules; what is not given begins with office hours.

    Raises CalendarExists, NotVisible, HoursUnreadable, RuleUnreadable, MoveNotOpen.
    """
    offer = offer_of(actor, instrument_id)
    calendar = Calendar(
        instrument_id=offer.id, party_id=offer.party_id, unit_id=offer.unit_id or None, region=offer.region
    )
    roles = roles_on_own(actor, calendar)
    move = CALENDAR_MACHINE.check("set_rules", CalendarState.OPEN, roles)
    _write(calendar, given)
    if not insert(calendar):
        raise rules.CalendarExists()
    facts = _facts(calendar, given)
    role = acting_role(roles, move)
    record(actor, calendar, "open_calendar", label=OPENED, role=role, now=now, target=calendar.state, facts=facts)
    return calendar


@transaction.atomic
def set_rules(actor: Actor, *, instrument_id: str, now: datetime, **given: object) -> Calendar:
    """Other rules from now on (设置预约规则); bookings made before stay as they are.

    Raises HoursUnreadable, RuleUnreadable, MoveNotOpen, NotVisible.
    """
    (calendar,) = locked_calendars(actor, [instrument_id])
    roles = roles_on_own(actor, calendar)
    move = CALENDAR_MACHINE.check("set_rules", CalendarState(calendar.state), roles)
    changed = _write(calendar, given)
    if changed:
        advance(actor, calendar, move, roles=roles, now=now, saves=changed, facts=_facts(calendar, given))
    return calendar


@transaction.atomic
def pause(actor: Actor, *, instrument_id: str, now: datetime) -> Calendar:
    """No new bookings until reopened (暂停预约); raises MoveNotOpen, NotVisible."""
    return _turn(actor, instrument_id, "pause", now)


@transaction.atomic
def reopen(actor: Actor, *, instrument_id: str, now: datetime) -> Calendar:
    """New bookings again (恢复预约); raises MoveNotOpen, NotVisible."""
    return _turn(actor, instrument_id, "reopen", now)


def _turn(actor: Actor, instrument_id: str, action: str, now: datetime) -> Calendar:
    (calendar,) = locked_calendars(actor, [instrument_id])
    roles = roles_on_own(actor, calendar)
    move = CALENDAR_MACHINE.check(action, CalendarState(calendar.state), roles)
    advance(actor, calendar, move, roles=roles, now=now)
    return calendar


def _write(calendar: Calendar, given: Mapping[str, object]) -> list[str]:
    """Puts what was given into the row, checked together with what stays; answers what is different now."""
    standing = {name: getattr(calendar, name) for name in rules.RULE_NAMES}
    unknown = set(given) - set(standing)
    assert not unknown, f"no rules of a calendar: {sorted(unknown)}"
    read = read_rules({**standing, **given})
    changed = sorted(name for name in given if read[name] != standing[name])
    for name in changed:
        setattr(calendar, name, read[name])
    return changed


def _facts(calendar: Calendar, given: Mapping[str, object]) -> dict[str, object]:
    return {"instrument_id": calendar.instrument_id} | {name: getattr(calendar, name) for name in sorted(given)}
