"""What the rules are handed (筛查事实), and what they answer with. Amounts are gross fen; quantities hundredths of the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kechuang.screening.states import LinkKind, Pattern


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """One claim with its order, as far as a rule looks at it."""

    claim_id: str
    number: str
    order_id: str
    region: str
    holder: str
    provider: str
    holder_name: str = ""
    provider_name: str = ""
    holder_code: str = ""
    provider_code: str = ""
    holder_kind: str = ""
    service: str = ""
    class_code: str = ""  # of what has none, its name
    offer_id: str = ""
    title: str = ""
    needs: str = ""
    unit: str = ""
    quantity: int = 0  # of the base line
    unit_price_fen: int = 0  # of the base line, as charged
    list_price_fen: int = 0  # of the base line, as published when quoted
    channel: str = ""
    price_fen: int = 0
    voucher_fen: int = 0
    own_share_fen: int = 0
    other_public_fen: int = 0
    refunded_fen: int = 0  # of the own share, at or after settlement
    refunded_on: date | None = None
    placed_on: date | None = None
    started_on: date | None = None
    delivered_on: date | None = None
    settled_on: date | None = None
    submitted_on: date | None = None
    confirmed_by: str = ""
    paid_on: date | None = None
    booked: bool = False
    sampled: bool = False  # a sample was received and handled
    evidenced_minutes: int = 0  # by meter or by an operator's run
    evidence_expected: bool = False  # the instrument has a calendar or a meter
    carrier_class: str = ""  # of the provider's carrier

    def before(self, other: "ClaimFact") -> bool:
        """Whether it was handed in before another: what is alike is found on the later one."""
        return (self.submitted_on or date.max, self.claim_id) < (other.submitted_on or date.max, other.claim_id)


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """One invoice that a claim cites."""

    claim_id: str
    number: str
    seller_code: str
    buyer_code: str
    gross_fen: int
    line_fen: int  # the part that belongs to the claim's order
    issued_on: date
    items: str = ""


@dataclass(frozen=True, slots=True)
class PictureFact:
    """A claim's scanned invoice that looks like one of an earlier claim: in how many bits of the layout and in how many
    parts of those with anything on them the two differ.
    """

    claim_id: str
    other_id: str
    name: str
    other_name: str
    file_id: str
    other_file_id: str
    exact: bool  # the same file
    bits: int
    bits_of: int
    parts: int
    parts_of: int


@dataclass(frozen=True, slots=True)
class RedFact:
    """What the tax bureau said of a cited invoice when it was asked again."""

    claim_id: str
    number: str
    red_on: date
    red_number: str
    asked_of: str


@dataclass(frozen=True, slots=True)
class ReportFact:
    """The results that a report names, as hashes. Its claim need not be among the facts: the form of a provider's reports
    is known from more of them than are compared.
    """

    claim_id: str
    order_id: str
    provider: str
    pieces: frozenset[int]


@dataclass(frozen=True, slots=True)
class LinkFact:
    """One thing that a party has and others may have too."""

    link_id: str
    party: str
    kind: LinkKind
    digest: str
    shown: str
    from_on: date | None = None
    until_on: date | None = None

    def held(self, on: date | None) -> bool:
        """Whether it stood on a day; not known since when is always."""
        if on is None:
            return self.until_on is None
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on < self.until_on)


@dataclass(frozen=True, slots=True)
class RegistrationFact:
    """What the registers say of an organisation; None is what they do not say."""

    established_on: date | None
    insured_count: int | None


@dataclass(frozen=True, slots=True)
class LevelFact:
    """Prices of one class of services over a year: the middle, and the middle of the distances from it."""

    count: int
    middle_fen: int
    spread_fen: int


@dataclass(frozen=True, slots=True)
class PairFact:
    """How often one officer confirmed for one provider, beside what each of them did in the county altogether."""

    count: int
    officer_count: int
    provider_count: int
    county_count: int


@dataclass(frozen=True, slots=True)
class PaceFact:
    """A provider's orders of one year: those placed in its last days, and all."""

    last_count: int
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one screening is handed. `wanted` are the claims that it is about; the others are to compare with."""

    claims: Mapping[str, ClaimFact]
    wanted: frozenset[str]
    invoices: Sequence[InvoiceFact] = ()
    pictures: Sequence[PictureFact] = ()
    red: Sequence[RedFact] = ()
    reports: Sequence[ReportFact] = ()
    links: Sequence[LinkFact] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of parties
    filers: Mapping[str, int] = field(default_factory=dict)  # digest → how many users of vouchers have it
    hubs: Mapping[str, int] = field(default_factory=dict)  # digest → how many parties have it
    registrations: Mapping[str, RegistrationFact] = field(default_factory=dict)
    levels: Mapping[tuple[str, str, str], LevelFact] = field(default_factory=dict)  # by service, class, unit
    pairs: Mapping[tuple[str, str, str], PairFact] = field(default_factory=dict)  # by region, officer, provider
    paces: Mapping[tuple[str, int], PaceFact] = field(default_factory=dict)  # by provider and year
    redeemed_fen: Mapping[str, int] = field(default_factory=dict)  # by provider, within a year

    def about(self) -> list[ClaimFact]:
        """The claims that are screened, in the order of their ids."""
        return [self.claims[claim_id] for claim_id in sorted(self.wanted)]


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that a finding rests on: what it is, what it says, and the record that one can open."""

    label: str
    value: str
    kind: str = ""  # claim, order, file, party, link; "": nothing to open
    id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found on one claim."""

    rule: Pattern
    claim: ClaimFact
    facts: Mapping[str, object]
    evidence: tuple[Proof, ...]
    group: str = ""
