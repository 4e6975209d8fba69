from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.credit.states import CommitmentKind
from kechuang.kernel.ids import new_id

_CODE_LENGTH = 12


def text_id() -> str:
    return new_id("cxt")


def commitment_id() -> str:
    return new_id("cmt")


def list_id() -> str:
    return new_id("lst")


def entry_id() -> str:
    return new_id("lse")


class CommitmentText(models.Model):
    """承诺书文本: the words that were signed, kept for good. They come from a pack (`scheme`) or were published here."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=text_id, editable=False)
    kind = models.CharField(max_length=12)
    version = models.CharField(max_length=40)
    body = models.TextField()
    digest = models.CharField(max_length=64)
    scheme = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    region = models.CharField(max_length=_CODE_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest", "version"], name="text_once"),
            models.CheckConstraint(condition=Q(kind__in=list(CommitmentKind)), name="text_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Commitment(models.Model):
    """信用承诺: who signed which text for a party, in what capacity, under which legal representative."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=commitment_id, editable=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=_CODE_LENGTH, db_index=True)
    kind = models.CharField(max_length=12)
    text = models.ForeignKey(CommitmentText, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=24)
    authorisation_file = models.CharField(max_length=32, blank=True)  # 授权书
    represented_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField()

    class Meta:
        constraints = [
            # The same text under the same representative is signed once: a double click answers with the first.
            models.UniqueConstraint(
                fields=["party", "kind", "text", "represented_by"], nulls_distinct=False, name="commitment_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(CommitmentKind)), name="commitment_kind"),
            models.CheckConstraint(
                condition=~Q(capacity="authorised") | ~Q(authorisation_file=""), name="commitment_authorisation_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind}"


class ImportedList(models.Model):
    """名单导入: one reading of one authority's list, with its issuer, its day and the digest of what was read."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=list_id, editable=False)
    list_code = models.CharField(max_length=40, db_index=True)
    region = models.CharField(max_length=_CODE_LENGTH, blank=True, db_index=True)
    issuer = models.CharField(max_length=120)
    source = models.CharField(max_length=300)
    as_of_on = models.DateField()
    digest = models.CharField(max_length=64)
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_code", "region", "digest", "as_of_on"], name="list_once")]

    def __str__(self) -> str:
        return f"{self.list_code} {self.as_of_on}"


class ListEntry(models.Model):
    """名单条目: one organisation (by code) or person (by digest) on a list for a period, until it is removed."""

    id = models.CharField(primary_key=True, max_length=32, default=entry_id, editable=False)
    list_code = models.CharField(max_length=40)
    region = models.CharField(max_length=_CODE_LENGTH, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    person_digest = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=120, blank=True)  # certificate, case or project number
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    first_import = models.ForeignKey(ImportedList, on_delete=models.PROTECT, related_name="+")
    last_import = models.ForeignKey(ImportedList, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_code", "region", "credit_code", "person_digest", "reference"],
                condition=Q(removed_on__isnull=True),
                name="entry_once",
            ),
            models.CheckConstraint(
                condition=(Q(credit_code="") & ~Q(person_digest="")) | (~Q(credit_code="") & Q(person_digest="")),
                name="entry_of_one",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="entry_period"
            ),
        ]
        indexes = [
            models.Index(fields=["credit_code", "list_code"], name="entry_of_code"),
            models.Index(fields=["person_digest", "list_code"], name="entry_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.list_code} {self.credit_code}"
