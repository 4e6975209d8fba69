"""Planting irregular deals in an honest year (植入违规), and beside each kind honest ones that look like it (近似的诚信事项).

How many, how much, how far apart and by which trick is drawn from the seed. Nothing is taken from the screening: what it
looks for, and from which figure on, is not known here.
"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from kechuang.pilot.commands.fraud_year import Deal, Firm, Offer, Paper, Year

Planting = Callable[[Year, int], None]
_DAY = timedelta(days=1)


def mark(deal: Deal, pattern: str, *, near: bool = False) -> Deal:
    deal.pattern, deal.near, deal.free = pattern, near, False
    return deal


def _pair(year: Year) -> tuple[Firm, Offer]:
    provider = year.dice.choice(year.providers)
    return year.dice.choice(year.holders), year.dice.choice(provider.offers)


def invoice_reused(year: Year, count: int) -> None:
    """The invoice of one deal is brought again for another, its number altered; the honest get several in one go."""
    for _ in range(count):
        first = year.some()
        holder, offer = first.holder, first.offer
        again = year.deal(
            holder,
            offer,
            first.placed + timedelta(days=year.dice.randrange(3, 120)),
            quantity=first.quantity,
            unit_fen=first.unit_fen,
        )
        again.price_fen, again.voucher_fen = first.price_fen, first.voucher_fen
        old = first.paper
        again.paper = Paper(
            _altered(year, old.number),
            old.seller,
            old.buyer if year.chance(800) else "",
            old.gross_fen,
            old.day,
            old.items,
        )
        again.placed, again.started = min(again.placed, old.day), min(again.started, old.day)
        again.delivered, again.settled = min(again.delivered, old.day), min(again.settled, old.day)
        first.free = False
        mark(year.add(again), "invoice_reused")
    for _ in range(count):
        first = year.some()
        twin = year.deal(first.holder, first.offer, first.placed, quantity=first.quantity, unit_fen=first.unit_fen)
        twin.price_fen, twin.voucher_fen = first.price_fen, first.voucher_fen
        near = first.paper
        kind = year.dice.randrange(3)
        if kind == 0:  # issued one after another on the same day
            number = str(int(near.number) + year.dice.randrange(1, 9))
            twin.paper = Paper(number, near.seller, near.buyer, near.gross_fen, near.day, near.items)
        elif kind == 1:  # the same every month
            twin.paper = Paper(
                _altered(year, near.number), near.seller, near.buyer, near.gross_fen, near.day + 30 * _DAY, near.items
            )
        else:  # the same amount for something else
            twin.paper = Paper(
                str(int(near.number) + 300), near.seller, near.buyer, near.gross_fen, near.day, near.items + "（二期）"
            )
        twin.placed = min(twin.placed, twin.paper.day)
        first.free = False
        mark(year.add(twin), "invoice_reused", near=True)


def _altered(year: Year, number: str) -> str:
    """A number read or written wrongly: digits changed, two turned, one lost, the head lost."""
    digits, dice = list(number), year.dice
    kind = dice.randrange(5)
    if kind <= 1:
        for place in dice.sample(range(5, len(digits)), kind + 1):
            digits[place] = str((int(digits[place]) + dice.randrange(1, 10)) % 10)
    elif kind == 2:
        places = [n for n in range(5, len(digits) - 1) if digits[n] != digits[n + 1]]
        place = dice.choice(places) if places else 6
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        if not places:
            digits[place] = str((int(digits[place]) + 1) % 10)
    elif kind == 3:
        del digits[dice.randrange(5, len(digits))]
    else:
        digits = digits[dice.randrange(4, 13) :]
    return "".join(digits)


def invoice_red(year: Year, count: int) -> None:
    """Cancelled in red after the payout; the honest cancel a wrong invoice before they claim, and bring the new one."""
    for _ in range(count):
        deal = year.some()
        after = year.dice.choice([year.dice.randrange(1, 29), year.dice.randrange(31, 88), year.dice.randrange(1, 85)])
        deal.red = (f"R{deal.paper.number}", deal.paid + timedelta(days=after))
        mark(deal, "invoice_red")
    for _ in range(count):
        deal = year.some()
        wrong = year.paper(deal.holder, deal.provider, deal.price_fen, deal.settled, deal.offer.name)
        deal.cited = wrong  # known to the tax bureau as red, cited by nobody
        deal.red = (f"R{wrong.number}", deal.settled)
        mark(deal, "invoice_red", near=True)


def invoice_mismatch(year: Year, count: int) -> None:
    """Issued for something else, before the order, over another amount; honest words for a service are many."""
    goods = (
        "*餐饮服务*餐费",
        "*住宿服务*住宿费",
        "*纸制品*办公用品",
        "*电子计算机*笔记本电脑",
        "*家具*办公桌",
        "*成品油*汽油",
        "*酒*礼品",
        "*广告服务*广告费",
    )
    words = (
        "*鉴证咨询服务*检测费",
        "*信息技术服务*分析测试费",
        "*研发和技术服务*测试化验加工费",
        "*试剂*检测用标准物质及检测服务",
        "*研发和技术服务*技术服务费",
    )
    for _ in range(count):
        deal = year.some()
        kind = year.dice.randrange(3)
        if kind == 0:
            deal.paper.items = year.dice.choice(goods)
        elif kind == 1:
            deal.paper.day = deal.placed - timedelta(days=year.dice.randrange(1, 90))
        else:
            deal.paper.gross_fen += year.dice.choice([-1, 1]) * deal.price_fen * year.dice.randrange(3, 45) // 100
        mark(deal, "invoice_mismatch")
    for _ in range(count):
        deal = year.some()
        kind = year.dice.randrange(3)
        if kind == 0:
            deal.paper.items = year.dice.choice(words)
        elif kind == 1:
            deal.paper.day = deal.placed
        else:
            deal.paper.gross_fen += year.dice.randrange(-60, 61)  # a rounding of tax, in fen
        mark(deal, "invoice_mismatch", near=True)


def split_orders(year: Year, count: int) -> None:
    """One task in parts just below the ten thousand yuan of a simple order; the honest come again, but not so."""
    left = count
    while left > 0:
        holder, offer = _pair(year)
        start, parts = year.day(), year.dice.randrange(3, 7)
        for part in range(parts):
            price = year.dice.randrange(7_000, 9_999) * 100
            deal = year.deal(holder, offer, start + timedelta(days=part * year.dice.randrange(0, 11) // parts))
            _priced(year, deal, price)
            mark(year.add(deal), "split_orders")
        left -= parts
    left = count
    while left > 0:
        holder, offer = _pair(year)
        start, kind = year.day(), year.dice.randrange(3)
        parts = 2 if kind == 0 else year.dice.randrange(3, 5)
        for part in range(parts):
            chosen = offer if kind != 2 else offer.provider.offers[part % len(offer.provider.offers)]
            price = year.dice.randrange(7_500, 9_900) * 100 if kind != 1 else year.dice.randrange(1_500, 5_500) * 100
            gap = year.dice.randrange(18, 30) if kind == 0 else year.dice.randrange(1, 4)
            deal = year.deal(holder, chosen, start + timedelta(days=part * gap))
            _priced(year, deal, price)
            mark(year.add(deal), "split_orders", near=True)
        left -= parts


def _priced(year: Year, deal: Deal, price_fen: int) -> None:
    """The deal comes to this price, by its quantity."""
    deal.quantity = max(price_fen * 100 // deal.unit_fen, 1)
    if deal.offer.unit != "hour" and deal.quantity >= 5_000:  # fewer, dearer units: it is no batch
        deal.quantity = 3_000
        deal.unit_fen = deal.list_fen = price_fen * 100 // deal.quantity
    deal.price_fen, deal.paper.gross_fen = price_fen, price_fen
    deal.voucher_fen = min(price_fen // 2, 4_000_000)
    if deal.offer.unit == "hour":
        deal.delivered = max(deal.delivered, deal.started + timedelta(days=deal.quantity // 800))
        deal.settled = max(deal.settled, deal.delivered)
        deal.submitted = max(deal.submitted, deal.settled)
        deal.paper.day = deal.settled
        deal.paid = max(deal.paid, deal.submitted + 14 * _DAY)


def affiliated(year: Year, count: int) -> None:
    """User and provider have the same people behind them; the honest share an incubator, a fund, or did so once."""
    for _ in range(count):
        deal = year.some()
        holder, provider, dice = fresh(year, deal), deal.provider, year.dice
        steps = dice.randrange(1, 4)
        between = [year.firm(region=holder.region) for _ in range(steps - 1)]
        year.owners += between
        chain = [holder, *between, provider]
        for one, other in reversed(list(pairwise(chain))):
            _tie(year, one, other, dice.choice(["phone", "address", "representative", "share", "device", "account"]))
        mark(deal, "affiliated")
    fund = year.firm(words="产业基金")
    year.owners.append(fund)
    held = year.dice.sample(year.holders, min(24, len(year.holders))) + year.dice.sample(year.providers, 4)
    for firm in held:
        year.shares.append((firm, fund.code, None, None))
    for number in range(count):
        deal = year.some()
        kind = number % 4
        if kind == 0:  # the fund's firms deal with one another
            _moved(year, deal, year.dice.choice(held[:-4]))
            year.shares.append((deal.provider, fund.code, None, None))
        elif kind == 1:  # one incubator
            hosted = [one for one in year.providers if one.address in {place for place, _where in year.estates}]
            if hosted:
                deal = year.add(year.deal(deal.holder, year.dice.choice(year.dice.choice(hosted).offers), deal.placed))
            fresh(year, deal).address = deal.provider.address
        elif kind == 2:  # until a year before
            holder = fresh(year, deal)
            year.former.append((holder, deal.provider.id, deal.placed - timedelta(days=year.dice.randrange(200, 900))))
            year.former.append((deal.provider, deal.provider.id, date.max))
        else:  # four steps
            holder = fresh(year, deal)
            between = [year.firm() for _ in range(3)]
            year.owners += between
            chain = [holder, *between, deal.provider]
            for one, other in reversed(list(pairwise(chain))):
                _tie(year, one, other, year.dice.choice(["phone", "share"]))
        mark(deal, "affiliated", near=True)


def fresh(year: Year, deal: Deal) -> Firm:
    """A user of its own for a deal, so that what is said of it is said of nobody else's deals."""
    found = year.firm(region=deal.holder.region)
    found.phone, found.address = year.phone(), year.address()
    found.insured = max(found.insured or 0, 5)
    year.holders.append(found)
    return _moved(year, deal, found)


