import pytest

from kechuang.parties import queries

pytestmark = pytest.mark.django_db


def test_shaoxing_has_its_six_counties_and_the_zone() -> None:
    assert queries.covers("330600") >= {"330602", "330603", "330604", "330624", "330681", "330683", "330600Z01"}
    assert queries.city_of("330600Z01") == "330600"
