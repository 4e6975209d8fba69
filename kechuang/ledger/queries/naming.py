"""Owners of accounts and records behind entries as people call them (户主、业务编号)."""

from collections.abc import Iterable

from kechuang.parties.queries import party_names
from kechuang.trail.queries import numbers


def called(ids: Iterable[str]) -> dict[str, str]:
    """Parties by name, everything else by its number; what has neither keeps its id."""
    wanted = {one for one in ids if one}
    return {one: one for one in wanted} | numbers(wanted) | party_names(wanted)
