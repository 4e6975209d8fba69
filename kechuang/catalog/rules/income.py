"""收入分配: to whom the income of open sharing goes. Pure; shares in basis points that make the whole, fen that add up."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kechuang.catalog.states import SHARE_LABELS, SHARES_MAX, ShareTo
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import ONE, Fen, split_largest_remainder, yuan
from kechuang.kernel.text import gettext_noop as _


class SharesNotWhole(Refusal):
    code = "catalog.shares_not_whole"
    text = _("各项分配比例合计应为 100%，现为 {percent}%")
    remedy = _("请核对各项比例；每项应大于零")
    field = "shares"
    status = 422


class ShareTwice(Refusal):
    code = "catalog.share_twice"
    text = _("“{name}”出现了两次")
    remedy = _("请合并为一项")
    field = "shares"
    status = 422


class DocumentMissing(Refusal):
    code = "catalog.document_missing"
    text = _("请填写办法名称和文号")
    remedy = _("收入分配办法须有本单位正式文件")
    field = "document_number"
    status = 422


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the income: to whom, how much of the whole; `name` says which project or whom, "" all of that kind."""

    to: ShareTo
    bp: int
    name: str = ""
    staff_id: str = ""


@dataclass(frozen=True, slots=True)
class SharePart:
    """What one share comes to."""

    share: Share
    fen: Fen


@dataclass(frozen=True, slots=True)
class SharingTerms:
    """What a pack says of sharing the income of open sharing (see policies/*/open-sharing*.toml)."""

    home_region: str
    split_rules_required: bool
    split_suggestion: tuple[Share, ...]


# Where a carrier has filed nothing, all of it stays with the unit (单位统筹).
UNFILED = (Share(ShareTo.UNIT, ONE),)


def check_shares(shares: Sequence[Share]) -> None:
    """Whether shares make the whole (比例合计 100%), each something, none twice. Raises SharesNotWhole, ShareTwice."""
    whole = sum(share.bp for share in shares)
    if whole != ONE or len(shares) > SHARES_MAX or any(share.bp <= 0 for share in shares):
        raise SharesNotWhole(percent=yuan(whole))
    seen: set[tuple[str, str, str]] = set()
    for share in shares:
        key = (share.to, share.name, share.staff_id)
        if key in seen:
            raise ShareTwice(name=share.name or SHARE_LABELS[share.to])
        seen.add(key)


def check_document(number: str, title: str) -> None:
    """A filed rule has a number and a name (文号). Raises DocumentMissing."""
    if not number or not title:
        raise DocumentMissing


def split(fen: Fen, shares: Sequence[Share]) -> list[SharePart]:
    """An amount over the shares (收入分配), by the largest remainder: the fen add up, ties go to the earlier share."""
    parts = split_largest_remainder(fen, [share.bp for share in shares])
    return [SharePart(share, part) for share, part in zip(shares, parts, strict=True)]


def read_shares(kept: Sequence[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Shares as they are kept."""
    return tuple(Share(ShareTo(one["to"]), int(one["bp"]), one["name"], one["staff_id"]) for one in kept)


def kept_shares(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Shares as they are kept; the other way of `read_shares`."""
    return [asdict(share) | {"to": str(share.to)} for share in shares]
