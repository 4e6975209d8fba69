"""Reading the ledger: balances, statements, the way of the money, totals, and what `kechuang check` looks for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from kechuang.ledger.models import Account, Phase, Transfer
from kechuang.ledger.rules import KIND_LABELS, RULES, Flow, Kind, Place

_MOVED = "phase IN (0, 2, 4)"  # posts, captures and reversals move money; holds and releases set it aside


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in less what went out, what of it is set aside, and what is free (余额、占用、可用)."""

    posted_fen: int = 0
    held_fen: int = 0

    @property
    def free_fen(self) -> int:
        return self.posted_fen - self.held_fen


@dataclass(frozen=True, slots=True)
class Station:
    """One transfer as a person reads it (资金去向的一步)."""

    id: int
    on: date
    at: object
    phase: Phase
    rule: str
    label: str
    fen: int
    debit: Place
    credit: Place
    subject: str
    key: str

    @property
    def moves(self) -> bool:
        """Whether money moved; a hold or its release only sets aside."""
        return self.phase in (Phase.POST, Phase.CAPTURE, Phase.REVERSAL)

    @property
    def from_label(self) -> str:
        return KIND_LABELS[self.debit.kind]

    @property
    def to_label(self) -> str:
        return KIND_LABELS[self.credit.kind]


@dataclass(frozen=True, slots=True)
class StatementLine:
    on: date
    label: str
    other: Place
    in_fen: int
    out_fen: int
    balance_fen: int
    subject: str


@dataclass(frozen=True, slots=True)
class Statement:
    """对账单: one account from a day until (not with) another; opening + in − out = closing."""

    place: Place
    opening_fen: int
    lines: list[StatementLine]
    closing_fen: int


def balance(account_id: int) -> Balance:
    """Of one account; raises Account.DoesNotExist."""
    return _balance(Account.objects.get(id=account_id))


def balance_at(place: Place) -> Balance:
    """Of an account by what it is; nothing where it was never used."""
    found = Account.objects.filter(kind=place.kind, region=place.region, year=place.year, owner=place.owner).first()
    return _balance(found) if found else Balance()


def balances(
    kind: Kind | str, *, regions: Iterable[str] = (), years: Iterable[int] = (), owners: Iterable[str] = ()
) -> dict[Place, Balance]:
    """Every account of a kind, narrowed by what is given; one query."""
    rows = Account.objects.filter(kind=str(kind)).order_by("id")
    for name, wanted in (("region", list(regions)), ("year", list(years)), ("owner", list(owners))):
        rows = rows.filter(**{f"{name}__in": wanted}) if wanted else rows
    return {place_of(row): _balance(row) for row in rows}


def place_of(account: Account) -> Place:
    return Place(Kind(account.kind), account.region, account.year, account.owner)


def _balance(account: Account) -> Balance:
    return Balance(account.posted, account.held)


def transfers_of(subjects: Iterable[str]) -> list[Station]:
    """Everything booked for these records, in the order of booking (资金去向): follow the money."""
    rows = Transfer.objects.filter(subject__in=list(subjects)).select_related("debit", "credit").order_by("id")
    return [_station(row) for row in rows]


def transfers_between(*, region: str, since: date, until: date) -> list[Station]:
    """A county's journal (流水) for a period."""
    rows = Transfer.objects.filter(region=region, on__gte=since, on__lt=until)
    return [_station(row) for row in rows.select_related("debit", "credit").order_by("id")]


def hold_of(key: str) -> list[int]:
    """The holds that were taken under `key`, in line order."""
    return list(Transfer.objects.filter(key=key, phase=Phase.HOLD).order_by("line").values_list("id", flat=True))


def _station(row: Transfer) -> Station:
    label = RULES[row.rule].label
    return Station(
        id=row.id,
        on=row.on,
        at=row.at,
        phase=Phase(row.phase),
        rule=row.rule,
        label=label if row.phase in (Phase.POST, Phase.CAPTURE) else f"{label}（{Phase(row.phase).label}）",
        fen=row.fen,
        debit=place_of(row.debit),
        credit=place_of(row.credit),
        subject=row.subject,
        key=row.key,
    )


def statement(account_id: int, *, since: date, until: date) -> Statement:
    """One account for a period (对账单). Amounts are fen; holds are not on it, they moved nothing."""
    account = Account.objects.get(id=account_id)
    rows = (
        Transfer.objects.filter(Q(debit_id=account_id) | Q(credit_id=account_id), on__lt=until)
        .exclude(phase__in=[Phase.HOLD, Phase.RELEASE])
        .select_related("debit", "credit")
        .order_by("on", "id")
    )
    opening = running = 0
    lines: list[StatementLine] = []
    for row in rows:
        comes_in = row.credit_id == account_id
        running += row.fen if comes_in else -row.fen
        if row.on < since:
            opening = running
            continue
        other = place_of(row.debit if comes_in else row.credit)
        label = _station(row).label
        lines.append(
            StatementLine(row.on, label, other, row.fen * comes_in, row.fen * (not comes_in), running, row.subject)
        )
    return Statement(place_of(account), opening, lines, running)


