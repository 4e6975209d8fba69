"""What was brought in from before this platform, and the empty tables for it (期初导入)."""

from datetime import date

from django.db.models import QuerySet

from kechuang.claims.formats import opening as tables
from kechuang.claims.models import Opening
from kechuang.claims.states import OPENING_LABELS, OpeningKind
from kechuang.documents.rules import write_csv, write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor, Role
from kechuang.policy.book import current, rollout_open

MAY_SEE = (Role.BUDGET_AUTHOR, Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.AUDITOR)


def openings(actor: Actor) -> QuerySet[Opening]:
    """The tables brought in, newest first, in the counties of the actor's office."""
    return Opening.objects.filter(region__in=actor.regions(*MAY_SEE)).order_by("-id")


def opening_schemes(regions: list[str], *, on: date) -> dict[str, str]:
    """The voucher schemes open in one of these counties, title by scheme."""
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if pack.rollout
        and "grant_fen" in pack.parameters
        and any(rollout_open(scheme, region=region, on=on) for region in regions)
    }


def opening_template(kind: OpeningKind, media: Media) -> tuple[str, bytes]:
    """An empty table to fill in (空白表): its name and content."""
    rows, label = [tables.heading(kind)], OPENING_LABELS[kind]
    if media is Media.CSV:
        return f"{label}.csv", write_csv(rows)
    return f"{label}.xlsx", write_xlsx(rows, sheet=label)