def _moved(year: Year, deal: Deal, holder: Firm) -> Firm:
    deal.holder, deal.paper.buyer = holder, holder.code
    deal.officer = year.dice.choice(year.officers[holder.region])
    return holder


def _tie(year: Year, one: Firm, other: Firm, by: str) -> None:
    """One gets what the other has; what many have ties nobody, so a share is held instead."""
    if by == "phone" and other.phone not in year.switchboards:
        one.phone = other.phone
    elif by == "address" and other.address not in {place for place, _where in year.estates}:
        one.address = other.address
    elif by == "representative":
        one.person = other.person
    elif by in {"device", "account"}:
        year.devices.setdefault(f"{by}-{one.id}", []).extend([one, other])
    else:
        year.shares.append((one, other.code, None, None))


def agent(year: Year, count: int) -> None:
    """One telephone, device or account behind many firms; the honest share a reception with a few, or belong together."""
    left = count
    while left > 0:
        firms = _crowd(year, size := year.dice.randrange(9, 22), year.dice.choice(["phone", "device", "account"]))
        for firm in firms:
            for _ in range(year.dice.randrange(1, 3)):
                provider = year.dice.choice(year.providers)
                mark(year.add(year.deal(firm, year.dice.choice(provider.offers), year.day())), "agent")
        left -= size
    left = count
    while left > 0:
        firms = _crowd(year, size := year.dice.randrange(3, 6), year.dice.choice(["phone", "device"]))
        for firm in firms:
            provider = year.dice.choice(year.providers)
            mark(year.add(year.deal(firm, year.dice.choice(provider.offers), year.day())), "agent", near=True)
        left -= size


