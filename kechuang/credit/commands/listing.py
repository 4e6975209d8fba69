"""Our own list (列入名单): a party that a decision puts on a list for a time, beside the lists of other authorities."""

import hashlib
from datetime import date, datetime

from django.db import transaction

from kechuang.credit import rules
from kechuang.credit.models import ImportedList, ListEntry
from kechuang.credit.states import LABELS, Label
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import identity_digests, party, region_name
from kechuang.trail.commands import record
from kechuang.ui import clock


@transaction.atomic
def put_on_list(
    actor: Actor, *, party_id: str, label: Label, until: date, number: str, region: str, role: Role, now: datetime
) -> ListEntry:
    """Puts a party on a list of the office's own until a day (exclusive), by a decision of that number (列入名单).

    Called by rooms above, which decided it. Asked twice, it answers with the first entry. Makers and teams are listed by
    the identity of who answers for them. Raises NobodyToList.
    """
    card, on = party(party_id), clock.day(now)
    known = ListEntry.objects.filter(list_code=label, region=region, reference=number, removed_on__isnull=True).first()
    if known is not None:
        return known
    digest = "" if card.credit_code else min(identity_digests(party_id), default="")
    if not card.credit_code and not digest:
        raise rules.NobodyToList(name=card.name)
    reading = ImportedList.objects.create(
        list_code=label,
        region=region,
        issuer=_("{place}科技局").format(place=region_name(region)),
        source=number,
        as_of_on=on,
        digest=hashlib.sha256(f"{label}:{card.credit_code or digest}:{number}".encode()).hexdigest(),
        added=1,
        changed=0,
        removed=0,
        unchanged=0,
    )
    entry = ListEntry.objects.create(
        list_code=label,
        region=region,
        credit_code=card.credit_code,
        person_digest=digest,
        name=card.name,
        reference=number,
        valid_from=on,
        valid_until=until,
        first_import=reading,
        last_import=reading,
    )
    facts = {"list": str(label), "party": party_id, "until": until.isoformat(), "label": LABELS[label]}
    record(actor, reading, "put_on_list", label=_("列入名单"), role=role, now=now, facts=facts)
    return entry


@transaction.atomic
def take_off_list(actor: Actor, *, number: str, region: str, role: Role, now: datetime) -> None:
    """Takes off what a decision had put on (移出名单); nothing to do when it is off already."""
    rows = ListEntry.objects.select_for_update(of=("self",)).filter(
        reference=number, region=region, removed_on__isnull=True
    )
    for entry in rows.select_related("last_import"):
        entry.removed_on = clock.day(now)
        entry.save(update_fields=["removed_on"])
        record(actor, entry.last_import, "take_off_list", label=_("移出名单"), role=role, now=now)
