"""The one row per holder, scheme and year that every yearly cap locks (年度上限)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from kechuang.kernel.money import Fen
from kechuang.ui.compiled import Change, compiled_update
from kechuang.ui.rows import ask, run
from kechuang.vouchers.models import HolderYear

_LOCK = """
    INSERT INTO vouchers_holderyear AS y (party_id, scheme, year, granted_fen, granted_count, used_fen)
    VALUES (%s, %s, %s, 0, 0, 0)
    ON CONFLICT (party_id, scheme, year) DO UPDATE SET year = y.year
    RETURNING granted_fen, granted_count, used_fen"""


_LOCK_MANY = """
    INSERT INTO vouchers_holderyear AS y (party_id, scheme, year, granted_fen, granted_count, used_fen)
    SELECT party_id, scheme, year, 0, 0, 0 FROM unnest(%s::text[], %s::text[], %s::int[]) AS u (party_id, scheme, year)
    ON CONFLICT (party_id, scheme, year) DO UPDATE SET year = y.year
    RETURNING party_id, scheme, year, granted_fen, granted_count, used_fen"""


@dataclass(frozen=True, slots=True)
class Year:
    granted_fen: Fen
    granted_count: int
    used_fen: Fen


def year_locked(party_id: str, scheme: str, year: int) -> Year:
    """What the holder was granted and used so far, locked until the transaction ends; the row is made at first use."""
    granted, count, used = ask(_LOCK, [party_id, scheme, year])
    return Year(Fen(granted), count, Fen(used))


def years_locked(holders: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], Year]:
    """As `year_locked` for many holders (party, scheme, year) in one statement, locked in one order by everybody."""
    parties, schemes, years = zip(*sorted(holders), strict=True)
    rows = run(_LOCK_MANY, [list(parties), list(schemes), list(years)]).fetchall()
    return {
        (party, scheme, year): Year(Fen(granted), count, Fen(used))
        for party, scheme, year, granted, count, used in rows
    }


def add_granted(party_id: str, scheme: str, year: int, fen: int) -> None:
    """Counts a grant, or takes one back (negative). The row's lock is held."""
    _add_granted(party_id, scheme, year, fen, 1 if fen > 0 else -1)


def add_used(party_id: str, scheme: str, year: int, fen: int) -> None:
    """Counts what was set aside, or gives back (negative)."""
    changed = _add_used(party_id, scheme, year, fen)
    assert changed == 1, (party_id, scheme, year)


@compiled_update
def _add_granted(party_id: str, scheme: str, year: int, fen: int, count: int) -> Change:
    more = {"granted_fen": F("granted_fen") + fen, "granted_count": F("granted_count") + count}
    return _row(party_id, scheme, year), more


@compiled_update
def _add_used(party_id: str, scheme: str, year: int, fen: int) -> Change:
    return _row(party_id, scheme, year), {"used_fen": F("used_fen") + fen}


def _row(party_id: str, scheme: str, year: int) -> QuerySet[HolderYear]:
    return HolderYear.objects.filter(party_id=party_id, scheme=scheme, year=year)
