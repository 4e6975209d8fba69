"""审计只看不改: what an auditor reaches, what is kept of it, and that nothing else changes."""

from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction

from kechuang.audit.models import Look, Task
from kechuang.audit.states import ID, OPEN_TO_ALL
from kechuang.site import rights
from kechuang.ui import clock
from tests.site.addresses import EXAMPLES, NOBODYS, Address, addresses, owned_addresses, posted
from tests.site.world import World
from tests.vouchers.conftest import KEQIAO

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("uncounted"),
    pytest.mark.xdist_group("matrix"),  # one worker makes the world
]

# What an auditor's request may write: the audit room's own rows with their events, places in the log for what waits when a
# pack is frozen, and what a session keeps of it.
WRITTEN_BY_LOOKING = {
    "audit_look", "audit_task", "audit_sample", "audit_frame", "audit_sheet", "audit_pack", "audit_packcontent",
    "trail_event", "trail_leaf", "trail_node", "trail_head", "trail_progress", "django_session", "parties_limits",
}  # fmt: skip
OWN_SEAT = {"account_logout"}  # would end the session of the test


def test_an_auditor_changes_nothing_but_rows_of_the_audit_room(world: World) -> None:
    """审计只看不改: whatever is sent to whatever address, every table of every other room stays as it was."""
    with clock.at(world.now):
        client = world.client(world.auditor)
        before = contents()
        for one in addresses():
            path = one.written({**world.ids(one), **EXAMPLES} if one.name in NOBODYS else world.ids(one))
            for call in (client.get, partial(posted, client)):
                if one.name not in OWN_SEAT:
                    assert call(path).status_code < 500, one.name
        changed = {table for table, digest in contents().items() if before.get(table) != digest}
    assert changed <= WRITTEN_BY_LOOKING
    assert "audit_look" in changed, "and it was seen that it looked"


def test_what_an_auditor_opens_is_a_look_and_outside_the_task_nothing_opens(world: World) -> None:
    """Every address that shows a record of the county, called by its auditor; then with no task that covers it."""
    with clock.at(world.now), transaction.atomic():
        client, shown = world.client(world.auditor), {}
        for one in owned_addresses():
            before = Look.objects.count()
            if _names_a_record(world, one) and client.get(one.written(world.ids(one))).status_code == 200:
                shown[one] = Look.objects.count() - before
        assert len(shown) > 12
        assert [one.name for one, looks in shown.items() if not looks] == []
        for tasks in ({"from_on": date(2020, 1, 1), "until_on": date(2020, 2, 1)}, {"regions": [KEQIAO]}):
            Task.objects.update(**tasks)
            assert [one.name for one in shown if client.get(one.written(world.ids(one))).status_code == 200] == []
        transaction.set_rollback(True)


def _names_a_record(world: World, one: Address) -> bool:
    """Whether an address of another room than audit names a record by its id, and one that is not open to everybody."""
    ids = world.ids(one)
    named = {name for name in one.parameters if name not in OPEN_TO_ALL and ID.fullmatch(ids[name])}
    return bool(named) and not one.name.startswith("audit:")


def contents() -> dict[str, str]:
    """A digest of all the rows of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - rights.owner_only()):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {quoted} t")
            ((digest,),) = cursor.fetchall()
            found[table] = digest
    return found