def _crowd(year: Year, size: int, by: str) -> list[Firm]:
    firms, phone = [year.firm() for _ in range(size)], year.phone()
    for firm in firms:
        firm.insured, firm.phone = max(firm.insured or 0, 4), phone if by == "phone" else year.phone()
    if by != "phone":
        year.devices[f"{by}-{firms[0].id}"] = firms
    year.holders += firms
    return firms


def price_high(year: Year, count: int) -> None:
    """Above the list of the quote, or a list far above all others; the honest are dear within reason."""
    for number in range(count):
        deal = year.some()
        if number % 2:
            deal.unit_fen = deal.list_fen * year.dice.randrange(112, 260) // 100
        else:
            middle = year.dice.choice([one.unit_fen for one in _same_class(year, deal.offer)])
            deal.unit_fen = deal.list_fen = max(middle, deal.list_fen) * year.dice.randrange(280, 600) // 100
        _repriced(deal)
        mark(deal, "price_high")
    for number in range(count):
        deal = year.some()
        prices = sorted(one.unit_fen for one in _same_class(year, deal.offer))
        usual = prices[len(prices) // 2]
        if number % 2:
            deal.unit_fen = deal.list_fen = usual * year.dice.randrange(130, 165) // 100
        else:
            deal.unit_fen = deal.list_fen * year.dice.randrange(70, 100) // 100
        _repriced(deal)
        mark(deal, "price_high", near=True)


def _same_class(year: Year, offer: Offer) -> list[Offer]:
    return [one for provider in year.providers for one in provider.offers if one.name == offer.name]


def _repriced(deal: Deal) -> None:
    deal.price_fen = deal.unit_fen * deal.quantity // 100
    deal.voucher_fen = min(deal.price_fen * 3 // 10, 4_000_000)
    deal.paper.gross_fen = deal.price_fen
