from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from kechuang.documents.adapters import store
from kechuang.documents.adapters.scanner import Verdict, scanner
from kechuang.documents.formats.upload import checked
from kechuang.documents.models import File
from kechuang.documents.states import KIND_LABELS, Kind, Media, ScanState
from kechuang.kernel.actor import Actor, Role
from kechuang.trail.commands import record
from kechuang.ui.rows import insert

keeping_many = store.together  # `with keeping_many():` around a play or an import: one sync for all its files


def keep(
    actor: Actor,
    *,
    name: str,
    content: bytes,
    kind: str,
    subject_id: str,
    region: str,
    now: datetime,
    readers: Iterable[str] = (),
    role: Role | None = None,
) -> File:
    """Keeps an uploaded file (材料上传) for the record `subject_id`, after everything about it has been checked.

    Asked twice with the same content it answers with the first file. `readers` are further parties that may open it,
    `role` is by which the actor brings it (else their office, or the public's for a party's people). The caller has shown that the actor may bring files to that record. Raises formats.upload's Refusals, Infected,
    ScannerDown.
    """
    found = checked(name, content, Kind(kind))
    verdict = scanner().scan(found.name, content)
    write = partial(_kept, actor, content=content, kind=Kind(kind), subject_id=subject_id, region=region, now=now)
    return write(name=found.name, media=found.media, readers=readers, verdict=verdict, role=role)


def keep_made(
    actor: Actor,
    *,
    name: str,
    content: bytes,
    kind: str,
    media: Media,
    subject_id: str,
    region: str,
    now: datetime,
    readers: Iterable[str] = (),
    role: Role | None = None,
) -> File:
    """Keeps a file that the platform itself made (打印件、支付文件、案卷): nothing in it came from outside unchecked."""
    made = Verdict(ScanState.SCANNED, "made here")
    write = partial(_kept, actor, content=content, kind=Kind(kind), subject_id=subject_id, region=region, now=now)
    return write(name=name, media=media, readers=readers, verdict=made, role=role)


@transaction.atomic(savepoint=False)  # everything that a person can do wrong was refused before
def _kept(
    actor: Actor,
    *,
    name: str,
    content: bytes,
    kind: Kind,
    media: Media,
    subject_id: str,
    region: str,
    readers: Iterable[str],
    verdict: Verdict,
    role: Role | None,
    now: datetime,
) -> File:
    once = {
        "subject_id": subject_id,
        "kind": kind,
        "digest": store.put(content),
        "party_id": actor.party_id,
        "uploaded_by": actor.person_id,
    }
    brought = File(
        **once,
        name=name,
        size=len(content),
        media_type=media,
        region=region,
        readers=sorted(set(readers) - {""}),
        at=now,
        scan_state=verdict.state,
        scanner=verdict.scanner,
    )
    if not insert(brought):  # two that bring the same at once: the second has waited for the first
        return File.objects.get(**once)
    facts = {"subject_id": subject_id, "kind": str(kind), "digest": brought.digest, "size": brought.size}
    by = role or _role(actor, region)
    record(actor, brought, "keep", label=KIND_LABELS[kind], role=by, now=now, facts=facts)
    return brought


def _role(actor: Actor, region: str) -> Role:
    """The office by which a file was brought; a party's own people bring it as that party, known by its id."""
    held = sorted(actor.roles_in(region))
    if held and not actor.party_id:
        return held[0]
    return Role.PUBLIC


def purge(*, older_than_seconds: int) -> int:
    """Removes objects that no row names and that no upload under way can still be about to name; answers how many."""
    named = set(File.objects.values_list("digest", flat=True))
    left = [name for name, age in store.objects() if name not in named and age >= older_than_seconds]
    return sum(store.remove(name, older_than_seconds=older_than_seconds) for name in left)
