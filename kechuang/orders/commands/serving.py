"""Serving and delivering (合同、服务、交付、最终明细、验收)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.documents.queries import File
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.orders import rules
from kechuang.orders.adapters.seal import sealer
from kechuang.orders.commands.asking import add_version
from kechuang.orders.commands.steps import FINAL_WAIT, Step, begin, finish, notify, start_clock
from kechuang.orders.formats.contract import drawn
from kechuang.orders.models import Contract, Delivery, Order, OrderVersion
from kechuang.orders.queries import contract_facts, frozen_prices
from kechuang.orders.rules import Asked
from kechuang.orders.states import ContractKind, Version
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add, run, updating
from kechuang.vouchers import commands as vouchers

UPLOADED = _("盖章件已上传")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came from a person: its name and its bytes."""

    name: str
    content: bytes


@transaction.atomic
def contract(
    actor: Actor,
    *,
    order_id: str,
    kind: ContractKind,
    file: Upload | None = None,
    price_fen: Fen | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Brings the contract (服务合同): drawn from the dated template, or a sealed file of the parties' own or a framework.

    A template printed, sealed and uploaded is a template with a file. Raises ContractMissing without text and file,
    ContractSealed once both sides have sealed.
    """
    step = begin(actor, order_id, "contract", seen=seen)
    if step.repeated:
        return step.order
    order = step.order
    standing = _contract.first(order.id)
    if standing is not None and standing.holder_seal and standing.provider_seal:
        raise rules.ContractSealed()
    made = standing or Contract(order=order, region=order.region)
    if kind is not ContractKind.TEMPLATE and file is None:
        raise rules.ContractMissing()
    count = step.terms.contract_parties.pick(service=order.service)
    made.price_fen = order.price_fen if price_fen is None or kind is ContractKind.TEMPLATE else price_fen
    made.kind, made.parties_count, made.made_on = kind, count, clock.day(now)
    made.template = made.text = ""
    if kind is ContractKind.TEMPLATE:
        made.template = step.terms.contract_template
        made.text = drawn(contract_facts(order, on=made.made_on), template=made.template, three=count == "three")
        made.digest = hashlib.sha256(made.text.encode()).hexdigest()
    made.file_id, made.holder_seal, made.provider_seal = "", "", ""
    if file is not None:
        kept = keep_file(step, file, "contract", now)
        made.file_id, made.digest = kept.id, kept.digest
        made.holder_seal = made.provider_seal = UPLOADED
    if standing is None:
        add(made)
    else:
        made.save()
    facts = {"kind": str(kind), "digest": made.digest, "template": made.template, "file_id": made.file_id}
    return finish(step, now=now, facts=facts)


@transaction.atomic
def seal(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """Seals the drawn contract for one's own side, through the e-seal adapter (合同用印).

    Sealed already by that side, nothing is done twice. Raises ContractMissing when none was drawn.
    """
    step = begin(actor, order_id, "seal", seen=seen)
    made = _contract.first(step.order.id)
    if made is None:
        raise rules.ContractMissing()
    side = "holder_seal" if Role.HOLDER in step.roles else "provider_seal"
    if step.repeated or getattr(made, side):
        return step.order
    mark = sealer().seal(digest=made.digest, party_id=actor.party_id, person_id=actor.person_id)
    setattr(made, side, mark)
    run(*updating(made, [side]))
    return finish(step, now=now, facts={"side": side, "digest": made.digest, "seal": mark})


@transaction.atomic
def start(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """The provider begins (开始服务)."""
    step = begin(actor, order_id, "start", seen=seen)
    if step.repeated:
        return step.order
    step.order.started_on = clock.day(now)
    return finish(step, now=now, saves=["started_on"])


@transaction.atomic
def deliver_part(
    actor: Actor, *, order_id: str, files: Sequence[Upload], note: str = "", seen: int | None = None, now: datetime
) -> Order:
    """Delivers a part, with its report (部分交付); raises ReportMissing."""
    return _deliver(actor, order_id, "deliver_part", files, note, seen, now)


@transaction.atomic
def deliver(
    actor: Actor, *, order_id: str, files: Sequence[Upload], note: str = "", seen: int | None = None, now: datetime
) -> Order:
    """Delivers the whole, with its report (交付服务报告); raises ReportMissing, ContractMissing."""
    return _deliver(actor, order_id, "deliver", files, note, seen, now)


@transaction.atomic
def propose_final(
    actor: Actor, *, order_id: str, lines: Sequence[Asked], note: str = "", seen: int | None = None, now: datetime
) -> Order:
    """The lines as they came to be (最终明细): hours, samples, 加急, 制样, 耗材, extra reports, from the frozen price list.

    An earlier proposal that was not answered is followed by this one. Raises NotOnPriceList, AboveListPrice, NoLines.
    """
    step = begin(actor, order_id, "propose_final", seen=seen)
    if step.repeated:
        return step.order
    priced = rules.priced(lines, frozen_prices(step.order))
    open_ones = OrderVersion.objects.filter(order=step.order, agreed_on__isnull=True, rejected_on__isnull=True)
    open_ones.update(rejected_on=clock.day(now))
    version = add_version(step, priced, Version.FINAL, note=note, now=now)
    step.order.final_open = True
    facts = {"version": version.version, "price_fen": version.price_fen, "digest": version.digest}
    order = finish(step, now=now, saves=["final_open"], facts=facts)
    due_on = start_clock(order, FINAL_WAIT, now)
    notify(order, _("服务机构提出了最终明细，请答复"), to=Role.HOLDER, due_on=due_on, now=now)
    return order


@transaction.atomic
def agree_final(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """The user agrees (同意最终明细): hold and own share are computed anew under the frozen terms; both versions stay.

    Above the hold fresh balance is needed, below it the difference is free again. Raises NoFinal, FinalOpen never.
    """
    step = begin(actor, order_id, "agree_final", seen=seen)
    if step.repeated:
        return step.order
    version = _open_final(step.order)
    before = {"price_fen": step.order.price_fen, "voucher_fen": step.order.voucher_fen}
    reprice(actor, step.order, Fen(version.price_fen), now=now)
    _agree(version, step.order, now)
    step.order.final_open = False
    facts = {"version": version.version, "before": before, **_figures(step.order)}
    order = finish(step, now=now, saves=[*REPRICED, "final_open"], facts=facts)
    deadlines.meet(order.id, FINAL_WAIT.kind, now=now)
    notify(order, _("使用者同意了最终明细"), to=Role.PROVIDER, now=now)
    return order


@transaction.atomic
def reject_final(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """The user does not agree (不同意最终明细), with the reason; the agreed lines stay in force."""
    step = begin(actor, order_id, "reject_final", seen=seen)
    if step.repeated:
        return step.order
    version = _open_final(step.order)
    why = rules.reason(reason)
    version.rejected_on = clock.day(now)
    version.note = "；".join(part for part in (version.note, why) if part)[: Order._meta.get_field("reason").max_length]
    version.save(update_fields=["rejected_on", "note"])
    step.order.final_open = False
    order = finish(step, now=now, saves=["final_open"], facts={"version": version.version, "reason": why})
    deadlines.meet(order.id, FINAL_WAIT.kind, now=now)
    notify(order, _("使用者不同意最终明细"), to=Role.PROVIDER, text=why, now=now)
    return order


@transaction.atomic
def accept(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """The user accepts the service (验收). Raises FinalOpen while final lines wait for an answer."""
    step = begin(actor, order_id, "accept", seen=seen)
    if step.repeated:
        return step.order
    if step.order.final_open:
        raise rules.FinalOpen()
    step.order.accepted_on = clock.day(now)
    return finish(step, now=now, saves=["accepted_on"])


REPRICED = ("price_fen", "voucher_fen", "own_share_fen", "bound_by", "captured_fen")


def reprice(actor: Actor, order: Order, price_fen: Fen, *, now: datetime) -> None:
    """Another price for a placed order: the voucher's part by the frozen terms, the rest is the own share.

    A part already offset (结算在前) is made less or more; a hold is replaced.
    """
    voucher_fen, bound_by = Fen(0), ""
    if order.captured_fen:
        voucher_fen, bound_by = vouchers.change_captured(actor, order_id=order.id, price_fen=price_fen, now=now)
        order.captured_fen = voucher_fen
    elif order.voucher_fen and (held := vouchers.change_hold(actor, order_id=order.id, price_fen=price_fen, now=now)):
        voucher_fen, bound_by = Fen(held.fen), held.bound_by
    order.price_fen, order.voucher_fen, order.bound_by = price_fen, voucher_fen, bound_by
    order.own_share_fen = Fen(price_fen - voucher_fen)


def agreed_version(step: Step, price_fen: Fen, note: str, *, now: datetime) -> OrderVersion:
    """A version that a mediation fixed (协调确定), agreed as it is made. The order was repriced before."""
    line = rules.Line("", "mediated", _("协调确定价款"), "", rules.UNIT_HUNDREDTHS, price_fen, None, price_fen)
    version = add_version(step, (line,), Version.FINAL, note=note, now=now)
    _agree(version, step.order, now)
    return version


def _agree(version: OrderVersion, order: Order, now: datetime) -> None:
    version.agreed_on, version.bound_by = clock.day(now), order.bound_by
    version.voucher_fen, version.own_share_fen = order.voucher_fen, order.own_share_fen
    version.save(update_fields=["agreed_on", "bound_by", "voucher_fen", "own_share_fen"])


def _open_final(order: Order) -> OrderVersion:
    rows = OrderVersion.objects.filter(
        order=order, kind=Version.FINAL, agreed_on__isnull=True, rejected_on__isnull=True
    )
    version = rows.order_by("-version").first()
    if version is None:
        raise rules.NoFinal()
    return version


def _figures(order: Order) -> dict[str, object]:
    return {name: getattr(order, name) for name in REPRICED}


def _deliver(
    actor: Actor, order_id: str, action: str, files: Sequence[Upload], note: str, seen: int | None, now: datetime
) -> Order:
    step = begin(actor, order_id, action, seen=seen)
    if step.repeated:
        return step.order
    order, whole = step.order, action == "deliver"
    if not files:
        raise rules.ReportMissing()
    if whole and not _sealed(order.id):
        raise rules.ContractMissing()
    kept = [keep_file(step, file, "report", now) for file in files]
    digests = [{"id": file.id, "digest": file.digest} for file in kept]
    add(Delivery(order=order, whole=whole, files=digests, note=tidy(note), by=actor.person_id, on=clock.day(now)))
    if not whole:
        done = finish(step, now=now, facts={"files": digests})
        notify(done, _("服务机构已部分交付"), to=Role.HOLDER, now=now)
        return done
    order.delivered_on = clock.day(now)
    return finish(step, now=now, saves=["delivered_on"], facts={"files": digests})


@compiled
def _contract(order_id: str) -> QuerySet[Contract]:
    return Contract.objects.select_for_update(of=("self",)).filter(order_id=order_id)


@compiled
def _sealed(order_id: str) -> QuerySet[Contract, str]:
    sealed = Contract.objects.exclude(holder_seal="").exclude(provider_seal="")
    return sealed.filter(order_id=order_id).values_list("pk", flat=True)


def keep_file(step: Step, file: Upload, kind: str, now: datetime) -> File:
    """Keeps a file for the order; both sides may read it, and the provider's unit that serves it."""
    order = step.order
    readers = [order.holder_id, order.provider_id, order.unit_id or ""]
    return keep(
        step.actor,
        name=file.name,
        content=file.content,
        kind=kind,
        subject_id=order.id,
        region=order.region,
        readers=readers,
        now=now,
    )
