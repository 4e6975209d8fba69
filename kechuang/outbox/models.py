from django.db import models
from django.db.models import Q

from kechuang.kernel.ids import new_id
from kechuang.outbox.states import TEXT_CHARS_MAX, MessageState


def message_id() -> str:
    return new_id("msg")


def digest_id() -> str:
    return new_id("dgs")


def nudge_id() -> str:
    return new_id("ndg")


class Message(models.Model):
    """消息：written in the transaction of the act it tells of; sent afterwards by a job.

    Told to a party, to a person, or to an office role in a region.
    """

    id = models.CharField(primary_key=True, max_length=32, default=message_id, editable=False)
    to_party = models.CharField(max_length=32, blank=True)
    to_person = models.CharField(max_length=32, blank=True)
    to_role = models.CharField(max_length=24, blank=True)
    region = models.CharField(max_length=12, blank=True)
    subject_id = models.CharField(max_length=32)
    path = models.CharField(max_length=200)  # where it is done, one click away
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=TEXT_CHARS_MAX)
    calendar = models.TextField(blank=True, default="", db_default="")  # an iCalendar entry that goes with the mail
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=24, default=MessageState.PENDING)
    tries = models.IntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)  # what the channel answered

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(MessageState)), name="message_state_listed"),
            models.CheckConstraint(
                condition=~Q(to_party="", to_person="", to_role=""), name="message_goes_to_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["to_party", "-at"], condition=~Q(to_party=""), name="message_to_party"),
            models.Index(fields=["to_person", "-at"], condition=~Q(to_person=""), name="message_to_person"),
            models.Index(fields=["to_role", "region", "-at"], condition=~Q(to_role=""), name="message_to_office"),
            models.Index(fields=["at"], condition=Q(state="pending"), name="message_pending"),
            models.Index(fields=["subject_id"], name="message_of_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class Nudge(models.Model):
    """催办：one a working day, record and party."""

    id = models.CharField(primary_key=True, max_length=32, default=nudge_id, editable=False)
    subject_id = models.CharField(max_length=32)
    by_party = models.CharField(max_length=32)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "by_party", "on"], name="nudge_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.on}"


class Digest(models.Model):
    """每日摘要：one a day and person, of what was told and not yet read."""

    id = models.CharField(primary_key=True, max_length=32, default=digest_id, editable=False)
    person_id = models.CharField(max_length=32)
    on = models.DateField()
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "on"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.on}"
