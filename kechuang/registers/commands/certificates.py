"""Certificates of an admission: brought by the provider, renewed, looked at again by the office."""

from datetime import date, datetime

from django.db import transaction

from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy
from kechuang.registers import rules
from kechuang.registers.access import roles_on
from kechuang.registers.commands.application import locked
from kechuang.registers.models import Certificate
from kechuang.registers.states import ADMISSION_MACHINE, AdmissionState
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@transaction.atomic
def add_certificate(
    actor: Actor,
    *,
    admission_id: str,
    kind: str,
    number: str,
    issuer: str,
    valid_from: date,
    valid_until: date | None,
    file_id: str,
    now: datetime,
) -> Certificate:
    """Adds a certificate (提交资质证书); the same number again follows the former one (换证).

    `valid_until` is exclusive. Raises MoveNotOpen, CertificateUnfit, CertificateExpired.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("add_certificate", AdmissionState(admission.state), roles)
    on = clock.day(now)
    written = halfwidth(number).upper()
    rules.check_certificate(
        number=written, issuer=tidy(issuer), file_id=file_id, valid_from=valid_from, valid_until=valid_until, on=on
    )
    old = Certificate.objects.filter(admission=admission, kind=kind, number=written, replaced_on__isnull=True)
    for former in old.select_for_update():
        former.replaced_on = on
        former.save(update_fields=["replaced_on"])
        record(actor, former, "replace", label=_("换发证书"), role=Role.PROVIDER, now=now)
    certificate = Certificate.objects.create(
        admission=admission,
        region=admission.region,
        kind=kind,
        number=written,
        issuer=tidy(issuer),
        valid_from=valid_from,
        valid_until=valid_until,
        file_id=file_id,
        added_by=actor.person_id,
        added_on=on,
    )
    record(actor, certificate, "add", label=_("登记资质证书"), role=Role.PROVIDER, now=now, facts={"kind": kind})
    said = {"certificate": certificate.id, "kind": kind}
    advance(actor, admission, move, roles=roles, now=now, facts=said)
    return certificate


@transaction.atomic
def bring_certificate(
    actor: Actor,
    *,
    admission_id: str,
    kind: str,
    number: str,
    issuer: str,
    valid_from: date,
    valid_until: date | None,
    file_name: str,
    content: bytes,
    now: datetime,
) -> Certificate:
    """The same with the scan itself, which is checked and kept (上传证书). Raises what documents' `keep` raises too."""
    admission = locked(actor, admission_id)
    ADMISSION_MACHINE.check("add_certificate", AdmissionState(admission.state), roles_on(actor, admission))
    file = keep(
        actor,
        name=file_name,
        content=content,
        kind=Kind.CERTIFICATE,
        subject_id=admission.id,
        region=admission.region,
        now=now,
    )
    return add_certificate(
        actor,
        admission_id=admission.id,
        kind=kind,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        file_id=file.id,
        now=now,
    )
