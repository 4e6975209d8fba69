"""Points as people read them (得分)."""

from django import template

from kechuang.evaluation.states import POINT

register = template.Library()


@register.filter
def points(hundredths: int) -> str:
    """4,050 hundredths as `40.5`."""
    whole, rest = divmod(hundredths, POINT)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
