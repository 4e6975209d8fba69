"""Acts of before events kept the columns of their row (up to 0.2.0): one digest of the whole row, as its table then was."""

import hashlib
from typing import Any

import pytest
from django.db import connection

from kechuang.parties.models import Office
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows, kept_digest, row_texts
from kechuang.trail.states import ADDED_SINCE
from tests.parties.conftest import world  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

# The last act on an office, written as 0.2.0 wrote it: the row had no `document` then.
_AS_BEFORE = """
    INSERT INTO trail_event (id, seq, at, "on", region, person_id, stands_in_for, party_id, role, action, label, object_type,
        object_id, number, source, target, article, facts, body, digest, row_digest)
    SELECT 'evt_before', nextval('trail_event_order'), now(), current_date, t.region, 'clock', '', '', 'clock', 'parties.appoint',
        '任命', 'parties.office', t.id, '', '', '', '', '{}', '', '', trail_row_digest(to_jsonb(t) - 'document')
    FROM parties_office t WHERE t.id = %s"""


@pytest.fixture
def office(world: Any) -> Office:  # noqa: F811
    found = Office.objects.get(person_id=world.officer().person_id)
    with connection.cursor() as cursor:
        cursor.execute(_AS_BEFORE, [found.id])
    return found


def test_a_column_that_came_with_the_upgrade_does_not_make_an_old_row_look_altered(office: Office) -> None:
    assert altered_rows() == []
    event = Event.objects.get(id="evt_before")
    text = row_texts({office.id: "parties.office"})[office.id]
    assert hashlib.sha256(text.encode()).hexdigest() == kept_digest(event)


def test_control_by_the_whole_row_every_office_of_before_would(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ADDED_SINCE, "parties_office")
    assert [one.row for one in altered_rows()] == [office.id]


def test_an_old_row_that_was_altered_is_still_found(office: Office) -> None:
    Office.objects.filter(id=office.id).update(region="330603")
    assert [(one.table, one.what) for one in altered_rows()] == [("parties_office", "内容与最后一次办理的摘要不符")]
