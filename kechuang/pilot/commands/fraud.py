"""A year with irregular deals planted in it (植入违规的年度), for measuring the screening."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connections, transaction

from kechuang.kernel.ids import seeded
from kechuang.pilot.commands.fraud_serving import plant
from kechuang.pilot.commands.fraud_writing import OWNER, write
from kechuang.pilot.commands.fraud_year import Year
from kechuang.screening import commands as screening
from kechuang.screening.queries import Known, known_now
from kechuang.screening.states import LinkKind
from kechuang.ui import clock

Progress = Callable[[int, int, str], None]


class NotEmpty(Exception):
    """There are orders here already. A year with planted irregularities is written into a database of its own."""


@dataclass(frozen=True, slots=True)
class PlantedYear:
    """How many orders were written, and how many of them were planted or only look so."""

    orders: int
    planted: int
    near: int


def generate_fraud(*, orders: int, year: int, seed: int, progress: Progress) -> PlantedYear:
    """Writes a year of about so many orders, each pattern planted and its honest likeness beside it. Raises NotEmpty.

    What a rule would need of ledger and vouchers is not written: nobody is paid from this year.
    """
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM orders_order)")
        if cursor.fetchone() == (True,):
            raise NotEmpty(NotEmpty.__doc__)
    with seeded(f"fraud:{year}:{seed}"):
        progress(0, 3, "")
        made = Year(year=year, orders=orders, seed=seed)
        plant(made)
        progress(1, 3, f"{len(made.deals):,}")
        with transaction.atomic(using=OWNER):
            write(made)
        progress(2, 3, "")
        _known(made)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")
    progress(3, 3, "")
    planted = [deal for deal in made.deals if deal.pattern]
    return PlantedYear(len(made.deals), sum(not deal.near for deal in planted), sum(deal.near for deal in planted))


def _known(year: Year) -> None:
    """What registers and sign-ins say of the parties, through the commands of the screening."""
    now = clock.now()
    firms = [*year.providers, *year.holders, *year.owners]
    by_code = {firm.code: firm for firm in firms if firm.code}
    known = known_now()
    for firm, code, since, until in year.shares:
        known.append(
            Known(firm.id, firm.region, LinkKind.SHAREHOLDER, code, code[:6] + "****", "登记信息（示例）", since, until)
        )
        if owner := by_code.get(code):
            known.append(Known(owner.id, owner.region, LinkKind.SHAREHOLDER, code, "本单位", "登记信息（示例）"))
    for device, users in year.devices.items():
        kind = LinkKind.BANK_ACCOUNT if device.startswith("account") else LinkKind.DEVICE
        known += [
            Known(
                firm.id,
                firm.region,
                kind,
                device,
                "办理设备" if kind is LinkKind.DEVICE else "尾号****",
                "办理记录（示例）",
            )
            for firm in users
        ]
    for firm, person, until in year.former:
        end = None if until == date.max else until
        known.append(
            Known(
                firm.id,
                firm.region,
                LinkKind.LEGAL_REPRESENTATIVE,
                f"former:{person}",
                "前任",
                "登记信息（示例）",
                None,
                end,
            )
        )
    screening.keep_links(known, now=now)
    rows = [
        screening.Registered(firm.id, firm.region, firm.established, firm.insured)
        for firm in firms
        if firm.kind == "organisation"
    ]
    screening.keep_registrations(rows, source="登记信息（示例）", on=clock.day(now))
