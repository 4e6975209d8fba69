"""What the clock does to entries: places nobody took up go on (逾期收回), merged parties' entries go over (合并承继)."""

from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import party
from kechuang.releases import rules
from kechuang.releases.access import roles_on_entry
from kechuang.releases.commands.entering import claim_marks, give_back, locked_entry, marks_of
from kechuang.releases.commands.serving import drop_marks, tell_holder
from kechuang.releases.models import Entry, Release
from kechuang.releases.states import ENTRY_MACHINE, MERGED_TWICE, PARTY_ENDED, EntryState
from kechuang.trail.commands import advance
from kechuang.ui import days


@transaction.atomic
def lapse(actor: Actor, *, entry_id: str, now: datetime) -> Entry:
    """Takes back a place that was not taken up in time (逾期收回名额); it is kept for the next who waits.

    Raises NotClosedYet before its last instant. Asked twice, it answers with the lapsed one.
    """
    entry, release = locked_entry(actor, entry_id)
    roles = roles_on_entry(actor, entry)
    if entry.state == EntryState.LAPSED and Role.CLOCK in roles:
        return entry
    move = ENTRY_MACHINE.check("lapse", EntryState(entry.state), roles)
    if entry.kept_until is None or now < entry.kept_until:
        raise rules.NotClosedYet(closes=days.moment(entry.kept_until) if entry.kept_until else "")
    advance(actor, entry, move, roles=roles, now=now, facts={"fen": entry.fen, "place": entry.place})
    drop_marks([entry])
    give_back(release, entry, now)
    tell_holder(entry, _("放券名额逾期未领，已转给候补"), now)
    return entry


@transaction.atomic
def carry_over(actor: Actor, *, entry_id: str, now: datetime) -> Entry:
    """An entry of a party that ended goes on with who took it over, or ends where that one has entered itself (合并承继)."""
    entry, release = locked_entry(actor, entry_id)
    roles = roles_on_entry(actor, entry)
    ENTRY_MACHINE.check("carry_over", EntryState(entry.state), roles)
    card = party(entry.party_id)
    if card.active:
        return entry
    heir = card.merged_into
    if not heir:
        return _missed(actor, entry, release, PARTY_ENDED, now)
    drop_marks([entry])
    with transaction.atomic():
        free = claim_marks(entry, release, marks_of(heir))
        if not free:
            transaction.set_rollback(True)
    if not free:
        return _missed(actor, entry, release, MERGED_TWICE, now)
    before, entry.party_id = entry.party_id, heir
    move = ENTRY_MACHINE.check("carry_over", EntryState(entry.state), roles)
    facts = {"before": before, "after": heir}
    advance(actor, entry, move, roles=roles, now=now, saves=["party"], facts=facts)
    tell_holder(entry, _("放券报名已由承继单位承接"), now)
    return entry


def _missed(actor: Actor, entry: Entry, release: Release, reason: str, now: datetime) -> Entry:
    roles = roles_on_entry(actor, entry)
    move = ENTRY_MACHINE.check("miss", EntryState(entry.state), roles)
    kept = entry.state == EntryState.OFFERED
    entry.reason = reason
    advance(actor, entry, move, roles=roles, now=now, saves=["reason"], facts={"reason": reason})
    drop_marks([entry])
    if kept:
        give_back(release, entry, now)
    return entry
