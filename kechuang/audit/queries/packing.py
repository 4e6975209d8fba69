"""What goes into an evidence pack: rows, acts, transfers, files and rules of some claims, each with its digest (证据固化).

The same records at the same moment give the same members, byte for byte. `kechuang-verify evidence` reads them without us.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kechuang.audit import rules
from kechuang.audit.models import Sample, Sheet, Task
from kechuang.audit.queries.sampling import published
from kechuang.audit.queries.subjects import touches
from kechuang.audit.states import PACK_BYTES_MAX, PACK_CLAIMS_MAX, PACK_FORMAT, SampleState
from kechuang.claims.queries import Claim, queue
from kechuang.documents.queries import content_of, files_of
from kechuang.gazette.queries import versions
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.ledger.queries import Station, transfers_of
from kechuang.ledger.rules import Place
from kechuang.orders.queries import order_for_claim
from kechuang.trail.models import Event
from kechuang.trail.queries import kept_digest, proofs, row_texts, way, whole_rows
from kechuang.treasury.queries import budget_of, payments_of

_MANIFEST, _SEAL = "manifest.json", "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The members of a pack, in their order, with the digest of the manifest that names them all."""

    members: dict[str, bytes]
    digest: str


def claims_wanted(actor: Actor, task: Task, *, numbers: Iterable[str], sample: Sample | None) -> list[Claim]:
    """The claims to freeze: those named, and those a sample drew; raises UnknownNumber, NothingToPack, PackTooLarge."""
    within = queue(actor).filter(region__in=task.regions)
    asked = sorted(set(numbers))
    named = {claim.number: claim for claim in within.filter(number__in=asked)}
    for number in asked:
        if number not in named or not touches([named[number].id], task):
            raise rules.UnknownNumber(number=number)
    drawn = Sheet.objects.filter(sample=sample).values("claim_id") if sample else []
    found = {claim.id: claim for claim in [*named.values(), *(within.filter(id__in=drawn) if sample else [])]}
    if not found:
        raise rules.NothingToPack()
    if len(found) > PACK_CLAIMS_MAX:
        raise rules.PackTooLarge(count=PACK_CLAIMS_MAX)
    return [found[one] for one in sorted(found)]


def frozen(claims: Sequence[Claim], *, task: Task, number: str, sample: Sample | None, at: datetime) -> Frozen:
    """The members of a pack of these claims; raises NotInLogYet, PackTooLarge, and what a damaged file raises."""
    subjects = _subjects(claims)
    events = list(way(subjects))
    stations = transfers_of(subjects)
    members: dict[str, bytes] = {}
    members |= _events(events)
    members |= _rows(events)
    members |= _proofs(events)
    members["ledger.json"] = _said([_transfer(one) for one in stations])
    members |= _files([claim.id for claim in claims] + [claim.order_id for claim in claims])
    members |= _packs(events, {claim.scheme for claim in claims})
    if sample is not None and sample.state in (SampleState.DRAWN, SampleState.CONCLUDED):
        members["sample.json"] = rules.canonical(published(sample))
    if sum(len(body) for body in members.values()) > PACK_BYTES_MAX:
        raise rules.PackTooLarge(count=PACK_BYTES_MAX)
    manifest = _manifest(members, claims, task=task, number=number, at=at)
    digest = hashlib.sha256(manifest).hexdigest()
    seal = f"{digest}  {_MANIFEST}\n".encode()
    return Frozen({_MANIFEST: manifest, _SEAL: seal, **dict(sorted(members.items()))}, digest)


def _subjects(claims: Sequence[Claim]) -> list[str]:
    """Every record on the way of these claims: order, voucher, notice, budget, batches."""
    found: set[str] = set()
    for claim in claims:
        order = order_for_claim(claim.order_id, papers=False)
        budget = budget_of(claim.region, claim.year)
        found |= {claim.id, claim.order_id, order.voucher_id, claim.notice_id, claim.payable_id}
        found |= {budget.id} if budget else set()
    paid = payments_of([claim.id for claim in claims])
    found |= {payment.batch_id for payments in paid.values() for payment in payments}
    return sorted(found - {""})


def _events(events: Sequence[Event]) -> dict[str, bytes]:
    """Each act's canonical bytes as a member of its own, and an index with digest and the digest of the row after it."""
    index = [
        {
            "seq": event.seq,
            "id": event.id,
            "object_type": event.object_type,
            "object_id": event.object_id,
            "digest": event.digest,
            "row_digest": kept_digest(event),
            "member": f"events/{event.id}.json",
        }
        for event in events
    ]
    bodies = {f"events/{event.id}.json": bytes(event.body) for event in events}
    return {"events.json": _said(index), **bodies}


