from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from kechuang.gazette.states import NOTE_CHARS_MAX
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.ids import new_id

# How many versions of packs a process keeps parsed.
PARSED_KEPT = 64


def pack_id() -> str:
    return new_id("pck")


def note_id() -> str:
    return new_id("ntx")


class PublishedPack(models.Model):
    """规则的一次发布: text, cases and digest as they were. Rows are only added; the last of a scheme is in force."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=pack_id, editable=False)
    scheme = models.CharField(max_length=64)
    version = models.PositiveIntegerField()  # counts from 1 within the scheme
    title = models.CharField(max_length=200)
    file = models.CharField(max_length=200)
    text = models.TextField()
    cases_text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of `text`
    first_on = models.DateField()  # the first day of any value in it
    published_by = models.CharField(max_length=32)  # person id; "clock" when a deployment brought it
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version"], name="pack_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="pack_version_from_one"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(cases_text=""), name="pack_has_text_and_cases"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} v{self.version}"

    @property
    def number(self) -> str:
        """The name it has in the trail: the same in every play."""
        return f"{self.scheme}@{self.version}"

    def by_others(self, loader: str) -> bool:
        """Whether people approved it who are not the ones that bring files now."""
        return self.published_by not in (CLOCK.person_id, loader)

    @property
    def address(self) -> str:
        """Its public page."""
        return reverse("gazette:pack", args=self.scheme.split("/"))


class InterpretationNote(models.Model):
    """解释口径: what an interpreting body said of a parameter, from a day on. It explains; it changes no value."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=note_id, editable=False)
    scheme = models.CharField(max_length=64)
    parameter = models.CharField(max_length=64)
    text = models.TextField(max_length=NOTE_CHARS_MAX)
    on = models.DateField()
    issuer = models.CharField(max_length=64)  # one of the pack's interpreting bodies
    written_by = models.CharField(max_length=32)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["scheme", "parameter"], name="note_of_parameter")]
        constraints = [models.CheckConstraint(condition=~Q(text="") & ~Q(issuer=""), name="note_has_text_and_issuer")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.parameter} {self.on}"

    @property
    def number(self) -> str:
        return f"{self.scheme}#{self.parameter}"
