"""What the platform itself knows that parties have in common (关联线索的来源)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.models import Link
from kechuang.screening.states import LinkKind
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import ask, run

# One row per party and thing: the party, its seat, the kind, the value by which it is compared, and what is shown of it.
_KNOWN = """
SELECT p.id, p.region, 'legal_representative', n.id, left(n.name, 1) || '**', NULL::date
FROM parties_party p JOIN parties_person n ON n.id = p.legal_representative_id WHERE p.state = 'active'
UNION
SELECT p.id, p.region, 'phone', regexp_replace(n.phone, '\\D', '', 'g'),
    left(n.phone, 3) || '****' || right(n.phone, 4), NULL
FROM parties_party p CROSS JOIN LATERAL (VALUES (p.legal_representative_id), (p.contact_id)) x (id)
JOIN parties_person n ON n.id = x.id
WHERE p.state = 'active' AND n.phone <> ''
UNION
SELECT p.id, p.region, 'address', regexp_replace(p.address, '\\s', '', 'g'), left(p.address, 12) || '…', NULL
FROM parties_party p WHERE p.state = 'active' AND p.address <> '' AND p.kind = 'organisation'
UNION
SELECT b.party_id, p.region, 'bank_account', b.digest, b.masked, NULL
FROM parties_bankaccount b JOIN parties_party p ON p.id = b.party_id WHERE b.state = 'confirmed'
UNION
SELECT d.party_id, p.region, 'device', d.digest, to_char(min(d.first_on), 'YYYY-MM-DD'), min(d.first_on)
FROM parties_device d JOIN parties_party p ON p.id = d.party_id WHERE p.state = 'active' GROUP BY 1, 2, 4
ORDER BY 1, 3, 4"""

_MARK = f"""
SELECT (SELECT coalesce(sum(hashtextextended(k::text, 0)), 0) FROM ({_KNOWN}) k),
    (SELECT coalesce(sum(hashtextextended(concat_ws('|', id, party_id, kind, digest, until_on, source), 0)), 0)
        FROM screening_link)"""

REGISTER, SIGN_IN = _("主体登记"), _("登录设备")
OWN = (REGISTER, SIGN_IN)  # what the platform itself knows
_SOURCES = {LinkKind.DEVICE: SIGN_IN}
_Key = tuple[str, LinkKind, str]  # the party, what it has, and what that is compared by


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that a party has: `value` is compared, `shown` is what people read of it."""

    party_id: str
    region: str
    kind: LinkKind
    value: str
    shown: str
    source: str
    from_on: date | None = None
    until_on: date | None = None


def known_now() -> list[Known]:
    """What the register of parties says of all active parties, in one order: what is new is written down in it."""
    return [
        Known(party, region, LinkKind(kind), value, shown, _SOURCES.get(kind, REGISTER), since)
        for party, region, kind, value, shown, since in run(_KNOWN, []).fetchall()
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """A number for what the register of parties says and one for what is written down of it: who reads both twice unchanged has seen
    nothing new. Numbers, since a morning on which nothing changed is the usual one.
    """

    said: int
    written: int


def mark_now() -> Mark:
    """Where the register and the links stand; the same mark twice, and neither has changed."""
    said, written = ask(_MARK, [])
    return Mark(int(said), int(written))


@dataclass(frozen=True, slots=True)
class Standing:
    """A link that is written down: until when it was one, and who says so."""

    id: str
    until_on: date | None
    source: str


def links_of(party_ids: Iterable[str], *, sources: Iterable[str] = ()) -> dict[_Key, Standing]:
    """What is written down of these parties, and what stands today by what these sources say of any party.

    Of many thousands each morning, so no rows are built of it.
    """
    rows = _links_of(sorted(party_ids), list(sources))
    return {
        (party, LinkKind(kind), digest): Standing(link_id, until, source)
        for link_id, party, kind, digest, until, source in rows
    }


@compiled
def _links_of(party_ids: list[str], sources: list[str]) -> QuerySet[Link, tuple[str, str, str, str, date | None, str]]:
    wanted = Q(party_id__any=party_ids)
    wanted |= Q(source__any=sources, until_on__isnull=True) if sources else Q()
    return Link.objects.filter(wanted).values_list("id", "party_id", "kind", "digest", "until_on", "source")
