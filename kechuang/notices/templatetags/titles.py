"""{% load titles %}: a notice's title in the reader's language, where the platform wrote it."""

import re

from django import template
from django.utils.translation import gettext as _

from kechuang.notices.states import TITLES

register = template.Library()

_WRITTEN = [(text, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(text)))) for text in TITLES]


@register.filter
def retold(title: str) -> str:
    """The stored title (公示标题) by the words it was made from; one that a person wrote stays as it is."""
    for text, written in _WRITTEN:
        if found := written.fullmatch(title):
            return _(text).format(**found.groupdict())
    return title
