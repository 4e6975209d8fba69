"""Two offices draft one year at once, two open one evaluation at once: one does, the other is told by whom it is done."""

from typing import Any

import pytest

from kechuang.evaluation import commands as evaluation
from kechuang.evaluation.models import Evaluation
from kechuang.evaluation.rules import AlreadyEvaluating
from kechuang.kernel.actor import Role
from kechuang.subsidies import commands, rules
from kechuang.subsidies.models import Settlement
from kechuang.subsidies.states import Formula
from tests.claims.test_races import Together
from tests.evaluation.conftest import CARD, Evaluated
from tests.subsidies.conftest import CITY, CITY_OFFICE
from tests.vouchers.conftest import SCHEME
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evaluated(book: None, transactional_db: None) -> Evaluated:
    found = Evaluated()
    found.next_year(closes=False)
    return found


def drafted_twice(evaluated: Evaluated) -> list[object]:
    city = evaluated.officer(Role.COUNTY_OFFICER, CITY)
    said = {"formula": Formula.PROVIDERS, "scheme": SCHEME, "year": 2025, "now": evaluated.now}
    offices = ((evaluated.city_clerk, CITY_OFFICE), (city, CITY))
    return race(
        *[
            lambda actor=actor, region=region: commands.draft(  # type: ignore[misc]
                actor, region=region, decision=evaluated.decision(), **said
            )
            for actor, region in offices
        ]
    )


def opened_twice(evaluated: Evaluated) -> list[object]:
    city = evaluated.officer(Role.COUNTY_OFFICER, CITY)
    offices = ((evaluated.city_clerk, CITY_OFFICE), (city, CITY))
    said = {"scheme": CARD, "year": 2025, "title": "年度考核", "now": evaluated.now}
    return race(
        *[
            lambda actor=actor, region=region: evaluation.open_evaluation(actor, region=region, **said)  # type: ignore[misc]
            for actor, region in offices
        ]
    )


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked and found nothing before either writes."""
    for model in (Settlement, Evaluation):
        both, save = Together(), model.save

        def late(row: Any, *given: Any, both: Together = both, save: Any = save, **more: Any) -> None:
            both.wait()
            save(row, *given, **more)

        monkeypatch.setattr(model, "save", late)


def test_of_two_drafts_at_once_the_second_is_told_of_the_first(evaluated: Evaluated, together: None) -> None:
    answers = drafted_twice(evaluated)
    (refusal,) = (one for one in answers if isinstance(one, rules.AlreadySettling))
    assert refusal.facts["number"] == Settlement.objects.get().number


def test_of_two_evaluations_opened_at_once_the_second_is_told_of_the_first(
    evaluated: Evaluated, together: None
) -> None:
    answers = opened_twice(evaluated)
    (refusal,) = (one for one in answers if isinstance(one, AlreadyEvaluating))
    assert refusal.facts["number"] == Evaluation.objects.get().number


def test_control_without_its_constraint_a_year_is_drafted_twice(
    evaluated: Evaluated, together: None, as_owner: Any
) -> None:
    as_owner("DROP INDEX subsidy_of_a_year_once")
    try:
        drafted_twice(evaluated)
        assert Settlement.objects.count() == 2
    finally:
        as_owner("TRUNCATE subsidies_settlement CASCADE")
        as_owner(
            "CREATE UNIQUE INDEX subsidy_of_a_year_once ON subsidies_settlement (formula, pays_for, year)"
            " WHERE NOT state = 'withdrawn'"
        )