def _rows(events: Sequence[Event]) -> dict[str, bytes]:
    """The record of each act as it stands: in the text that its last act's digest was taken of, and with all that is in it."""
    kinds = {event.object_id: event.object_type for event in events}
    kept = {f"objects/{kinds[record]}/{record}.json": text.encode() for record, text in row_texts(kinds).items()}
    return kept | {f"rows/{kinds[record]}/{record}.json": text.encode() for record, text in whole_rows(kinds).items()}


def _proofs(events: Sequence[Event]) -> dict[str, bytes]:
    """Each act's receipt, all under one head of the log, and what the log keeps of each record since its last act."""
    receipts = proofs(events)
    if len(receipts) < len(events):
        raise rules.NotInLogYet(count=len(events) - len(receipts))
    kept = {event.object_id: event for event in events}  # in their order: the last one stays
    logged = {
        f"logged/{one.object_type}/{one.object_id}.json": one.after.encode() for one in kept.values() if one.after
    }
    return logged | {f"proofs/{name}.json": text.encode() for name, text in receipts.items()}


def _transfer(one: Station) -> dict[str, object]:
    return {
        "id": one.id,
        "on": one.on.isoformat(),
        "phase": one.phase.name.lower(),
        "rule": one.rule,
        "fen": one.fen,
        "debit": _account(one.debit),
        "credit": _account(one.credit),
        "subject": one.subject,
        "key": one.key,
    }


def _account(place: Place) -> dict[str, object]:
    return {"kind": str(place.kind), "region": place.region, "year": place.year, "owner": place.owner}


def _files(subject_ids: Sequence[str]) -> dict[str, bytes]:
    """The files of the claims and their orders, each content once under its SHA-256."""
    index, contents = [], {}
    for file in files_of(*subject_ids):
        member = f"files/{file.digest}"
        if member not in contents:
            contents[member] = content_of(subject_id=file.subject_id, file_id=file.id).content
        index.append(
            {
                "id": file.id,
                "subject_id": file.subject_id,
                "kind": file.kind,
                "name": file.name,
                "size": file.size,
                "media_type": file.media_type,
                "sha256": file.digest,
                "kept_at": _instant(file.at),
                "member": member,
            }
        )
    return {"files.json": _said(index), **contents}


def _packs(events: Sequence[Event], schemes: set[str]) -> dict[str, bytes]:
    """The texts of the rules that were in force from the first of these acts to the last (规则文本)."""
    first, last = min(event.at for event in events), max(event.at for event in events)
    index, texts = [], {}
    for scheme in sorted(schemes):
        every = sorted(versions(PUBLIC, scheme).defer(None), key=lambda one: one.version)
        # records that were taken over are older than the platform: they were decided by its first text
        rows = [row for row in every if row.published_at <= last] or every[:1]
        before = max((row.version for row in rows if row.published_at <= first), default=0)
        for row in sorted((row for row in rows if row.version >= before), key=lambda one: one.version):
            member = f"policies/{scheme.replace('/', '__')}@{row.version}.toml"
            texts[member] = row.text.encode()
            index.append(
                {
                    "scheme": scheme,
                    "version": row.version,
                    "title": row.title,
                    "first_on": row.first_on.isoformat(),
                    "published_at": _instant(row.published_at),
                    "sha256": row.digest,
                    "member": member,
                }
            )
    return {"policies.json": _said(index), **texts}


def _manifest(members: Mapping[str, bytes], claims: Sequence[Claim], *, task: Task, number: str, at: datetime) -> bytes:
    """The list of everything in the pack, with sizes and digests."""
    said = {
        "format": PACK_FORMAT,
        "number": number,
        "frozen_at": _instant(at),
        "task": {
            "number": task.number,
            "document": task.document,
            "title": task.title,
            "region": task.region,
            "regions": task.regions,
            "from_on": task.from_on.isoformat(),
            "until_on": task.until_on.isoformat(),
        },
        "claims": [claim.number for claim in claims],
        "members": [
            {"path": path, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for path, body in sorted(members.items())
        ],
    }
    return _said(said)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _said(value: object) -> bytes:
    """JSON that a person can read as well: one value, one text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
