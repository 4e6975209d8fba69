"""{% load numbers %}: numbers that people read (SD-9M14-GH41-JFN7-KTXT-U) stay on one line."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_NUMBER = re.compile(r"\b[A-Z]{2}(?:-[0-9A-Z]{4}){4}-[0-9A-Z*~$=]")


@register.filter
def numbers(text: str) -> SafeString:
    """The text with every public number in it kept whole."""
    return mark_safe(_NUMBER.sub(r'<span class="k-nobreak">\g<0></span>', conditional_escape(text)))
