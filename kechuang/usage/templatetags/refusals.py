"""{% load refusals %}: a refusal inside a report, in words; fields by their headings."""

from django import template
from django.utils.translation import gettext

from kechuang.kernel.errors import Refusal
from kechuang.ui import words
from kechuang.usage.rules import FIELD_LABELS

register = template.Library()


@register.filter
def said(refusal: Refusal) -> str:
    return words.refusal_text(refusal)


@register.filter
def remedy(refusal: Refusal) -> str:
    return words.refusal_remedy(refusal)


@register.filter
def field_label(name: str) -> str:
    """A form's or a table's name of a field as its heading; headings stay as they are."""
    known = FIELD_LABELS.get(name) or FIELD_LABELS.get(f"{name}_id") or FIELD_LABELS.get(f"{name}_fen")
    return gettext(known) if known else name
