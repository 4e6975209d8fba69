"""Reading what comes in and goes out by the thousand: files on their way, push keys, who may export what."""

from django.db.models import QuerySet

from kechuang.catalog.access import carriers_of, offices_see, visible_to
from kechuang.catalog.models import ImportRun, Offer, PushKey
from kechuang.documents.queries import Opened, content_of
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name


def import_run(actor: Actor, run_id: str) -> ImportRun:
    """One file of one's own carriers, with how far it has got; raises NotVisible."""
    run = import_runs(actor).filter(id=run_id).first()
    if run is None:
        raise NotVisible
    return run


def import_runs(actor: Actor) -> QuerySet[ImportRun]:
    """Files handed in for one's own carriers, newest first."""
    return (
        ImportRun.objects.filter(carrier__in=carriers_of(actor)).select_related("carrier").order_by("-asked_at", "-id")
    )


def push_keys(actor: Actor) -> QuerySet[PushKey]:
    """The keys of one's own party, newest first; who acts for units sees those of these units only."""
    rows = PushKey.objects.filter(party_id=actor.party_id or None)
    if actor.unit_ids:
        rows = rows.filter(unit_ids__contained_by=sorted(actor.unit_ids)).exclude(unit_ids=[])
    return rows.order_by("-made_at", "-id")


def export_regions(actor: Actor) -> dict[str, str]:
    """The regions an office may export, by code with their names."""
    return {code: region_name(code) for code in sorted(offices_see(actor))}


def picture(actor: Actor, offer_id: str) -> Opened:
    """The picture of an instrument that the actor may see; raises NotVisible when it has none."""
    row: Offer | None = visible_to(actor).select_related("instrument").filter(id=offer_id).first()
    sheet = getattr(row, "instrument", None)
    if row is None or sheet is None or not sheet.picture:
        raise NotVisible
    return content_of(subject_id=row.carrier_id, file_id=sheet.picture)
