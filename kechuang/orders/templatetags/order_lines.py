"""{% load order_lines %}: quantities in words."""

from django import template

from kechuang.catalog.queries import steps_said
from kechuang.kernel.money import yuan

register = template.Library()
register.filter("steps_said", steps_said)


@register.filter
def quantity(hundredths: int) -> str:
    """250 hundredths as 2.5."""
    return yuan(hundredths).rstrip("0").rstrip(".")
