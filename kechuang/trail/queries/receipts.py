"""Receipts (凭证): which act they are about, who may fetch them, and what stands in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from kechuang_verify.hashing import Profile
from kechuang_verify.note import Note, Signature, read_note

from kechuang.kernel.errors import NotVisible
from kechuang.trail.adapters.signing import CannotSign, signed, signer
from kechuang.trail.formats.leaf import leaf_data
from kechuang.trail.formats.receipt import promise_text, receipt
from kechuang.trail.models import Event, Head, Leaf
from kechuang.trail.queries import log
from kechuang.trail.rules import CannotPromise
from kechuang.trail.states import PROMISED_SECONDS

_FOR = "trail.receipt"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the act of a receipt stands: `seq` None: not in the log yet."""

    event: Event
    token: str
    leaf: bytes
    seq: int | None
    head: Head | None


def standing(object_id: str) -> Standing | None:
    """The receipt of the last act that took a record somewhere; the page that asks has decided who sees it."""
    event = log.last_event(object_id)
    return _standing(event) if event else None


def receipt_address(object_id: str) -> str:
    """Where the receipt of a record's last act is had, for its paper; "" for a record without acts."""
    event = log.last_event(object_id)
    return address_of(token_of(event.id)) if event else ""


def address_of(token: str) -> str:
    return str(settings.SITE_ADDRESS) + reverse("trail:receipt", args=[token])


def token_of(event_id: str) -> str:
    """What an address carries instead of the act's id: nobody else can write it."""
    return signing.Signer(salt=_FOR).sign(event_id)


def by_token(token: str) -> Standing:
    """Whoever holds the address holds the receipt; an address that we did not write leads nowhere."""
    try:
        event_id = signing.Signer(salt=_FOR).unsign(token)
    except signing.BadSignature:
        raise NotVisible from None
    event = log.event(event_id)
    if event is None:
        raise NotVisible
    return _standing(event)


def written(found: Standing) -> str:
    """The receipt as JSON. What stands in the log needs no promise; raises CannotPromise for what does not, without a signature."""
    by = signer()
    profile = by.key.profile
    digest = profile.leaf(found.leaf)
    at = found.event.at.astimezone(UTC)
    try:
        promise = str(signed(by, promise_text(by.key.name, digest, at, at + timedelta(seconds=PROMISED_SECONDS))))
    except CannotSign as why:
        if found.seq is None:
            raise CannotPromise from why
        promise = ""
    said = {"origin": by.key.name, "profile": profile.name, "leaf": found.leaf, "promise": promise}
    if found.seq is None or found.head is None:
        return receipt(**said)  # type: ignore[arg-type]
    path = log.inclusion(found.seq, found.head.size, profile)
    return receipt(**said, seq=found.seq, path=path, checkpoint=cosigned(found.head))  # type: ignore[arg-type]


def proofs(events: Sequence[Event]) -> dict[str, str]:
    """Receipts of many acts under one head, for whoever takes them along: event id → JSON, without a promise.

    An act that no signed head covers yet is left out: nothing proves it.
    """
    by, places = signer(), log.leaves_of(event.seq for event in events)
    head = _best_head(max(places.values())) if places else None
    if head is None:
        return {}
    profile, note = by.key.profile, cosigned(head)
    paths = log.inclusions(places.values(), head.size, profile)
    return {
        event.id: receipt(
            origin=by.key.name,
            profile=profile.name,
            leaf=_leaf_data(event, profile),
            promise="",
            seq=places[event.seq],
            path=paths[places[event.seq]],
            checkpoint=note,
        )
        for event in events
        if event.seq in places
    }


def cosigned(head: Head) -> str:
    """The head's note with the lines of all witnesses that cosigned this size."""
    own = read_note(head.note)
    lines: list[Signature] = list(own.signatures)
    for row in log.witnesses():
        if row.note:
            note = read_note(row.note)
            if note.text == own.text:
                lines += [one for one in note.signatures if one not in lines]
    return str(Note(own.text, tuple(lines)))


def _standing(event: Event) -> Standing:
    profile = signer().key.profile
    data = _leaf_data(event, profile)
    leaf: Leaf | None = log.leaf_of(event.seq)
    head = _best_head(leaf.seq) if leaf else None
    seq = leaf.seq if leaf and head else None
    return Standing(event, token_of(event.id), data, seq, head)


def _leaf_data(event: Event, profile: Profile) -> bytes:
    return leaf_data(bytes(event.body), event.after, event.row_digest, profile)


def _best_head(seq: int) -> Head | None:
    """The head that most witnesses cosigned among those that cover the leaf, else the first that covers it."""
    sizes = [row.size for row in log.witnesses() if row.note and row.size > seq]
    for size in sorted(set(sizes), key=lambda size: (-sizes.count(size), size)):
        if head := log.head(size):
            return head
    return log.head_over(seq)
