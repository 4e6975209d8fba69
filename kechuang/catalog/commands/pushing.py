"""Instruments pushed by another platform (推送): keys, tokens, and batches answered item by item."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from kechuang.catalog import rules
from kechuang.catalog.access import carriers_of
from kechuang.catalog.commands.importing import remember
from kechuang.catalog.commands.indexing import index
from kechuang.catalog.commands.taking import Given, Taken, take
from kechuang.catalog.formats.classes import ClassSet
from kechuang.catalog.formats.provincial import TEXTS, ItemFault, Pushed, read_item
from kechuang.catalog.models import BATCH, TOKEN_HOURS, Carrier, PushKey, PushToken
from kechuang.catalog.queries import class_codes
from kechuang.catalog.states import PUSH_ITEMS_MAX, PUSH_MEGABYTES_MAX, VALUE_SHOWN, OfferKind, OfferState, PushCode
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import actor_for, party
from kechuang.trail.commands import record
from kechuang.ui import clock

_SECRET_BYTES = secrets.DEFAULT_ENTROPY
_THEIRS = {ours: theirs for theirs, ours in TEXTS.items()} | {
    "class_code": "typeCode",
    "original_value_fen": "price",
    "started_on": "startDate",
    "subjects": "subjectAreas",
    "funds": "funds",
}


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item: its own id, the code, and what was wrong, if anything."""

    instruId: str  # noqa: N815 (the interface's own name)
    code: str
    faults: tuple[ItemFault, ...] = ()


@dataclass(frozen=True, slots=True)
class PushReport:
    """The answer to a batch, in the order of its items."""

    results: tuple[ItemResult, ...]
    added: int
    changed: int
    same: int

    @property
    def taken(self) -> int:
        return self.added + self.changed + self.same


@transaction.atomic
def make_key(actor: Actor, *, name: str, now: datetime) -> tuple[PushKey, str]:
    """A key for the provider's own platform (生成推送凭证) and its secret, which nobody can read again afterwards.

    Raises NotVisible for who has no carrier, KeyNameMissing.
    """
    carrier = carriers_of(actor).order_by("id").first()
    if carrier is None:
        raise NotVisible
    if not tidy(name):
        raise rules.KeyNameMissing
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    key = PushKey(
        party_id=actor.party_id,
        unit_ids=sorted(actor.unit_ids),
        region=carrier.region,
        name=tidy(name)[: PushKey._meta.get_field("name").max_length],
        secret_digest=_digest(secret),
        made_by=actor.person_id,
        made_at=now,
    )
    key.save(force_insert=True)
    record(actor, key, "make_key", label=_("生成推送凭证"), role=Role.PROVIDER, now=now)
    return key, secret


@transaction.atomic
def revoke_key(actor: Actor, *, key_id: str, now: datetime) -> PushKey:
    """Stops a key and every token of it (停用推送凭证); stopped twice it stays as it was. Raises NotVisible."""
    rows = PushKey.objects.select_for_update().filter(id=key_id, party_id=actor.party_id or None)
    key = rows.first()
    if key is None or (actor.unit_ids and not (key.unit_ids and set(key.unit_ids) <= actor.unit_ids)):
        raise NotVisible
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        PushToken.objects.filter(key=key).delete()
        record(actor, key, "revoke_key", label=_("停用推送凭证"), role=Role.PROVIDER, now=now)
    return key


@transaction.atomic
def exchange(*, key_id: str, secret: str, now: datetime) -> tuple[str, datetime]:
    """A token for a key with its secret (取得令牌) and when it ends. Raises KeyUnknown."""
    key = PushKey.objects.select_for_update().filter(id=key_id, revoked_at__isnull=True).first()
    if key is None or not secrets.compare_digest(key.secret_digest, _digest(secret)):
        raise rules.KeyUnknown
    PushToken.objects.filter(key=key, expires_at__lte=now).delete()
    token, ends = secrets.token_urlsafe(_SECRET_BYTES), now + timedelta(hours=TOKEN_HOURS)
    PushToken.objects.create(key=key, digest=_digest(token), expires_at=ends)
    return token, ends


def actor_of_token(token: str, *, now: datetime) -> Actor:
    """For whom a token acts: the people who made its key, in their party, never for more units than the key was made for.

    Raises TokenUnknown, also when they act for none of these units any more; NotAMember when they left.
    """
    found = PushToken.objects.filter(digest=_digest(token), expires_at__gt=now, key__revoked_at__isnull=True)
    held = found.select_related("key").first()
    if held is None:
        raise rules.TokenUnknown
    actor, units = actor_for(held.key.made_by, party_id=held.key.party_id, on=clock.day(now)), set(held.key.unit_ids)
    if not units:
        return actor
    both = frozenset(units & actor.unit_ids if actor.unit_ids else units)
    if not both:
        raise rules.TokenUnknown
    return replace(actor, unit_ids=both)


