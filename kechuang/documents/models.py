from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kechuang.documents.states import Kind, Media, ScanState
from kechuang.kernel.ids import new_id


def file_id() -> str:
    return new_id("fil")


class File(models.Model):
    """材料：one file kept for one record. Its content lies on disk under its digest; the row never changes.

    `readers` are the parties, and units of parties, that may open it besides the party that brought it and the offices
    of `region`.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=file_id, editable=False)
    subject_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)  # as uploaded, for people; never a path
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, db_index=True)  # SHA-256 of the content
    region = models.CharField(max_length=12, db_index=True)
    uploaded_by = models.CharField(max_length=32)  # person
    party_id = models.CharField(max_length=32, blank=True)  # for whom they acted
    readers = ArrayField(models.CharField(max_length=32), default=list)
    at = models.DateTimeField()
    scan_state = models.CharField(max_length=24)
    scanner = models.CharField(max_length=64)  # who looked for malware; the stand-in names itself

    class Meta:
        indexes = [models.Index(fields=["subject_id", "at"], name="file_of_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind", "digest", "party_id", "uploaded_by"], name="file_kept_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="file_kind_listed"),
            models.CheckConstraint(condition=Q(media_type__in=list(Media)), name="file_media_listed"),
            models.CheckConstraint(condition=Q(scan_state__in=list(ScanState)), name="file_scan_state_listed"),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="file_digest_is_sha256"),
            models.CheckConstraint(condition=~Q(name=""), name="file_named"),
        ]

    def __str__(self) -> str:
        return self.name
