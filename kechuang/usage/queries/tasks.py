"""Every city against its task of 家次 (各设区市服务企业任务), for rooms above."""

from collections import defaultdict
from datetime import date

from django.db.models import Sum

from kechuang.parties.queries import areas, city_of
from kechuang.policy.book import NoTermsInForce, in_force
from kechuang.usage.models import ServiceMonth
from kechuang.usage.queries.boards import Target
from kechuang.usage.rules import PlanTerms
from kechuang.usage.states import PLAN


def tasks_of_cities(*, year: int, on: date) -> dict[str, Target]:
    """By city how many enterprises seated there were served in a year, of how many. One statement."""
    try:
        plan = in_force(PLAN, PlanTerms, on=on)
    except NoTermsInForce:
        return {}
    rows = ServiceMonth.objects.filter(month__gte=date(year, 1, 1), month__lt=date(year + 1, 1, 1))
    reached: defaultdict[str, int] = defaultdict(int)
    for code, count in rows.values_list("client_region").annotate(n=Sum("enterprises")).order_by():
        if code in areas():
            reached[city_of(code)] += count
    article = plan.article("city_service_target_count")
    wanted = {str(dict(row.when)["city"]): row.value for row in plan.terms.city_service_target_count.rows if row.when}
    return {city: Target(reached[city], count, article) for city, count in wanted.items()}
