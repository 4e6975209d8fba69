"""Planting irregular services, shells, rushes and pairs in an honest year, and honest ones that look like them."""

from datetime import date, timedelta

from kechuang.pilot.commands.fraud_planting import (
    Planting,
    affiliated,
    agent,
    fresh,
    invoice_mismatch,
    invoice_red,
    invoice_reused,
    mark,
    price_high,
    split_orders,
)
from kechuang.pilot.commands.fraud_year import Deal, Year

_DAY = timedelta(days=1)


def no_evidence(year: Year, count: int) -> None:
    """Nothing was booked, run or sent, or more hours than there were; the honest sent a sample, or ran day and night."""
    for number in range(count):
        kind = number % 3
        deal = year.some(service="instrument", calendar=True) if kind == 0 else year.some(service="instrument")
        deal.booked = deal.sampled = False
        deal.minutes = 0
        if kind == 1:  # more hours than the days have
            days = (deal.delivered - deal.started).days + 1
            _hours(deal, days * year.dice.randrange(25, 60))
            deal.booked = True
        elif kind == 2:  # the meter ran for less than half
            deal.booked, deal.minutes = True, max(deal.quantity * 60 // 100 * year.dice.randrange(2, 45) // 100, 1)
        mark(deal, "no_evidence")
    for number in range(count):
        kind = number % 3
        deal = year.some(service="instrument", calendar=True) if kind == 0 else year.some(service="instrument")
        if kind == 0:
            deal.booked, deal.sampled, deal.minutes = False, True, 0
        elif kind == 1:  # a long run
            days = (deal.delivered - deal.started).days + 1
            _hours(deal, days * year.dice.randrange(14, 23))
            deal.booked = True
        else:
            deal.booked, deal.minutes = False, deal.quantity * 60 // 100 * year.dice.randrange(65, 99) // 100
        mark(deal, "no_evidence", near=True)


def _hours(deal: Deal, hours: int) -> None:
    deal.quantity = hours * 100
    deal.price_fen = deal.unit_fen * hours
    deal.voucher_fen = min(deal.price_fen // 2, 4_000_000)
    deal.paper.gross_fen = deal.price_fen


def report_alike(year: Year, count: int) -> None:
    """An old report with another head and a few figures changed; the honest share the form, or a few figures."""
    rich = [deal for deal in year.deals if deal.free and len(_results(deal)) >= 9]
    for _ in range(count):
        first, second = _two(year, rich)
        second.report = _copied(year, first, year.dice.randrange(70, 101))
        first.free = False
        mark(second, "report_alike")
    for _ in range(count):
        first, second = _two(year, rich)
        second.report = _copied(year, first, year.dice.randrange(5, 40))
        first.free = False
        mark(second, "report_alike", near=True)


def _two(year: Year, rich: list[Deal]) -> list[Deal]:
    """Two deals, the earlier first."""
    chosen = [rich.pop(year.dice.randrange(len(rich))) for _ in range(2)]
    return sorted(chosen, key=lambda deal: (deal.submitted, deal.claim))


def _results(deal: Deal) -> list[str]:
    return deal.report.partition("结果 ")[2].split()


def _copied(year: Year, first: Deal, per_cent: int) -> str:
    head, _word, results = first.report.partition("结果 ")
    kept = [one if year.dice.randrange(100) < per_cent else year.result() for one in results.split()]
    if year.chance(300):
        year.dice.shuffle(kept)
    return f"{head}结果 {' '.join(kept)}"


def own_share_back(year: Year, count: int) -> None:
    """The own share goes back after settlement, whole or in parts; the honest paid twice and get one of them back."""
    for _ in range(count):
        deal = year.some()
        back = deal.own_fen * year.dice.randrange(45, 101) // 100
        parts = year.dice.randrange(1, 4)
        for part in range(parts):
            fen = back // parts if part else back - back // parts * (parts - 1)
            deal.refunds.append((fen, deal.settled + timedelta(days=year.dice.randrange(0, 40))))
        mark(deal, "own_share_back")
    for number in range(count):
        deal = year.some()
        if number % 2:
            deal.overpaid_fen = deal.own_fen
            deal.refunds.append((deal.own_fen, deal.settled + timedelta(days=year.dice.randrange(1, 20))))
        else:  # a small correction
            deal.refunds.append((deal.own_fen * year.dice.randrange(2, 30) // 100, deal.settled + 3 * _DAY))
        mark(deal, "own_share_back", near=True)


def shell_buyer(year: Year, count: int) -> None:
    """Founded for the voucher, without people; the honest are young with people, or old with hardly any."""
    for _ in range(count):
        deal = year.some()
        holder = fresh(year, deal)
        holder.established, holder.insured = (
            deal.placed - timedelta(days=year.dice.randrange(4, 165)),
            year.dice.choice([0, 0, 0, 1]),
        )
        mark(deal, "shell_buyer")
    for number in range(count):
        deal = year.some()
        holder = fresh(year, deal)
        if number % 2:
            holder.established, holder.insured = (
                deal.placed - timedelta(days=year.dice.randrange(20, 170)),
                year.dice.randrange(3, 20),
            )
        else:
            holder.established, holder.insured = (
                deal.placed - timedelta(days=year.dice.randrange(220, 3000)),
                year.dice.choice([0, 1]),
            )
        mark(deal, "shell_buyer", near=True)


_LAWFUL = (
    "压力表强制检定",
    "产品型式检验",
    "成品出厂检验",
    "灯具3C认证检测",
    "技改项目验收监测",
    "电梯定期检验",
    "原料进货检验",
    "监督抽检复检",
    "出口检验检测",
    "委托年检服务",
)
_RESEARCH = (
    "仪表非强制检定校准研究",
    "新品型式检验前摸底测试",
    "出厂检验方法研究测试",
    "灯具3C认证前预研测试",
    "新材料检测（非法定检验）",
    "定期检验周期研究",
)


def disguised_test(year: Year, count: int) -> None:
    """A test that the law or production asks for anyway; the honest try a new product before it."""
    for number in range(count // 2):
        deal = year.some(service="testing")
        words = year.dice.choice(_LAWFUL)
        deal.title, deal.needs = (words, deal.needs) if number % 2 else (deal.title, words)
        mark(deal, "disguised_test")
    left = count - count // 2
    while left > 0:
        holder, offer = year.dice.choice(year.holders), year.some(service="testing", unit="sample").offer
        first, samples, times = year.dice.randrange(1, 8), year.dice.randrange(65, 240), year.dice.randrange(3, 6)
        for month in range(first, first + times):
            placed = date(year.first.year, month, year.dice.randrange(3, 26))
            quantity = (samples + year.dice.randrange(-4, 5)) * 100
            mark(year.add(year.deal(holder, offer, placed, quantity=quantity)), "disguised_test")
        left -= times
    for number in range(count):
        deal = year.some(service="testing")
        if number % 2:
            deal.needs = year.dice.choice(_RESEARCH)
        else:  # one large series of a trial
            holder = year.dice.choice(year.holders)
            placed, quantity = deal.placed, year.dice.randrange(70, 160) * 100
            deal = year.add(year.deal(holder, deal.offer, placed, quantity=quantity))
        mark(deal, "disguised_test", near=True)


def year_end_rush(year: Year, count: int) -> None:
    """A small provider deals as never before in the last days; the honest are busy in December, and take their time."""
    end = year.first + timedelta(days=year.days)
    left = count
    while left > 0:
        provider = year.new_provider(1)
        year.providers.append(provider)
        size = year.dice.randrange(10, 24)
        for _ in range(year.dice.randrange(8, 40)):
            year.add(
                year.deal(
                    year.dice.choice(year.holders),
                    year.dice.choice(provider.offers),
                    year.first + timedelta(days=year.dice.randrange(320)),
                )
            )
        for _ in range(size):
            placed = end - timedelta(days=year.dice.randrange(1, 20))
            offer = year.dice.choice([one for one in provider.offers if one.service != "instrument"] or provider.offers)
            deal = year.deal(year.dice.choice(year.holders), offer, placed)
            deal.started = deal.placed
            deal.delivered = deal.settled = deal.paper.day = deal.placed + timedelta(days=year.dice.randrange(0, 2))
            deal.submitted = deal.settled + year.dice.randrange(0, 5) * _DAY
            deal.paid = deal.submitted + 14 * _DAY
            if deal.offer.unit == "hour":
                _hours(deal, year.dice.randrange(4, 14))
                deal.booked = True
            mark(year.add(deal), "year_end_rush")
        left -= size
    left = count
    while left > 0:
        provider, size = year.dice.choice(year.providers[:20]), year.dice.randrange(6, 12)
        for _ in range(size):
            placed = end - timedelta(days=year.dice.randrange(1, 20))
            mark(
                year.add(year.deal(year.dice.choice(year.holders), year.dice.choice(provider.offers), placed)),
                "year_end_rush",
                near=True,
            )
        left -= size


def stacking(year: Year, count: int) -> None:
    """Public money above the price; the honest stay below it, however many purses pay."""
    redeemed: dict[str, int] = {}
    for deal in year.deals:
        redeemed[deal.provider.id] = redeemed.get(deal.provider.id, 0) + deal.voucher_fen
    large = [
        deal
        for deal in year.deals
        if deal.free and redeemed[deal.provider.id] >= 70_000_000 and deal.voucher_fen * 5 >= deal.price_fen * 2
    ]
    for number in range(count):
        subsidised = number % 2 == 1 and len(large) > 0
        deal = large.pop(year.dice.randrange(len(large))) if subsidised else year.some()
        if not deal.free:
            deal, subsidised = year.some(), False
        if not subsidised:
            deal.other_fen = deal.own_fen + deal.price_fen * year.dice.randrange(1, 30) // 100
        else:  # only with the subsidies of a large provider
            deal.channel = "platform"
            deal.other_fen = (
                deal.price_fen - deal.voucher_fen * 14 // 10 + deal.price_fen * year.dice.randrange(2, 15) // 100
            )
        mark(deal, "stacking")
    for number in range(count):
        deal = year.some()
        most = 17 if deal.provider.carrier_kind == "key_laboratory" else 14
        rest = deal.price_fen - deal.voucher_fen * most // 10
        deal.other_fen = max(rest * (year.dice.randrange(70, 100) if number % 2 else 98) // 100, 0)
        mark(deal, "stacking", near=True)


def reviewer_pair(year: Year, count: int) -> None:
    """One officer takes nearly all claims of one provider; honest officers divide them, unevenly as chance has it."""
    left = count
    chosen = year.dice.sample(year.providers, min(8, len(year.providers)))
    while left > 0 and chosen:
        provider = chosen.pop()
        region = year.dice.choice(list(year.officers))
        officer, most = year.dice.choice(year.officers[region]), year.dice.randrange(24, 45)
        firms = [firm for firm in year.holders if firm.region == region]
        for _ in range(most):
            deal = year.deal(year.dice.choice(firms), year.dice.choice(provider.offers), year.day())
            mark(year.add(deal), "reviewer_pair").officer = officer
        for deal in year.deals:
            if deal.provider is provider and deal.holder.region == region and deal.free and year.chance(900):
                mark(deal, "reviewer_pair").officer = officer
        left -= most
    for deal in [deal for deal in year.deals if deal.provider in chosen[:1] and deal.free][:count]:
        if year.chance(200):
            deal.officer = year.officers[deal.holder.region][0]
        mark(deal, "reviewer_pair", near=True)


PLANTINGS: dict[str, Planting] = {
    planting.__name__: planting
    for planting in (
        invoice_reused,
        invoice_red,
        invoice_mismatch,
        split_orders,
        affiliated,
        agent,
        price_high,
        no_evidence,
        report_alike,
        own_share_back,
        shell_buyer,
        disguised_test,
        year_end_rush,
        stacking,
        reviewer_pair,
    )
}


def plant(year: Year) -> None:
    """Plants every pattern, as many times as the dice say, more in a larger year."""
    size = max(len(year.deals) // 700, 4)
    for planting in PLANTINGS.values():
        planting(year, size + year.dice.randrange(size))
