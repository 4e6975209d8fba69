"""Who sees and does what in the audit room: auditors of the office that opened the task, and nobody else.

Over which records of other rooms an auditor's post is exercised is `within_tasks`: the regions of the office's open tasks.
What the looked-at offices learn is `looked_at`: that a record was looked at, never by whom.
"""

from dataclasses import replace

from django.db.models import QuerySet

from kechuang.audit.models import Look, Pack, Sample, Sheet, Task
from kechuang.audit.states import TaskState
from kechuang.kernel.actor import Actor, Role

_LOOKED_AT = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
)


def offices(actor: Actor) -> dict[str, frozenset[str]]:
    """The actor's auditing offices: region -> every region code it may ever audit."""
    found: dict[str, frozenset[str]] = {}
    for post in actor.posts:
        if post.role is Role.AUDITOR:
            found[post.region] = found.get(post.region, frozenset()) | post.covers | {post.region}
    return found


def roles_on(actor: Actor, record: Task | Sample | Sheet | Pack) -> frozenset[Role]:
    """AUDITOR in the office whose task it is."""
    return frozenset({Role.AUDITOR}) if record.region in offices(actor) else frozenset()


def visible_to(actor: Actor) -> QuerySet[Task]:
    """Every read of tasks starts here."""
    return Task.objects.filter(region__in=offices(actor))


def samples_visible_to(actor: Actor) -> QuerySet[Sample]:
    return Sample.objects.filter(region__in=offices(actor))


def sheets_visible_to(actor: Actor) -> QuerySet[Sheet]:
    return Sheet.objects.filter(region__in=offices(actor))


def packs_visible_to(actor: Actor) -> QuerySet[Pack]:
    return Pack.objects.filter(region__in=offices(actor))


def looks_visible_to(actor: Actor) -> QuerySet[Look]:
    """The office's own looks, whole."""
    return Look.objects.filter(task__region__in=offices(actor))


def looked_at(actor: Actor) -> QuerySet[Look]:
    """Looks at records of the regions over which a deciding, paying or overseeing office is held."""
    return Look.objects.filter(region__in=actor.regions(*_LOOKED_AT))


def within_tasks(actor: Actor) -> Actor:
    """The same actor, each auditor's post narrowed to the regions of its office's open tasks. One statement."""
    held = Task.objects.filter(region__in=offices(actor), state=TaskState.OPEN).values_list("region", "regions")
    scope: dict[str, set[str]] = {}
    for region, regions in held:
        scope.setdefault(region, set()).update(regions)
    posts = (
        replace(post, within=frozenset(scope.get(post.region, ()))) if post.role is Role.AUDITOR else post
        for post in actor.posts
    )
    return replace(actor, posts=frozenset(posts))
