"""{% load service_hours %}: minutes as hours for people."""

from django import template

from kechuang.usage.rules import hours_text

register = template.Library()


@register.filter
def hours(minutes: int | None) -> str:
    """90 as 1.5; nothing as 0."""
    return hours_text(minutes or 0)
