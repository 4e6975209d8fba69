"""Hearing the witnesses (收取联署): what each of the policy's witnesses says is kept for the public page and for receipts."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from kechuang_verify.policy import Policy, policy_of

from kechuang.trail.adapters.signing import signer
from kechuang.trail.adapters.witness import Heard, ask
from kechuang.trail.models import Witness


def policy() -> Policy | None:
    """Whom this installation names as its witnesses; None where it names nobody."""
    return policy_of(settings.LOG_POLICY) if settings.LOG_POLICY.exists() else None


def hear(*, now: datetime) -> int:
    """Asks every witness that has an address; answers how many cosign what they see."""
    named = policy()
    if named is None:
        return 0
    log, good = signer().key, 0
    for member in named.witnesses:
        if member.url:
            heard = ask(member, log)
            _keep(member.name, heard, now)
            good += heard.state == "cosigned"
    return good


@transaction.atomic
def _keep(name: str, heard: Heard, now: datetime) -> None:
    """A later cosignature never makes the size smaller that was once witnessed."""
    row = Witness.objects.select_for_update().filter(name=name).first() or Witness(name=name)
    row.state, row.reason, row.heard_at = heard.state, heard.reason, now
    if heard.point is not None and heard.point.size >= row.size:
        row.size, row.note = heard.point.size, str(heard.point.note)
        row.at = datetime.fromtimestamp(heard.at, UTC)
    row.save()
