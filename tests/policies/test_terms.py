"""Every terms type that a room declares is filled by the packs on every day of the pilot year, to the last field."""

import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass
from datetime import date

import pytest

import kechuang
from kechuang.policy.terms import names
from tests.rulebook import rulebook

BOOK = rulebook()
DAYS = [date(2021, 12, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 31)]
VOUCHERS = "shaoxing/voucher-2021"
LIBRARY = "shaoxing/provider-library"


def declared() -> list[type]:
    found = {}
    for module in pkgutil.walk_packages(kechuang.__path__, "kechuang."):
        if ".rules" not in module.name:
            continue
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if name.endswith("Terms") and is_dataclass(kind):
                found[f"{kind.__module__}.{name}"] = kind
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("kind", declared(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_terms_of_a_room_are_in_force(kind: type, day: date) -> None:
    asked = set(names(kind))
    fits = [scheme for scheme in (VOUCHERS, LIBRARY) if asked <= set(BOOK.packs[scheme].parameters)]
    # What the pilot's packs do not have stands in a pack of the province, the nation, or another region.
    fits = fits or [scheme for scheme, pack in BOOK.packs.items() if asked <= set(pack.parameters)]
    missing = set(names(kind)) - set(BOOK.packs[VOUCHERS].parameters)
    assert fits, f"no pack has {sorted(missing)}"
    for scheme in fits:
        assert BOOK.in_force(scheme, kind, day).terms


def test_there_are_terms_to_check() -> None:
    assert len(declared()) > 5
