"""Who may enter, by which proof, and how long it holds: pure."""

from datetime import date

import pytest

from kechuang.registers import rules
from kechuang.registers.rules import Condition, Paper
from kechuang.registers.states import AdmissionState

JULY = date(2025, 7, 1)
ADMITTED, REVOKED = AdmissionState.ADMITTED, AdmissionState.REVOKED


def paper(kind: str, until: date | None, since: date = date(2024, 1, 1)) -> Paper:
    return Paper(f"crt_{kind}", kind, "N1", since, until)


def test_a_certificate_holds_until_the_day_before_its_end() -> None:
    assert paper("cma", JULY).valid_on(date(2025, 6, 30))
    assert not paper("cma", JULY).valid_on(JULY)
    assert not paper("cma", None, since=JULY).valid_on(date(2025, 6, 30))


@pytest.mark.parametrize(
    ("papers", "until"),
    [
        ([], None),
        ([paper("cma", JULY)], JULY),
        ([paper("cma", JULY), paper("cnas", date(2026, 1, 1))], date(2026, 1, 1)),  # any one carries it
        ([paper("cma", JULY), paper("cnas", None)], None),
        ([paper("class", None), paper("cma", JULY)], JULY),  # another kind carries nothing
    ],
)
def test_certificates_carry_until_the_last_of_them_ends(papers: list[Paper], until: date | None) -> None:
    assert rules.certified_until(("cma", "cnas"), papers, date(2025, 3, 1)) == until


@pytest.mark.parametrize(
    ("ended", "months", "again"),
    [
        (date(2025, 3, 10), 24, date(2027, 3, 10)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 3, 10), 0, date(2025, 3, 10)),
        (date(2025, 3, 10), None, None),
    ],
)
def test_months_after_a_revocation(ended: date, months: int | None, again: date | None) -> None:
    assert rules.again_on(ended, months) == again


@pytest.mark.parametrize(
    ("state", "binds", "region", "good"),
    [
        (ADMITTED, "", "", True),
        (AdmissionState.SUSPENDED, "", "330603", False),
        (REVOKED, "city", "330603", False),
        (REVOKED, "county", "330603", True),
        (REVOKED, "county", "330602", False),
        (REVOKED, "county", "", False),
        (AdmissionState.EXPIRED, "county", "330603", False),
    ],
)
def test_what_a_revocation_stops(state: AdmissionState, binds: str, region: str, good: bool) -> None:
    found = rules.stays_good(
        state=state,
        valid_from=date(2025, 1, 1),
        until=JULY,
        revoked_in="330602",
        binds=binds,
        region=region,
        on=date(2025, 6, 30),
    )
    assert found is good


def test_validity_ends_before_its_last_day_is_over() -> None:
    given = {
        "state": ADMITTED,
        "valid_from": date(2025, 1, 1),
        "until": JULY,
        "revoked_in": "",
        "binds": "",
        "region": "",
    }
    assert rules.stays_good(on=date(2025, 1, 1), **given)  # type: ignore[arg-type]
    assert not rules.stays_good(on=date(2024, 12, 31), **given)  # type: ignore[arg-type]
    assert not rules.stays_good(on=JULY, **given)  # type: ignore[arg-type]


def test_of_conditions_in_one_group_one_is_enough() -> None:
    area = Condition("area", "场地面积", "平方米", 500, "place")
    desks = Condition("desks", "工位", "个", 30, "place")
    mentors = Condition("mentors", "导师", "人", 3, "")
    conditions = [area, desks, mentors]
    assert rules.unmet({"area": 499, "desks": 30, "mentors": 3}, conditions) == []
    assert rules.unmet({"area": 499, "desks": 29, "mentors": 3}, conditions) == [area, desks]
    assert rules.unmet({"area": 500}, conditions) == [mentors]
