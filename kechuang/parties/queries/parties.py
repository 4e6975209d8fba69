"""Reading parties and people: names now and then, codes, what was merged (主体)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties import rules
from kechuang.parties.access import memberships_visible_to, roles_on, units_visible_to, visible_to
from kechuang.parties.models import Membership, Party, PartyChange, Person, Unit
from kechuang.parties.states import Kind, PartyState
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import run


@dataclass(frozen=True, slots=True)
class Contact:
    """How one person can be reached (联系方式); an empty field is a way that is not known."""

    person_id: str
    mail: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PartyCard:
    """What upper rooms need to know of a party."""

    id: str
    kind: str
    name: str
    credit_code: str
    region: str
    legal_representative_id: str
    contact_id: str
    state: str
    merged_into: str
    invoice_title: Mapping[str, str]

    @property
    def active(self) -> bool:
        return self.state == PartyState.ACTIVE

    @property
    def natural_person(self) -> bool:
        """Makers are shown masked on public pages."""
        return self.kind == Kind.MAKER


def party(party_id: str) -> PartyCard:
    """One party's card; raises NotVisible when there is none."""
    row = _party.first(party_id)
    if row is None:
        raise NotVisible
    return _card(row)


_CARD = (
    "id",
    "kind",
    "name",
    "credit_code",
    "region",
    "legal_representative_id",
    "contact_id",
    "state",
    "merged_into_id",
    "invoice_title",
)


@compiled
def _party(party_id: str) -> QuerySet[Party, tuple[Any, ...]]:
    return Party.objects.filter(id=party_id).values_list(*_CARD)


@compiled
def _parties(party_ids: list[str]) -> QuerySet[Party, tuple[Any, ...]]:
    return Party.objects.filter(id__any=party_ids).values_list(*_CARD)


def _card(row: tuple[Any, ...]) -> PartyCard:
    """From what `_CARD` names; nobody is ""."""
    said: tuple[Any, ...] = tuple("" if one is None else one for one in row)
    return PartyCard(*said)


def parties(party_ids: Iterable[str]) -> dict[str, PartyCard]:
    """The cards of several parties by id."""
    ids = list(party_ids)
    return {row[0]: _card(row) for row in _parties(ids)} if ids else {}


def party_by_code(credit_code: str) -> PartyCard | None:
    """The living party with this code, also when it has since got another one."""
    living = Party.objects.exclude(state=PartyState.MERGED)
    row = living.filter(credit_code=credit_code).values_list(*_CARD).first()
    if row is None:
        changed = PartyChange.objects.filter(what="credit_code", before=credit_code).values("party_id")
        row = living.filter(id__in=changed).values_list(*_CARD).first()
    return _card(row) if row else None


def party_names(party_ids: Iterable[str]) -> dict[str, str]:
    """Names by id."""
    ids = sorted(set(party_ids))
    return dict(_party_names(ids)) if ids else {}


def person_names(person_ids: Iterable[str]) -> dict[str, str]:
    """Names by id."""
    ids = sorted(set(person_ids))
    return dict(_person_names(ids)) if ids else {}


@compiled
def _party_names(party_ids: list[str]) -> QuerySet[Party, tuple[str, str]]:
    return Party.objects.filter(id__any=party_ids).values_list("id", "name")


@compiled
def _person_names(person_ids: list[str]) -> QuerySet[Person, tuple[str, str]]:
    return Person.objects.filter(id__any=person_ids).values_list("id", "name")


def unit_names(unit_ids: Iterable[str]) -> dict[str, str]:
    """Names by id."""
    return dict(Unit.objects.filter(id__in=set(unit_ids)).values_list("id", "name"))


def units_of(party_id: str) -> dict[str, str]:
    """The living units of a party, names by id, by pinyin (二级单位)."""
    rows = Unit.objects.filter(party_id=party_id, ended_on__isnull=True).order_by("pinyin", "id")
    return dict(rows.values_list("id", "name"))


def name_on(party_id: str, *, on: date) -> str:
    """What the party was called on a day: documents of that day bear this name (曾用名)."""
    later = PartyChange.objects.filter(party_id=party_id, what="name", on__gt=on).order_by("on", "id").first()
    return later.before if later else party(party_id).name


def names_of(party_id: str) -> list[str]:
    """The present name and every former one, newest first."""
    former = PartyChange.objects.filter(party_id=party_id, what="name").order_by("-on", "-id")
    return [party(party_id).name, *former.values_list("before", flat=True)]


def codes_of(party_id: str) -> frozenset[str]:
    """The present credit code and every former one: lists may still name the old."""
    former = PartyChange.objects.filter(party_id=party_id, what="credit_code").values_list("before", flat=True)
    return frozenset({party(party_id).credit_code, *former} - {""})


def history(party_id: str) -> list[PartyChange]:
    """Every change of the party, newest first."""
    return list(PartyChange.objects.filter(party_id=party_id).order_by("-on", "-id"))


def absorbed_by(party_id: str) -> frozenset[str]:
    """The ids that were merged into this party, directly or by steps: their vouchers and orders carry over."""
    found: set[str] = set()
    waiting = {party_id}
    while waiting:
        waiting = set(Party.objects.filter(merged_into_id__in=waiting).values_list("id", flat=True)) - found
        found |= waiting
    return frozenset(found)


def ended_since(on: date) -> list[PartyCard]:
    """Parties merged or struck off on or after a day: upper rooms carry over or close what hangs on them."""
    return [_card(row) for row in _ended(on)]


@compiled
def _ended(on: date) -> QuerySet[Party, tuple[Any, ...]]:
    return Party.objects.filter(ended_on__gte=on).order_by("ended_on", "id").values_list(*_CARD)


