"""凭据: one act as it was recorded, with what it was done by, and whether the record still is what its last act left."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.audit.states import KIND_LABELS, OTHER_KIND
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger.queries import Station, transfers_of
from kechuang.parties.queries import person_names, region_name
from kechuang.portal.queries.money import way
from kechuang.trail.models import Event
from kechuang.trail.queries import kept_digest, row_texts
from kechuang.trail.queries import way as events_of

_OFFICES = frozenset(Role) - {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK}


@dataclass(frozen=True, slots=True)
class Proof:
    """What can be checked on the spot: the act's bytes against its digest, the record against its last act."""

    digest: str
    bytes_agree: bool
    row_digest: str
    is_last: bool
    row_agrees: bool


@dataclass(frozen=True, slots=True)
class Act:
    """All that the page of one act shows. `names` only for an auditor; `said` only for offices."""

    event: Event
    kind_label: str
    place: str
    names: Mapping[str, str]
    said: str
    stations: Sequence[Station]
    proof: Proof
    earlier_id: str
    later_id: str


def act(actor: Actor, *, subject_id: str, event_id: str) -> Act:
    """One act on the way of a record that the actor may follow; raises NotVisible.

    An auditor reads every act of the regions of the open tasks, whatever record it was done on.
    """
    event = _found(actor, subject_id, event_id)
    audits = Role.AUDITOR in actor.roles_in(event.region)
    around = list(events_of([event.object_id]).values_list("id", flat=True))
    place = around.index(event.id)
    names = person_names({event.person_id, event.stands_in_for} - {""}) if audits else {}
    return Act(
        event,
        KIND_LABELS.get(event.object_type, OTHER_KIND),
        region_name(event.region),
        names,
        _said(event) if actor.holds(*_OFFICES) else "",
        [one for one in transfers_of([event.object_id]) if one.at == event.at],
        _proof(event, is_last=place == len(around) - 1),
        around[place - 1] if place else "",
        around[place + 1] if place + 1 < len(around) else "",
    )


def _found(actor: Actor, subject_id: str, event_id: str) -> Event:
    own = events_of([subject_id]).filter(id=event_id).first()
    if own is not None and Role.AUDITOR in actor.roles_in(own.region):
        return own
    seen = way(actor, subject_id)
    for event in [*(step.event for step in seen.steps), *seen.events]:
        if event is not None and event.id == event_id:
            return event
    raise NotVisible


def _said(event: Event) -> str:
    """The act's canonical bytes, set out for reading."""
    return json.dumps(json.loads(bytes(event.body)), ensure_ascii=False, indent=1, sort_keys=True)


def _proof(event: Event, *, is_last: bool) -> Proof:
    text = row_texts({event.object_id: event.object_type}).get(event.object_id, "")
    return Proof(
        event.digest,
        hashlib.sha256(bytes(event.body)).hexdigest() == event.digest,
        kept_digest(event),
        is_last,
        hashlib.sha256(text.encode()).hexdigest() == kept_digest(event),
    )
