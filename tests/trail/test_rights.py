import pytest
from django.db import ProgrammingError, connection


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act", ["UPDATE trail_event SET label = ''", "DELETE FROM trail_event", "TRUNCATE trail_event"]
)
def test_the_application_may_not_change_the_trail(act: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(act)