@dataclass(frozen=True, slots=True)
class Money:
    """资金总览, in fen. What flowed is added up by rule, what lies somewhere by account: the identities compare both.

    released − cut + moved = unallocated + granted − returned
    granted = voucher_available + held + offset + returned
    offset = unclaimed + in_claim + owed + paid + clawed_back
    """

    released: int
    cut: int
    moved: int  # from other counties or years; nothing in total
    unallocated: int
    granted: int
    voucher_available: int
    held: int
    offset: int  # net of what was restored
    expired: int
    withdrawn: int
    revoked: int
    returned: int
    unclaimed: int
    in_claim: int
    owed: int
    paid: int
    clawed_back: int

    def identities(self) -> dict[str, bool]:
        """Each by its formula; `kechuang check` shows the one that does not hold."""
        lies = self.unclaimed + self.in_claim + self.owed + self.paid + self.clawed_back
        return {
            "released − cut + moved = unallocated + granted − returned": self.released - self.cut + self.moved
            == self.unallocated + self.granted - self.returned,
            "granted = voucher_available + held + offset + returned": self.granted
            == self.voucher_available + self.held + self.offset + self.returned,
            "offset = unclaimed + in_claim + owed + paid + clawed_back": self.offset == lies,
            "moved = 0": self.moved == 0,
        }


def money(on: date | None = None, *, region: str = "", year: int | None = None) -> Money:
    """Totals up to and with the day `on` (everything when None), of one county or year when named.

    `moved` is then what came in from others less what went to them; without a county and year it is zero.
    """
    flows, lies, held = _totals(on, region, year)
    by_flow = {flow: sum(fen for rule, fen in flows.items() if RULES[rule].flow is flow) for flow in Flow}
    expired, withdrawn, revoked = by_flow[Flow.EXPIRED], by_flow[Flow.WITHDRAWN], by_flow[Flow.REVOKED]
    return Money(
        released=by_flow[Flow.RELEASED],
        cut=by_flow[Flow.CUT],
        moved=by_flow[Flow.MOVED],
        unallocated=lies.get(Kind.BUDGET, 0),
        granted=by_flow[Flow.GRANTED],
        voucher_available=lies.get(Kind.VOUCHER, 0) - held,
        held=held,
        offset=by_flow[Flow.OFFSET] - by_flow[Flow.RESTORED],
        expired=expired,
        withdrawn=withdrawn,
        revoked=revoked,
        returned=expired + withdrawn + revoked,
        unclaimed=lies.get(Kind.UNCLAIMED, 0),
        in_claim=lies.get(Kind.IN_CLAIM, 0),
        owed=lies.get(Kind.OWED, 0),
        paid=lies.get(Kind.PAID, 0),
        clawed_back=lies.get(Kind.CLAWED_BACK, 0),
    )


def _totals(on: date | None, region: str, year: int | None) -> tuple[dict[str, int], dict[str, int], int]:
    """By rule what flowed, by kind of account what lies there, and what vouchers hold: from transfers alone."""
    sql = f"""
        WITH booked AS (
            SELECT t.*, CASE t.phase WHEN 4 THEN -t.fen ELSE t.fen END AS net,
                d.region AS d_region, d.year AS d_year, d.kind AS d_kind, c.region AS c_region, c.year AS c_year, c.kind AS c_kind
            FROM ledger_transfer t
            JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
            WHERE %(on)s::date IS NULL OR t.on <= %(on)s
        ), side AS (
            SELECT phase, rule, id, pending_id, d_kind AS kind, d_region AS region, d_year AS year, -fen AS fen, -net AS net, false AS credit
                FROM booked
            UNION ALL
            SELECT phase, rule, id, pending_id, c_kind, c_region, c_year, fen, net, true FROM booked
        ), mine AS (
            SELECT * FROM side WHERE (%(region)s = '' OR region = %(region)s) AND (%(year)s::int IS NULL OR year = %(year)s)
        )
        SELECT 'lies', kind, sum(fen) FROM mine WHERE {_MOVED} GROUP BY kind
        UNION ALL
        SELECT 'flow', rule, sum(CASE WHEN rule = ANY(%(crossing)s) THEN fen ELSE net END) FROM mine
            WHERE {_MOVED} AND (rule = ANY(%(crossing)s) OR credit) GROUP BY rule
        UNION ALL
        SELECT 'held', '', sum(fen) FROM mine h WHERE phase = 1 AND NOT credit
            AND NOT EXISTS (SELECT FROM booked r WHERE r.pending_id = h.id AND r.phase IN (2, 3))"""
    crossing = [rule.code for rule in RULES.values() if rule.crosses]
    with connection.cursor() as cursor:
        cursor.execute(sql, {"on": on, "region": region, "year": year, "crossing": crossing})
        rows = [(what, name, int(fen or 0)) for what, name, fen in cursor.fetchall()]
    flows = {name: fen for what, name, fen in rows if what == "flow"}
    lies = {name: fen for what, name, fen in rows if what == "lies"}
    return flows, lies, -sum(fen for what, _, fen in rows if what == "held")


def digest_lines(name: Callable[[str], str] = str) -> Iterator[str]:
    """One line per transfer by business keys, amounts and days, ordered by these alone (for the pilot's digest).

    `name` turns a record's id into its name in the trade, where ids differ from play to play.
    """
    rows = Transfer.objects.select_related("debit", "credit").order_by("on", "id").iterator()
    lines = [
        f"{row.on}|{row.phase}|{row.rule}|{_named(row.debit, name)}|{_named(row.credit, name)}|{row.fen}|{name(row.subject)}"
        for row in rows
    ]
    yield from sorted(lines)


def _named(account: Account, name: Callable[[str], str]) -> str:
    return f"{account.kind}/{account.region}/{account.year}/{name(account.owner) if account.owner else ''}"


def used_of(subjects: Sequence[str], *rules: str) -> dict[str, int]:
    """Per record the fen booked for it by these rules, net of reversals; one query."""
    rows = Transfer.objects.filter(subject__in=list(subjects), rule__in=rules).exclude(
        phase__in=[Phase.HOLD, Phase.RELEASE]
    )
    totals: dict[str, int] = {}
    for subject, phase, fen in rows.values_list("subject", "phase", "fen"):
        totals[subject] = totals.get(subject, 0) + (-fen if phase == Phase.REVERSAL else fen)
    return totals
