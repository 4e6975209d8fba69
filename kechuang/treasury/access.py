"""Who sees budgets and payments, and in which role. Nobody outside the offices sees a batch; payees see their own lines."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.treasury.models import Budget, Payable, PaymentBatch, PaymentLine

_OVERSIGHT = (Role.CITY_SCIENCE, Role.CITY_FINANCE, Role.AUDITOR)
_PAYMENT = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE, *_OVERSIGHT)
_BUDGET = (Role.BUDGET_AUTHOR, *_PAYMENT)


def roles_on(actor: Actor, record: Budget | PaymentBatch | PaymentLine | Payable) -> frozenset[Role]:
    """The office roles over the record's county; CLOCK for jobs."""
    return actor.roles_in(record.region)


def creator(actor: Actor, region: str, *roles: Role) -> Role:
    """The role by which the actor may begin a record in a county; raises NotVisible."""
    held = sorted(actor.roles_in(region) & set(roles))
    if not held:
        raise NotVisible
    return held[0]


def visible_to(actor: Actor) -> QuerySet[Budget]:
    """Budgets of the regions over which an office is held."""
    return Budget.objects.all() if actor.clock else Budget.objects.filter(region__in=actor.regions(*_BUDGET))


def batches_visible_to(actor: Actor) -> QuerySet[PaymentBatch]:
    """Batches of the regions whose payments the actor prepares, decides or oversees."""
    if actor.clock:
        return PaymentBatch.objects.all()
    return PaymentBatch.objects.filter(region__in=actor.regions(*_PAYMENT))


def lines_visible_to(actor: Actor) -> QuerySet[PaymentLine]:
    """Lines of visible batches, and a payee's own."""
    if actor.clock:
        return PaymentLine.objects.all()
    seen = Q(region__in=actor.regions(*_PAYMENT))
    return PaymentLine.objects.filter(seen | Q(payee_party=actor.party_id) if actor.party_id else seen)


def payables_visible_to(actor: Actor) -> QuerySet[Payable]:
    """Payables of the regions whose payments the actor prepares, decides or oversees, and a payee's own."""
    if actor.clock:
        return Payable.objects.all()
    seen = Q(region__in=actor.regions(*_PAYMENT))
    return Payable.objects.filter(seen | Q(payee_party=actor.party_id) if actor.party_id else seen)


def pays_in(actor: Actor) -> list[str]:
    """The regions whose payments the actor prepares, decides or oversees."""
    return sorted(actor.regions(*_PAYMENT))
