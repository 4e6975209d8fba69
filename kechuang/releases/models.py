from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.releases.states import ENTRY_MACHINE, FILES, MACHINE, EntryState, ReleaseState, Way

REASON_LENGTH = 500


def release_id() -> str:
    return new_id("rel")


def release_number() -> str:
    return public_number("FQ")


def entry_id() -> str:
    return new_id("ent")


def entry_number() -> str:
    return public_number("BM")


def publication_id() -> str:
    return new_id("pub")


def page_of(release: str) -> str:
    """The address of a release's page, for messages."""
    return f"/releases/{release}/"


class Release(models.Model):
    """放券批次：a part of one county's budget of one year, opened for one scheme by one way.

    `round` says which releases, in whatever county, count as one: in each round an enterprise enters once.
    """

    id = models.CharField(primary_key=True, max_length=32, default=release_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=release_number, editable=False)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12)  # whose budget pays
    year = models.IntegerField()
    round = models.IntegerField()  # 轮次
    title = models.CharField(max_length=120)
    way = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default=MACHINE.initial)
    amount_fen = models.BigIntegerField()
    held_back_fen = models.BigIntegerField(default=0)  # 留存: what of it is not opened (yet)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()  # exclusive
    seed_event = models.CharField(max_length=200, blank=True)  # which public result, named before entries begin
    seed_on = models.DateField(null=True)  # the day it becomes public
    seed_pattern = models.CharField(max_length=60, blank=True, default="")  # the one way in which it is written
    seed_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    entries_digest = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)
    ranked_at = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)  # exclusive: until then the waiting list moves up
    terms = models.JSONField(default=dict)  # the resolved terms it was announced by
    drafted_by = models.CharField(max_length=32)
    checked_by = models.CharField(max_length=32, blank=True)
    ranked_by = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # of the last return or withdrawal

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ReleaseState)), name="release_state_listed"),
            models.CheckConstraint(condition=Q(way__in=list(Way)), name="release_way_listed"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, held_back_fen__gte=0, held_back_fen__lte=F("amount_fen")),
                name="release_amount",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at"), round__gt=0), name="release_window"),
            models.CheckConstraint(
                condition=(Q(checked_by="") | ~Q(checked_by=F("drafted_by")))
                & (Q(ranked_by="") | ~Q(ranked_by=F("drafted_by"))),
                name="release_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReleaseState.DRAFT, ReleaseState.SUBMITTED, ReleaseState.WITHDRAWN])
                | ~Q(checked_by=""),
                name="release_announced_was_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReleaseState.CLOSED, ReleaseState.RANKED, ReleaseState.FINISHED])
                | (~Q(entries_digest="") & Q(closed_at__isnull=False)),
                name="release_closed_has_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.RANKED)
                | (~Q(ranked_by="") & Q(ranked_at__isnull=False, waits_until__isnull=False)),
                name="release_ranked_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.RANKED, way=Way.LOTTERY) | (~Q(seed="") & ~Q(seed_value="")),
                name="release_drawn_has_seed",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.WITHDRAWN) | ~Q(reason=""), name="release_withdrawn_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "closes_at"], name="release_by_close"),
            models.Index(fields=["region", "year", "state"], name="release_of_budget"),
        ]

    def __str__(self) -> str:
        return self.number


class Pool(models.Model):
    """一份额度：the general part, or what is reserved for a class or a county. Never gives more than it has.

    No event is about a pool: each part that is taken or comes back is the event of an entry.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    position = models.IntegerField()
    amount_fen = models.BigIntegerField()
    taken_fen = models.BigIntegerField(default=0)  # granted, and kept for those who have yet to accept
    full = models.BooleanField(default=False)  # somebody did not fit: nobody behind passes by (不越位)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "key"], name="pool_once"),
            models.CheckConstraint(
                condition=Q(taken_fen__gte=0, taken_fen__lte=F("amount_fen")), name="pool_never_gives_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.key}"


class Entry(models.Model):
    """报名：one enterprise or maker in one release. `place` is the order in which the database took it in."""

    id = models.CharField(primary_key=True, max_length=32, default=entry_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=entry_number, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    shown_name = models.CharField(max_length=200)  # natural persons masked: what the public list says
    region = models.CharField(max_length=12, db_index=True)  # of the release
    state = models.CharField(max_length=24, default=ENTRY_MACHINE.initial)
    place = models.BigIntegerField()
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=32)
    fen = models.BigIntegerField()  # what it asks for: the face by the terms
    pools = models.JSONField()  # keys of the parts open to it, its reserves first
    checks = models.JSONField(default=list)  # each eligibility check as it was decided
    score = models.JSONField(null=True)  # points and their lines; null unless scored
    rank = models.IntegerField(null=True)
    draw = models.CharField(max_length=64, blank=True)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="+")
    served_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True)  # exclusive: until then it may be accepted (领取期限)
    voucher = models.OneToOneField("vouchers.Voucher", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(EntryState)), name="entry_state_listed"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="entry_asks_for_something"),
            models.UniqueConstraint(fields=["release", "place"], name="entry_place_once"),
            models.CheckConstraint(
                condition=~Q(state=EntryState.OFFERED) | Q(pool__isnull=False, kept_until__isnull=False),
                name="entry_offered_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.GRANTED) | Q(pool__isnull=False, voucher__isnull=False),
                name="entry_granted_has_voucher",
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.MISSED) | ~Q(reason=""), name="entry_missed_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["release", "state", "place"], name="entry_queue"),
            models.Index(fields=["release", "state", "rank"], name="entry_ranking"),
            models.Index(fields=["release", "served_at"], name="entry_served"),
            models.Index(fields=["party", "state"], name="entry_of_party"),
            models.Index(fields=["kept_until"], condition=Q(state=EntryState.OFFERED), name="entry_by_last_instant"),
        ]

    def __str__(self) -> str:
        return self.number


class Mark(models.Model):
    """同一主体：by what an entrant is known. Of one round each mark is in the running once, in whatever county."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.CharField(max_length=64)
    year = models.IntegerField()
    round = models.IntegerField()
    mark = models.CharField(max_length=80)
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "year", "round", "mark"], condition=Q(live=True), name="mark_once_per_round"
            )
        ]
        indexes = [models.Index(fields=["entry"], name="mark_of_entry")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.round} {self.mark}"


class Publication(models.Model):
    """公布的文件：the list as it was closed, and the result as it was drawn, word for word as anyone can fetch it."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=publication_id, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "kind"], name="publication_once"),
            models.CheckConstraint(condition=Q(kind__in=list(FILES)), name="publication_kind_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.kind}"
