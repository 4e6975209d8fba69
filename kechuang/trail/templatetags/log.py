"""The part of a page that leads to its receipt."""

from typing import Any

from django import template

from kechuang.trail import queries

register = template.Library()


@register.inclusion_tag("trail/_receipt.html")
def receipt(object_id: str, sheet: bool = False) -> dict[str, Any]:
    """凭证 of the last act on a record: its place in the log, the file, a QR code. `sheet`: for paper."""
    found = queries.standing(object_id)
    address = queries.address_of(found.token) if found else ""
    return {"found": found, "address": address, "sheet": sheet}


@register.filter
def hexed(digest: bytes) -> str:
    """A digest as it is written."""
    return digest.hex()


@register.filter
def label_of(state: str, labels: dict[str, str]) -> str:
    return labels[state]
