from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.credit.states import CommitmentKind, EventKind, EventState, RecordKind, RecordState
from kechuang.kernel.ids import new_id, public_number

_CODE_LENGTH = 12


def text_id() -> str:
    return new_id("cxt")


def commitment_id() -> str:
    return new_id("cmt")


def list_id() -> str:
    return new_id("lst")


def entry_id() -> str:
    return new_id("lse")


def record_id() -> str:
    return new_id("crd")


def record_number() -> str:
    return public_number("XY")


def event_id() -> str:
    return new_id("cre")


def event_number() -> str:
    return public_number("XS")


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
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
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
    list_code = models.CharField(max_length=40)
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


class CreditRecord(models.Model):
    """信用记录: what a party's person did not keep, as a provider reported it; counts until a day, may be replied to."""

    id = models.CharField(primary_key=True, max_length=32, default=record_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=record_number, editable=False)
    state = models.CharField(max_length=24, default=RecordState.RECORDED)
    kind = models.CharField(max_length=24)
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # whose record it is
    person_id = models.CharField(max_length=32)  # who did not come
    reporter = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")  # of the reporter
    region = models.CharField(max_length=_CODE_LENGTH, db_index=True)  # where it happened
    subject_id = models.CharField(max_length=32, unique=True)  # what was not kept: once recorded, however often asked
    subject_number = models.CharField(max_length=64)
    subject_path = models.CharField(max_length=200)
    about = models.CharField(max_length=200)
    happened_at = models.DateTimeField()
    counts_until = models.DateField()
    recorded_at = models.DateTimeField()
    reply = models.CharField(max_length=500, blank=True)
    replied_by = models.CharField(max_length=32, blank=True)
    answer = models.CharField(max_length=500, blank=True)  # why it was upheld or lifted
    answered_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RecordState)), name="credit_record_state"),
            models.CheckConstraint(condition=Q(kind__in=list(RecordKind)), name="credit_record_kind"),
            models.CheckConstraint(condition=~Q(party=F("reporter")), name="credit_record_of_another"),
            models.CheckConstraint(
                condition=~Q(state__in=[RecordState.REPLIED, RecordState.UPHELD]) | ~Q(reply=""),
                name="credit_record_reply",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RecordState.UPHELD, RecordState.LIFTED]) | ~Q(answer=""),
                name="credit_record_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-happened_at"], name="credit_record_of_party"),
            models.Index(fields=["reporter", "state", "-happened_at"], name="credit_record_by_reporter"),
            models.Index(fields=["person_id", "state"], name="credit_record_of_person"),
            models.Index(
                fields=["counts_until"],
                condition=Q(state__in=[RecordState.RECORDED, RecordState.REPLIED, RecordState.UPHELD]),
                name="credit_record_counting",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CreditEvent(models.Model):
    """信用事件: what an office decided against a party, told to it first; counts for a time, may be repaired."""

    id = models.CharField(primary_key=True, max_length=32, default=event_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=event_number, editable=False)
    state = models.CharField(max_length=24, default=EventState.NOTIFIED)
    kind = models.CharField(max_length=24)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=12)  # holder | provider: as what the party answers
    region = models.CharField(max_length=_CODE_LENGTH)  # of the office that entered it
    subject_id = models.CharField(max_length=32)  # the complaint, visit, case or sanction
    subject_number = models.CharField(max_length=64)
    subject_path = models.CharField(max_length=200)
    about = models.CharField(max_length=300)
    article = models.CharField(max_length=200, blank=True)
    terms = models.JSONField()  # how long it counts and when it may be repaired, with their articles
    entered_by = models.CharField(max_length=32)
    entered_on = models.DateField()
    reply_until = models.DateField()  # the last day to answer
    counts_until = models.DateField(null=True)  # exclusive; from the day it came into force
    in_force_on = models.DateField(null=True)
    reply = models.CharField(max_length=1000, blank=True)
    answer = models.CharField(max_length=1000, blank=True)  # why it was entered or lifted
    answered_by = models.CharField(max_length=32, blank=True)
    repair = models.CharField(max_length=1000, blank=True)  # what the party says it has put right
    repair_answer = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(EventState)), name="credit_event_state"),
            models.CheckConstraint(condition=Q(kind__in=list(EventKind)), name="credit_event_kind"),
            models.CheckConstraint(condition=Q(side__in=["holder", "provider"]), name="credit_event_side"),
            models.UniqueConstraint(fields=["kind", "subject_id", "party"], name="credit_event_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[EventState.IN_FORCE, EventState.REPAIR_ASKED, EventState.REPAIRED])
                | (~Q(answer="") & Q(counts_until__isnull=False, in_force_on__isnull=False)),
                name="credit_event_in_force_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(answered_by="") | ~Q(answered_by=F("entered_by")), name="credit_event_four_eyes"
            ),
        ]
        indexes = [
            models.Index(fields=["party", "state"], name="credit_event_of_party"),
            models.Index(fields=["region", "state"], name="credit_event_of_office"),
        ]

    def __str__(self) -> str:
        return self.number