def identity_digests(party_id: str) -> frozenset[str]:
    """The identity digests of a maker's or team's people, for lists of natural persons; none of an
    organisation's: what is said of its staff is not said of it."""
    makers = Membership.objects.filter(party_id=party_id, party__kind__in=[Kind.MAKER, Kind.TEAM])
    people = makers.filter(valid_until__isnull=True).values("person_id")
    digests = Person.objects.filter(id__in=people).values_list("identity_digest", flat=True)
    return frozenset(set(digests) - {""})


_KNOWN_BY = """
    SELECT credit_code, '' FROM parties_party WHERE id = %(party)s
    UNION ALL SELECT before, '' FROM parties_partychange WHERE party_id = %(party)s AND what = 'credit_code'
    UNION ALL SELECT '', s.identity_digest FROM parties_membership m JOIN parties_person s ON s.id = m.person_id
        JOIN parties_party p ON p.id = m.party_id
        WHERE m.party_id = %(party)s AND m.valid_until IS NULL AND p.kind = ANY(%(natural)s)"""


def known_by(party_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """By which codes, and by whose identity digests, lists may name a party: `codes_of` and `identity_digests` at once."""
    rows = run(_KNOWN_BY, {"party": party_id, "natural": [str(Kind.MAKER), str(Kind.TEAM)]}).fetchall()
    if not rows:
        raise NotVisible
    return frozenset({code for code, _ in rows} - {""}), frozenset({digest for _, digest in rows} - {""})


def visible_party(actor: Actor, party_id: str) -> Party:
    """One party as the actor may see it; raises NotVisible."""
    row = visible_to(actor).filter(id=party_id).first()
    if row is None:
        raise NotVisible
    return row


def contacts(person_ids: Iterable[str]) -> list[Contact]:
    """The contacts of these people who may still sign in. For messages only; never for a page."""
    return [Contact(*row) for row in _contacts(list(person_ids))]


@compiled
def _contacts(person_ids: list[str]) -> QuerySet[Person, tuple[str, str, str]]:
    rows = Person.objects.filter(id__any=person_ids, is_active=True).values_list("id", "email", "phone")
    return rows.order_by("id")


def anybody_reachable() -> bool:
    """Whether anybody who may sign in has left a mail address or a telephone number."""
    return bool(_reachable())


@compiled
def _reachable() -> QuerySet[Person, str]:
    return Person.objects.filter(is_active=True).exclude(email="", phone="").values_list("id", flat=True)[:1]


def parties_by_codes(credit_codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """The living parties behind each credit code, present or former."""
    codes = list(set(credit_codes))
    found: dict[str, set[str]] = {}
    for code, party_id in [*_called(codes), *_once_called(codes)] if codes else ():
        found.setdefault(code, set()).add(party_id)
    return {code: frozenset(ids) for code, ids in found.items()}


@compiled
def _called(codes: list[str]) -> QuerySet[Party, tuple[str, str]]:
    living = Party.objects.exclude(state=PartyState.MERGED)
    return living.filter(credit_code__any=codes).values_list("credit_code", "id")


@compiled
def _once_called(codes: list[str]) -> QuerySet[PartyChange, tuple[str, str]]:
    living = Party.objects.exclude(state=PartyState.MERGED)
    former = PartyChange.objects.filter(what="credit_code", before__any=codes, party__in=living)
    return former.values_list("before", "party_id")


def parties_by_identity(digests: Iterable[str]) -> dict[str, frozenset[str]]:
    """The makers and teams that a person with one of these identity digests belongs to."""
    wanted = sorted(set(digests) - {""})
    found: dict[str, set[str]] = {}
    for digest, party_id in _identities(wanted) if wanted else ():
        found.setdefault(digest, set()).add(party_id)
    return {digest: frozenset(ids) for digest, ids in found.items()}


@compiled
def _identities(digests: list[str]) -> QuerySet[Membership, tuple[str, str]]:
    rows = Membership.objects.filter(
        person__identity_digest__any=digests,
        party__kind__in=[Kind.MAKER, Kind.TEAM],
        party__state=PartyState.ACTIVE,
        valid_until__isnull=True,
    )
    return rows.values_list("person__identity_digest", "party_id")


def members(actor: Actor, party_id: str, *, on: date) -> list[Membership]:
    """Who acts for a party on a day, by pinyin, as the actor may see it."""
    rows = memberships_visible_to(actor).filter(party_id=party_id, valid_from__lte=on)
    open_ones = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
    return list(open_ones.select_related("person", "unit").order_by("person__pinyin", "id"))


def units(actor: Actor, party_id: str) -> list[Unit]:
    """A party's units, by pinyin, as the actor may see them."""
    rows = units_visible_to(actor).filter(party_id=party_id, ended_on__isnull=True)
    return list(rows.order_by("pinyin", "id"))


@dataclass(frozen=True, slots=True)
class PartySheet:
    """One party's page."""

    party: Party
    roles: frozenset[Role]
    manages: bool
    members: list[Membership]
    units: list[Unit]
    history: list[PartyChange]
    representative: str


def party_sheet(actor: Actor, party_id: str, *, on: date) -> PartySheet:
    """Everything on a party's page as the actor may see it; raises NotVisible."""
    party = visible_party(actor, party_id)
    head = party.legal_representative_id
    return PartySheet(
        party=party,
        roles=roles_on(actor, party),
        manages=rules.manages(actor, party_id),
        members=members(actor, party_id, on=on),
        units=units(actor, party_id),
        history=history(party_id),
        representative=person_names([head]).get(head, "") if head else "",
    )
