"""Forgetting (删除个人信息): the salts of a record's events go, and with them the way from a digest back to a value."""

from collections.abc import Iterable

from kechuang.trail.models import Event, Salt


def forget(object_ids: Iterable[str]) -> int:
    """Deletes the salts, and the personal facts, of every event of these records; the log verifies as before.

    The record's own columns are blanked by the room that keeps it, before this. Answers how many salts went.
    """
    events = Event.objects.filter(object_id__in=list(object_ids)).values("id")
    gone, _ = Salt.objects.filter(event_id__in=events).delete()
    return gone
