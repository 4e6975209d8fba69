"""The cast and the chances of the pilot: pure, everything follows from the seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.pilot import states

T = TypeVar("T")
_ORGANISATION, _INSTITUTION = "91", "12"  # GB 32100: 工商企业, 事业单位


@dataclass(frozen=True, slots=True)
class Chances:
    """How often, in per mille, a thing goes another way than the straight one."""

    declined: int = 35
    never_quoted: int = 15
    withdrawn: int = 15
    never_placed: int = 25
    extra_line: int = 250
    cancelled: int = 35
    cancelled_late: int = 12
    final_lines: int = 70
    final_rejected: int = 120
    silent: int = 50
    disputed: int = 30
    never_claimed: int = 12
    wrong_invoice: int = 70
    refused: int = 18
    claim_withdrawn: int = 12
    objected: int = 22
    upheld: int = 330
    payment_failed: int = 25
    payment_unknown: int = 12
    bounced: int = 15
    declared: int = 130
    voucher_returned: int = 350
    voucher_refused: int = 150
    voucher_withdrawn: int = 20
    outside: int = 25
    notice_corrected: int = 12
    has_calendar: int = 700
    confirms_by_hand: int = 350
    open_in_the_evening: int = 250
    trains: int = 300
    quotes_by_list: int = 700
    shown_books: int = 60
    shown_books_late: int = 350
    booking_refused: int = 60
    unanswered: int = 40
    rescheduled: int = 120
    booking_cancelled: int = 80
    booking_cancelled_late: int = 60
    no_show: int = 45
    run_recorded: int = 550
    booked_with_order: int = 170
    by_telephone: int = 20
    wait_accepted: int = 750
    sample_rejected: int = 80


class Dice:
    """One random source for the whole play, asked in the order of the play."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, per_mille: int) -> bool:
        return self._random.randrange(1000) < per_mille

    def between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def one(self, of: Sequence[T]) -> T:
        return of[self._random.randrange(len(of))]

    def weighted(self, of: Sequence[tuple[T, int]]) -> T:
        return self._random.choices([item for item, _ in of], [weight for _, weight in of])[0]

    def digits(self, count: int) -> str:
        return "".join(str(self._random.randrange(10)) for _ in range(count))

    def person(self) -> str:
        given = "".join(self.one(states.GIVEN) for _ in range(self.between(1, 2)))
        return self.one(states.SURNAMES) + given

    def firm(self, taken: set[str], kind: str = "科技") -> str:
        """A fictitious firm; its name says that it is one."""
        while True:
            name = f"绍兴{self.one(states.PLACES)}{self.one(states.TRADES)}{kind}有限公司（虚构）"
            if name in taken:
                name = f"绍兴{self.one(states.PLACES)}{self.one(states.PLACES)}{self.one(states.TRADES)}{kind}有限公司（虚构）"
            if name not in taken:
                taken.add(name)
                return name

    def credit_code(self, region: str, *, institution: bool = False) -> str:
        """A code with valid check digits and an invented inner part."""
        eight = self.digits(8)
        seventeen = (_INSTITUTION if institution else _ORGANISATION) + region[:6] + eight + inner_check_digit(eight)
        return seventeen + check_digit(seventeen)


def spread(total: int, days: int, dice: Dice) -> list[int]:
    """On which day of the year each of `total` orders begins: more of them later, as counties join."""
    return sorted(max(dice.between(0, days), dice.between(0, days)) for _ in range(total))
