"""An honest year of orders and claims for measuring the screening (诚信年度): who takes part, and how they deal.

Everything follows from the seed and is fictitious. Nothing of the screening's own parameters is known here.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.kernel.ids import new_id, public_number
from kechuang.pilot.commands.drawing import Draws
from kechuang.pilot.states import COUNTIES, FRAUD_SERVICES, GIVEN, PLACES, PURPOSES, SURNAMES, TRADES

ORDERS_EACH_HOLDER, ORDERS_EACH_PROVIDER = 5, 170
OFFICERS_EACH = 3


@dataclass(eq=False)
class Firm:
    """One party: a user of vouchers or a provider, with what is known of it."""

    id: str
    person: str
    name: str
    code: str
    region: str
    kind: str
    phone: str
    address: str
    representative: str
    established: date
    insured: int | None
    carrier: str = ""  # of a provider: its carrier's id
    carrier_kind: str = ""
    offers: list["Offer"] = field(default_factory=list)
    liked: list["Firm"] = field(default_factory=list)  # of a user: the providers it goes to
    serial: int = 0  # of a provider: its last invoice


@dataclass(eq=False)
class Offer:
    """One thing that a provider does for others, at a published price."""

    id: str
    price_id: str
    provider: Firm
    service: str
    class_code: str
    name: str
    unit: str
    unit_fen: int
    usual: int  # quantity in units
    calendar: bool  # its instrument has one
    limits: list[str]  # figures that every report of it names


@dataclass(eq=False)
class Paper:
    """One invoice."""

    number: str
    seller: str
    buyer: str
    gross_fen: int
    day: date
    items: str


@dataclass(eq=False)
class Deal:
    """One order and its claim."""

    order: str
    claim: str
    number: str
    order_number: str
    holder: Firm
    provider: Firm
    offer: Offer
    placed: date
    started: date
    delivered: date
    settled: date
    submitted: date
    paid: date
    quantity: int  # hundredths
    unit_fen: int
    list_fen: int
    price_fen: int
    voucher_fen: int
    officer: str
    title: str
    needs: str
    paper: Paper
    report: str
    channel: str = "platform"
    other_fen: int = 0
    booked: bool = False
    sampled: bool = False
    minutes: int = 0
    refunds: list[tuple[int, date]] = field(default_factory=list)
    overpaid_fen: int = 0
    red: tuple[str, date] | None = None
    cited: "Paper | None" = None  # in place of the order's own invoice
    pattern: str = ""
    near: bool = False
    free: bool = True  # not yet part of any pattern

    @property
    def own_fen(self) -> int:
        return self.price_fen - self.voucher_fen


class Year:
    """The cast of one year and its deals."""

    def __init__(self, *, year: int, orders: int, seed: int) -> None:
        self.dice = Draws(f"fraud:{seed}")
        self.first, self.days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
        self.officers = {region: [new_id("psn") for _ in range(OFFICERS_EACH)] for region in COUNTIES}
        self.estates = [(self.address(), region) for region in COUNTIES for _ in range(2)]  # incubators
        self.switchboards = [self.phone() for _ in range(max(orders // 500, 4))]
        self.devices: dict[str, list[Firm]] = {}
        self.shares: list[
            tuple[Firm, str, date | None, date | None]
        ] = []  # who holds what of a firm, from when until when
        self.owners: list[Firm] = []  # firms that only hold shares
        self.former: list[tuple[Firm, str, date]] = []  # representatives of before, until when
        self._taken: set[str] = set()
        self.providers = [self.new_provider(n) for n in range(max(orders // ORDERS_EACH_PROVIDER, 12))]
        self.holders = [self._holder() for _ in range(max(orders // ORDERS_EACH_HOLDER, 40))]
        self.deals: list[Deal] = []
        for _ in range(orders):
            self.deals.append(self.usual())

    # people and firms

    def chance(self, per_mille: int) -> bool:
        return self.dice.chance(per_mille)

    def phone(self) -> str:
        """A telephone of nobody else."""
        return "1" + str(self.dice.choice([3, 5, 7, 8])) + "".join(str(self.dice.randrange(10)) for _ in range(9))

    def address(self) -> str:
        """An address that nobody else has."""
        return f"{self.dice.choice(PLACES)}路{self.dice.randrange(1, 2000)}号{self.dice.randrange(1, 30)}幢{self.dice.randrange(101, 2600)}室"

    def code(self, region: str) -> str:
        eight = "".join(str(self.dice.randrange(10)) for _ in range(8))
        seventeen = "91" + region[:6] + eight + inner_check_digit(eight)
        return seventeen + check_digit(seventeen)

    def firm(self, *, region: str = "", words: str = "科技") -> Firm:
        region = region or self.dice.choice(list(COUNTIES))
        while True:
            places = "".join(self.dice.sample(PLACES, 2)) + self.dice.choice(
                ["", "新", "盛", "恒", "泰", "越", "启", "中"]
            )
            name = f"绍兴{places}{self.dice.choice(TRADES)}{words}有限公司（虚构）"
            if name not in self._taken:
                self._taken.add(name)
                break
        phone = self.dice.choice(self.switchboards) if self.chance(15) else self.phone()
        address = self.address()
        if self.chance(60):
            estates = [place for place, where in self.estates if where == region]
            address = self.dice.choice(estates)
        age = self.dice.randrange(60, 8000) if self.chance(60) else self.dice.randrange(500, 9000)
        insured = self.dice.choice([0, 1, 2, 3]) if self.chance(50) else self.dice.randrange(3, 220)
        if age < 400:
            insured = self.dice.randrange(3, 15)  # the young that do research have people
        return Firm(
            id=new_id("pty"),
            person=new_id("psn"),
            name=name,
            code=self.code(region),
            region=region,
            kind="organisation",
            phone=phone,
            address=address,
            representative=self.dice.choice(SURNAMES) + "".join(self.dice.sample(GIVEN, 2)),
            established=self.first - timedelta(days=age),
            insured=insured,
        )

    def new_provider(self, number: int) -> Firm:
        found = self.firm(words=self.dice.choice(["检测技术", "技术服务", "设计研究"]))
        found.carrier = new_id("car")
        found.carrier_kind = "key_laboratory" if number % 4 == 0 else "qualified_firm"
        for place in self.dice.sample(range(len(FRAUD_SERVICES)), self.dice.randrange(4, 8)):
            service, class_code, name, unit, yuan, usual = FRAUD_SERVICES[place]
            found.offers.append(
                Offer(
                    id=new_id("ofr"),
                    price_id=new_id("prc"),
                    provider=found,
                    service=service,
                    class_code=class_code,
                    name=name,
                    unit=unit,
                    unit_fen=self.around(yuan * 100, 180),
                    usual=usual,
                    calendar=service == "instrument" and self.chance(700),
                    limits=[self.dice.figure(99, 2) for _ in range(self.dice.randrange(2, 9))],
                )
            )
        return found

    def _holder(self) -> Firm:
        found = self.firm()
        if self.chance(70):
            found.kind, found.code, found.insured = "maker", "", None
        found.liked = self.dice.sample(self.providers, self.dice.randrange(1, 4))
        return found

    def around(self, fen: int, per_mille: int) -> int:
        """An amount that lies about another, to the yuan."""
        return self.dice.about(fen // 100, per_mille) * 100

    def day(self) -> date:
        """A day of the year; spring and autumn are busier than August."""
        while True:
            found = self.first + timedelta(days=self.dice.randrange(self.days))
            if self.chance(500 if found.month in {1, 2, 8} else 900):
                return found

    # deals

    def usual(self) -> Deal:
        holder = self.dice.choice(self.holders)
        provider = self.dice.choice(holder.liked if self.chance(850) else self.providers)
        return self.deal(holder, self.dice.choice(provider.offers), self.day())

    def deal(self, holder: Firm, offer: Offer, placed: date, *, quantity: int = 0, unit_fen: int = 0) -> Deal:
        """One honest deal; what is given is taken, all else is drawn."""
        provider, dice = offer.provider, self.dice
        units = dice.about(offer.usual, 450)
        quantity = quantity or units * 100
        unit_fen = unit_fen or offer.unit_fen * dice.choice([100, 100, 100, 98, 95, 90, 85]) // 100
        price = unit_fen * quantity // 100
        rate = 50 if offer.service in {"instrument", "testing"} else 30
        started = placed + timedelta(days=dice.randrange(1, 12))
        lasts = dice.randrange(1, 15)
        if offer.unit == "hour":  # at most a working day of an instrument each day
            lasts = max(lasts, quantity // 800)
        delivered = started + timedelta(days=lasts)
        settled = delivered + timedelta(days=dice.randrange(0, 9))
        submitted = settled + timedelta(days=dice.randrange(0, 12))
        paid = submitted + timedelta(days=dice.randrange(14, 40))
        found = Deal(
            order="ord_U" + new_id("")[2:],
            claim=new_id("clm"),
            number=public_number("SD"),
            order_number=public_number("DD"),
            holder=holder,
            provider=provider,
            offer=offer,
            placed=placed,
            started=started,
            delivered=delivered,
            settled=settled,
            submitted=submitted,
            paid=paid,
            quantity=quantity,
            unit_fen=unit_fen,
            list_fen=offer.unit_fen,
            price_fen=price,
            voucher_fen=min(price * rate // 100, 4_000_000),
            officer=dice.choice(self.officers[holder.region]),
            title=offer.name,
            needs=dice.choice(PURPOSES),
            paper=self.paper(holder, provider, price, settled, offer.name),
            report=self.report(offer),
            channel=dice.choices(["platform", "daxing", "other"], [8, 3, 1])[0],
        )
        self._shown(found)
        return found

    def _shown(self, deal: Deal) -> None:
        """What an honest service leaves behind."""
        if deal.offer.service != "instrument":
            return
        deal.booked = self.chance(800)
        deal.sampled = not deal.booked and self.chance(970)
        if self.chance(120):
            deal.minutes = deal.quantity * 60 // 100 * self.dice.randrange(80, 115) // 100

    def paper(self, holder: Firm, provider: Firm, gross_fen: int, day: date, what: str) -> Paper:
        provider.serial += self.dice.randrange(1, 60) if self.chance(700) else 1
        lead = int(provider.code[8:15]) * 10**8 if provider.code[8:15].isdigit() else 10**14
        number = f"{day.year % 100:02d}332{(lead + provider.serial) % 10**15:015d}"
        item = f"*研发和技术服务*{what}{self.dice.choice(['', '费', '服务', '服务费', '（一批）'])}"
        return Paper(number, provider.code, holder.code, gross_fen, day, item)

    def report(self, offer: Offer) -> str:
        """What a report says: the form and limits of its offer, and results of its own."""
        if offer.service not in {"instrument", "testing"}:
            return ""
        results = [self.result() for _ in range(self.dice.randrange(3, 28))]
        return "限值 " + " ".join(offer.limits) + " 结果 " + " ".join(results)

    def result(self) -> str:
        return self.dice.figure(self.dice.choice([10, 100, 1000]), self.dice.choice([2, 2, 3]))

    # looking for what a pattern needs

    def some(self, **wanted: object) -> Deal:
        """An honest deal that is part of no pattern yet: of these attributes of its offer."""
        while True:
            deal = self.dice.choice(self.deals)
            if deal.free and all(getattr(deal.offer, name) == value for name, value in wanted.items()):
                return deal

    def add(self, deal: Deal) -> Deal:
        self.deals.append(deal)
        return deal
