"""登录设备: a random mark in the browser says that two came in from one device; nothing of the device itself is looked at."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from kechuang.parties.formats.sealed import mark_digest
from kechuang.parties.models import Device
from kechuang.parties.states import DEVICE_DAYS
from kechuang.ui import clock
from kechuang.ui.rows import run


@transaction.atomic
def note_device(*, person_id: str, party_id: str, mark: str, now: datetime) -> None:
    """A person came in for a party from the browser that keeps `mark` (登记登录设备); known already, it was seen again."""
    on = clock.day(now)
    Device.objects.bulk_create(
        [
            Device(
                person_id=person_id,
                party_id=party_id,
                digest=mark_digest(mark, settings.SECRET_KEY),
                first_on=on,
                last_on=on,
            )
        ],
        update_conflicts=True,
        unique_fields=["party", "person", "digest"],
        update_fields=["last_on"],
    )


@transaction.atomic
def forget_devices(*, now: datetime) -> int:
    """Devices that were not seen for as long as a browser keeps its mark are no longer kept (清除过期设备). Answers how many."""
    last = clock.day(now) - timedelta(days=DEVICE_DAYS)
    gone: int = run("DELETE FROM parties_device WHERE last_on < %s", [last]).rowcount
    return gone
