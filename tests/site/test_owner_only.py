"""What the application may not even read: the labels of what was planted."""

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection

from kechuang.pilot.models import Planted
from kechuang.site import rights


@pytest.mark.django_db
def test_the_application_cannot_read_what_was_planted() -> None:
    assert rights.owner_only() == {"pilot_planted"}
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pilot_planted")


@pytest.mark.django_db
@pytest.mark.parametrize("right", ["SELECT", "INSERT", "UPDATE", "DELETE"])
def test_it_has_no_right_on_the_table_at_all(right: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'pilot_planted', %s)", [right])
        assert cursor.fetchone() == (False,)


def test_a_right_that_was_given_by_mistake_is_reported(as_owner: Callable[..., object]) -> None:
    """Negative control: with the right granted, the reading works and `kechuang check` says so."""
    assert not rights.faults()
    as_owner(f"GRANT SELECT ON pilot_planted TO {connection.ops.quote_name(str(connection.settings_dict['USER']))}")
    assert Planted.objects.count() == 0
    assert any(fault.startswith("pilot_planted") for fault in rights.faults())
