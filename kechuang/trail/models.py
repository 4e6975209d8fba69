from typing import ClassVar

from django.db import models

FINDINGS_SHOWN = 20  # of one invariant; more say nothing new


class Event(models.Model):
    """一次办理：one act on one record. Rows are only added; the application's role cannot change or delete them.

    `body` holds the canonical bytes of the act (sorted keys, integers, UTC), `digest` their SHA-256, `row_digest` the
    SHA-256 of the record's row after the act (invariant I7). No personal data in clear: people appear by id.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    seq = models.BigIntegerField(unique=True)  # order of insertion, from a sequence; gaps are no loss
    at = models.DateTimeField()
    on = models.DateField()
    region = models.CharField(max_length=12, db_index=True)
    person_id = models.CharField(max_length=32)
    stands_in_for = models.CharField(max_length=32, blank=True)
    party_id = models.CharField(max_length=32, blank=True)
    role = models.CharField(max_length=24)
    action = models.CharField(max_length=64)  # "claims.confirm"
    label = models.CharField(max_length=64)  # 确认服务事项
    object_type = models.CharField(max_length=64)  # "claims.claim"
    object_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64, blank=True)  # the record's name in the trade, same for the same seed
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24, blank=True)
    article = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    body = models.BinaryField()
    digest = models.CharField(max_length=64)
    row_digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "seq"], name="event_of_object"),
            models.Index(fields=["person_id", "at"], name="event_of_person"),
            models.Index(fields=["region", "on"], name="event_of_region_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.action} {self.object_id}"
