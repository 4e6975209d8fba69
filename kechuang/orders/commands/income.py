"""After the service: who served for which project, and income that is managed as horizontal research funds."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kechuang.catalog.queries import sharing_scheme, staff
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.kernel.text import halfwidth, tidy
from kechuang.orders import rules
from kechuang.orders.commands.serving import Upload, keep_file
from kechuang.orders.commands.steps import Step, begin, finish
from kechuang.orders.models import Contract, Horizontal, Order, Served
from kechuang.orders.states import PEOPLE_MAX
from kechuang.parties.queries import party
from kechuang.policy.book import InForce, in_force
from kechuang.ui import clock


@transaction.atomic
def note_served(
    actor: Actor,
    *,
    order_id: str,
    project: str = "",
    people: Mapping[str, int] | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """The provider notes for which project an order was served and by whom, by weight (登记项目和服务人员).

    The income statement divides by it; noted again, it is replaced. Raises PeopleUnknown, WeightsMissing.
    """
    step = begin(actor, order_id, "note_served", seen=seen)
    if step.repeated:
        return step.order
    order, given = step.order, dict(people or {})
    known = {one.id: one for one in staff(order.offer.carrier_id, on=clock.day(now))} if given else {}
    rules.refuse_people(given, known, limit=PEOPLE_MAX)
    kept = [{"staff_id": staff_id, "weight": weight} for staff_id, weight in given.items()]
    Served.objects.update_or_create(order=order, defaults={"project": tidy(project), "people": kept})
    return finish(step, now=now, facts={"project": tidy(project), "people": kept})


@transaction.atomic
def mark_horizontal(
    actor: Actor,
    *,
    order_id: str,
    project: str,
    registration: str = "",
    contract_file: Upload | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Marks a settled order's income as horizontal research funds (横向科研经费), by the conditions of the provider's place.

    Marked already, it answers with the order. Raises HorizontalNotProvided, ProjectMissing, and NotHorizontal with each
    condition that fails and its article. Source: 绍兴试点方案 三（三）2.
    """
    step = begin(actor, order_id, "mark_horizontal", seen=seen)
    order = step.order
    if step.repeated or Horizontal.objects.filter(order=order, ended_on__isnull=True).exists():
        return order
    on, named = clock.day(now), tidy(project)
    if not named:
        raise rules.ProjectMissing()
    terms = _terms(order, now)
    number = halfwidth(registration).upper()
    facts = rules.HorizontalFacts(
        owner_code=party(order.provider_id).credit_code,
        service=order.service,
        contract=contract_file is not None or _sealed(order),
        registration=number,
        own_share_fen=Fen(order.own_share_fen),
        paid_fen=Fen(order.paid_fen),
        settled_on=order.settled_on or on,
    )
    articles = {name: terms.article(name) for name in terms.record["params"]}
    rules.refuse_not_horizontal(facts, on=on, terms=terms.terms, articles=articles)
    row = Horizontal.objects.create(
        order=order,
        project=named,
        registration=number,
        contract_file_id=keep_file(step, contract_file, "contract", now).id if contract_file else "",
        fen=rules.horizontal_fen(Fen(order.captured_fen), Fen(order.paid_fen), terms=terms.terms),
        terms=dict(terms.record),
        marked_by=actor.person_id,
        marked_on=on,
    )
    return _marked(step, row, terms, now)


@transaction.atomic
def unmark_horizontal(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """Takes the mark back (撤销横向科研经费标记), with the reason. Raises NotMarked, ReasonMissing."""
    step = begin(actor, order_id, "unmark_horizontal", seen=seen)
    if step.repeated:
        return step.order
    why = rules.reason(reason)
    row = Horizontal.objects.filter(order=step.order, ended_on__isnull=True).first()
    if row is None:
        raise rules.NotMarked()
    row.ended_on = clock.day(now)
    row.save(update_fields=["ended_on"])
    return finish(step, now=now, facts={"mark": row.id, "reason": why})


def _terms(order: Order, now: datetime) -> InForce[rules.HorizontalTerms]:
    on = clock.day(now)
    scheme = sharing_scheme(order.offer.region, on=on)
    if not scheme:
        raise rules.HorizontalNotProvided()
    return in_force(scheme, rules.HorizontalTerms, on=on)


def _sealed(order: Order) -> bool:
    sealed = Contract.objects.filter(order=order).exclude(holder_seal="").exclude(provider_seal="")
    return sealed.exists()


def _marked(step: Step, row: Horizontal, terms: InForce[rules.HorizontalTerms], now: datetime) -> Order:
    facts = {
        "mark": row.id,
        "project": row.project,
        "registration": row.registration,
        "fen": row.fen,
        "file_id": row.contract_file_id,
        "terms": terms.digest,
    }
    return finish(step, now=now, facts=facts, article=terms.article("horizontal_owner_codes"))
