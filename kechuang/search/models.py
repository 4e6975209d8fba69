from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from kechuang.kernel.ids import new_id
from kechuang.search.states import NAME_MAX, WORD_MAX, SynonymKind, SynonymState, WordKind

TEXT_LENGTH = 20_000


def synonym_id() -> str:
    return new_id("syn")


def saved_id() -> str:
    return new_id("svs")


class Document(models.Model):
    """检索文档：what can be found, in the form in which it is compared. Written anew by the room that owns the thing.

    `vector` has lexemes without positions, made by rules.documents; the texts are for ranking and for adjacency.
    """

    subject_id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    cores = models.TextField()
    names = models.TextField()
    model_keys = models.TextField(blank=True)
    makers = models.TextField(blank=True)
    methods = models.TextField(blank=True)
    rest = models.TextField(blank=True)
    vector = SearchVectorField()
    class_code = models.CharField(max_length=6, blank=True)
    region = models.CharField(max_length=12, blank=True)
    carrier_id = models.CharField(max_length=32, blank=True)
    carrier_kind = models.CharField(max_length=32, blank=True)
    share_mode = models.CharField(max_length=16, blank=True)
    open_modes = ArrayField(models.CharField(max_length=16), default=list)
    price_fen = models.BigIntegerField(null=True)
    latitude_e6 = models.IntegerField(null=True)
    longitude_e6 = models.IntegerField(null=True)
    bookable = models.BooleanField(default=False)
    sort = models.CharField(max_length=120)  # pinyin of the title: the order of a list without a question
    first_at = models.DateTimeField()  # since when it can be found

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="document_vector"),
            models.Index(fields=["sort", "subject_id"], name="document_sort"),
            models.Index(fields=["first_at"], name="document_first"),
        ]

    def __str__(self) -> str:
        return self.title


class Word(models.Model):
    """纠错词典：each name, maker and model number that documents carry, once."""

    text = models.CharField(primary_key=True, max_length=WORD_MAX)
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=WORD_MAX)
    pinyin = models.CharField(max_length=6 * WORD_MAX, blank=True)
    initials = models.CharField(max_length=WORD_MAX, blank=True)
    shapes = ArrayField(models.CharField(max_length=WORD_MAX), default=list)  # itself with one letter left out
    grams = ArrayField(models.CharField(max_length=WORD_MAX), default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(WordKind)), name="word_kind")]
        indexes = [
            GinIndex(fields=["shapes"], name="word_shapes"),
            GinIndex(fields=["grams"], name="word_grams"),
            models.Index(fields=["key"], name="word_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["pinyin"], name="word_pinyin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["pinyin"], include=["text", "kind"], condition=Q(kind="name"), name="word_sound"),
            models.Index(fields=["initials"], name="word_initials", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.text


class Synonym(models.Model):
    """同义词条目：one type, maker or need with everything it is called. `version` counts its changes."""

    id = models.CharField(primary_key=True, max_length=32, default=synonym_id, editable=False)
    region = models.CharField(max_length=12)  # the province that maintains it
    state = models.CharField(max_length=24, default=SynonymState.IN_USE)
    kind = models.CharField(max_length=16)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=NAME_MAX)
    english = models.CharField(max_length=120, blank=True)
    aliases = models.JSONField(default=list)
    leads = models.JSONField(default=list)  # of a need: codes of types, the likeliest first
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SynonymState)), name="synonym_state"),
            models.CheckConstraint(condition=Q(kind__in=list(SynonymKind)), name="synonym_kind"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="synonym_is_named"),
            models.UniqueConstraint(fields=["kind", "code"], name="synonym_code_once"),
        ]
        indexes = [models.Index(fields=["state", "kind", "code"], name="synonym_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SavedSearch(models.Model):
    """保存的检索：a person's question, asked again whenever something new can be found."""

    id = models.CharField(primary_key=True, max_length=32, default=saved_id, editable=False)
    person_id = models.CharField(max_length=32)
    text = models.CharField(max_length=120, blank=True)
    filters = models.JSONField(default=dict)
    path = models.CharField(max_length=400)  # the page on which its results are looked at
    saved_at = models.DateTimeField()
    seen_until = models.DateTimeField()  # what could be found before is not news
    notified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "text", "filters"], name="saved_search_once"),
        ]
        indexes = [models.Index(fields=["seen_until"], name="saved_search_due")]

    def __str__(self) -> str:
        return self.text
