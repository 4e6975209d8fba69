from typing import ClassVar

from django.db import models
from django.db.models.expressions import RawSQL

from kechuang.trail.states import WitnessState


class Event(models.Model):
    """一次办理：one act on one record. Rows are only added; the application's role cannot change or delete them.

    `body` holds the canonical bytes of the act (sorted keys, integers, UTC), `digest` their SHA-256. `after` is the
    record's row after the act as JSON: columns in clear, JSON columns by digest (those that the act wrote), personal
    columns by salted digest (a model names them in `PERSONAL`). `row_digest` stands in events of before that only.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    seq = models.BigIntegerField(unique=True)  # order of insertion, from a sequence; gaps are no loss
    at = models.DateTimeField()
    on = models.DateField()
    region = models.CharField(max_length=12)
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
    row_digest = models.CharField(max_length=64, blank=True, db_default="")
    after = models.TextField(blank=True, db_default="")
    # The transaction that wrote it: what lies below the horizon of a snapshot is complete, a sequence's order is not.
    xid = models.BigIntegerField(db_default=RawSQL("(pg_current_xact_id()::text)::bigint", []))

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "seq"], name="event_of_object"),
            models.Index(fields=["person_id", "at"], name="event_of_person"),
            models.Index(fields=["region", "on"], name="event_of_region_day"),
            models.Index(fields=["xid", "seq"], name="event_to_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.action} {self.object_id}"


class Salt(models.Model):
    """盐：what makes the digests of personal values in an event unguessable. Deleted, the values are forgotten.

    `kept` holds personal facts, which stand nowhere else. The log verifies without either.
    """

    event_id = models.CharField(primary_key=True, max_length=32)
    salt = models.BinaryField()
    kept = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.event_id


class Leaf(models.Model):
    """叶：place `seq` of the log, which event stands there and the hash of its leaf."""

    APPEND_ONLY: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)
    event_seq = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return str(self.seq)


class Node(models.Model):
    """节点：a completed node of the Merkle tree, for the 2^level leaves from idx · 2^level on. Never changes."""

    APPEND_ONLY: ClassVar = True

    pk = models.CompositePrimaryKey("level", "idx")
    level = models.SmallIntegerField()
    idx = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.idx}"


class Head(models.Model):
    """检查点：a tree head and the note that signs it."""

    APPEND_ONLY: ClassVar = True

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    note = models.TextField()

    def __str__(self) -> str:
        return f"{self.size}"


class Progress(models.Model):
    """How far the sequencer is: every event of a transaction below `xid`, or of `xid` itself up to `seq`, has its leaf."""

    id = models.SmallIntegerField(primary_key=True)
    xid = models.BigIntegerField()
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.xid}/{self.seq}"


class Witness(models.Model):
    """见证方：what one witness said last, as the platform heard it."""

    name = models.CharField(primary_key=True, max_length=120)
    state = models.CharField(max_length=12, default=WitnessState.WAITING)
    size = models.BigIntegerField(default=0)  # the largest that it ever cosigned
    at = models.DateTimeField(null=True)  # of its cosignature
    heard_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # the checkpoint that it cosigned last, with its signature
    reason = models.TextField(blank=True)  # of a refusal, in the witness's words

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(WitnessState)), name="witness_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
