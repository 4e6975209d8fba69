"""In which order vouchers were granted, set aside, given back (入账次序): what prices a past year again walks along it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kechuang.ledger.rules import RULES, Flow

_GRANTS = """
    SELECT subject, min(id), sum(fen) FROM ledger_transfer
    WHERE rule = ANY(%(rules)s) AND phase = 0 AND region = ANY(%(regions)s) GROUP BY subject"""
_RELEASES = """
    SELECT pending_id, id FROM ledger_transfer
    WHERE phase = 3 AND region = ANY(%(regions)s)"""
# What was offset and given back, by order; what lies in the voucher of it afterwards.
_GIVEN_BACK = """
    SELECT t.subject, max(t.id) FILTER (WHERE t.rule = ANY(%(rules)s)),
        sum(CASE WHEN c.kind = 'voucher' THEN t.fen ELSE 0 END - CASE WHEN d.kind = 'voucher' THEN t.fen ELSE 0 END)
    FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    WHERE t.phase = 0 AND t.region = ANY(%(regions)s) AND t.subject IN (
        SELECT subject FROM ledger_transfer WHERE rule = ANY(%(rules)s) AND phase = 0 AND region = ANY(%(regions)s))
    GROUP BY t.subject"""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Places in the books: of grants by voucher with their amount, of releases by hold, of givings back by order."""

    grants: dict[str, tuple[int, int]]
    releases: dict[int, int]
    given_back: dict[str, tuple[int, bool]]  # the place, and whether it stays in the voucher


def sequence(regions: Collection[str]) -> Sequence:
    """For some counties; three statements however many transfers there are."""
    granting = [rule.code for rule in RULES.values() if rule.flow is Flow.GRANTED]
    restoring = [rule.code for rule in RULES.values() if rule.flow is Flow.RESTORED]
    codes = sorted(regions)
    return Sequence(
        grants={subject: (place, int(fen)) for subject, place, fen in _asked(_GRANTS, rules=granting, regions=codes)},
        releases=dict(_asked(_RELEASES, regions=codes)),
        given_back={
            subject: (place, net > 0) for subject, place, net in _asked(_GIVEN_BACK, rules=restoring, regions=codes)
        },
    )


def _asked(sql: str, **given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