@transaction.atomic
def push(actor: Actor, *, items: Sequence[object], content: bytes, now: datetime) -> PushReport:
    """Takes every item that is right and names those that are not (推送仪器); pushed again it changes nothing.

    Raises TooManyItems, NotVisible for who has no carrier.
    """
    if len(items) > PUSH_ITEMS_MAX:
        raise rules.TooManyItems(limit=PUSH_ITEMS_MAX, megabytes=PUSH_MEGABYTES_MAX)
    carriers = {row.id: row for row in carriers_of(actor).select_for_update(of=("self",)).order_by("id")}
    if not carriers:
        raise NotVisible
    batch = _Batch(party(actor.party_id).credit_code, list(carriers.values()), clock.day(now), class_codes())
    results = [batch.look(place, item) for place, item in enumerate(items)]
    total = Taken()
    for carrier_id, given in sorted(batch.by_carrier.items()):
        part = _taken(actor, carriers[carrier_id], given, now)
        if part.added or part.changed:
            counts = {"rows": len(given), "added": len(part.added), "changed": len(part.changed)}
            _remember(actor, carriers[carrier_id], content, counts, now)
        _put_to(total, part)
    for one in total.closed:
        results[one.row] = ItemResult(one.number, PushCode.UNFIT, (_CLOSED,))
    return PushReport(tuple(results), len(total.added), len(total.changed), total.same)


_CLOSED = ItemFault("instruId", "", _("这一编号的仪器已下架"), _("重新开放请另用编号登记"))


def _taken(actor: Actor, carrier: Carrier, given: Sequence[Given], now: datetime) -> Taken:
    total = Taken()
    for start in range(0, len(given), BATCH):
        part = take(actor, carrier, given[start : start + BATCH], facts={"pushed": True}, now=now)
        index([row.id for row in part.changed if row.state != OfferState.DRAFT], now=now)
        _put_to(total, part)
    return total


def _put_to(total: Taken, part: Taken) -> None:
    total.added += part.added
    total.changed += part.changed
    total.same += part.same
    total.closed += part.closed


def _remember(actor: Actor, carrier: Carrier, content: bytes, counts: Mapping[str, int], now: datetime) -> None:
    kind = OfferKind.INSTRUMENT
    remember(actor, carrier, kind, file_name=_("推送"), content=content, counts=counts, now=now)


class _Batch:
    """The items of one push on their way to their carriers."""

    def __init__(self, company: str, carriers: Sequence[Carrier], on: date, classes: ClassSet) -> None:
        self.by_carrier: dict[str, list[Given]] = {}
        self._company, self._on, self._classes = company, on, classes
        self._codes = {row.code: row for row in carriers if row.code}
        self._only = carriers[0] if len(carriers) == 1 else None
        self._seen: dict[str, int] = {}

    def look(self, place: int, item: object) -> ItemResult:
        """Judges one item and keeps it for its carrier when it is right."""
        if not isinstance(item, Mapping):
            fault = ItemFault("", str(item)[:VALUE_SHOWN], _("不是对象"), _("每台（套）一个 JSON 对象"))
            return ItemResult("", PushCode.FORM, (fault,))
        found = read_item(item)
        if found.company and found.company != self._company:
            fault = ItemFault(
                "companyId", found.company, _("不是本凭证所属单位"), _("请填写凭证所属单位的统一社会信用代码")
            )
            return ItemResult(found.number, PushCode.UNIT, (fault,))
        carrier = self._codes.get(found.carrier_code) if found.carrier_code else self._only
        faults = [*found.faults, *self._unfit(found), *self._once(found, place)]
        if carrier is None:
            remedy = _("请填写在本平台登记的载体编号；单位只有一个载体时可不填")
            faults.append(ItemFault("code", found.carrier_code, _("找不到这个载体"), remedy, "、".join(self._codes)))
        if faults or carrier is None:
            return ItemResult(found.number, PushCode.UNFIT, tuple(faults))
        given = Given(
            row=place,
            number=found.number,
            name=found.name,
            class_code=found.class_code,
            values=found.values,
            content=str(found.values.get("functions", "")),
            process=str(found.values.get("notice", "")),
        )
        self.by_carrier.setdefault(carrier.id, []).append(given)
        return ItemResult(found.number, PushCode.TAKEN)

    def _unfit(self, found: Pushed) -> list[ItemFault]:
        told = {fault.field for fault in found.faults}
        values = found.values | {"class_code": found.class_code}
        return [
            ItemFault(_THEIRS.get(fault.field, fault.field), "", fault.rule, fault.remedy, fault.limit)
            for fault in rules.sheet_faults(values, on=self._on, classes=self._classes)
            if _THEIRS.get(fault.field, fault.field) not in told
        ]

    def _once(self, found: Pushed, place: int) -> list[ItemFault]:
        before = self._seen.setdefault(found.number, place)
        if before == place or not found.number:
            return []
        return [
            ItemFault(
                "instruId",
                found.number,
                _("本次推送中编号重复，先见于第几项："),
                _("每台（套）一个编号"),
                str(before + 1),
            )
        ]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
