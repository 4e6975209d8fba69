"""模拟银行: a stand-in for a bank, for demonstrations and tests. It pays nobody."""

from collections.abc import Callable, Sequence

from kechuang.treasury.adapters.bank import BankDown
from kechuang.treasury.formats.payment_file import Payment
from kechuang.treasury.rules import Answer, Outcome


def always_paid(payment: Payment) -> Outcome:
    return Outcome.PAID


class SimulatedBank:
    """模拟银行. `decide` says what becomes of each payment; `drops` names serials it takes without ever answering
    (fault F10), `deaf` ones it never receives."""

    name = "模拟银行"

    def __init__(self, decide: Callable[[Payment], Outcome] = always_paid) -> None:
        self.decide = decide
        self.taken: dict[str, Payment] = {}
        self.drops: set[str] = set()
        self.deaf: set[str] = set()

    def send(self, payments: Sequence[Payment]) -> list[Answer]:
        for payment in payments:
            if payment.number in self.deaf:
                continue
            before = self.taken.setdefault(payment.number, payment)
            assert before == payment, f"{payment.number} was sent before with another body"
        if any(payment.number in self.drops | self.deaf for payment in payments):
            raise BankDown(self.name)
        return self.ask([payment.number for payment in payments])

    def ask(self, serials: Sequence[str]) -> list[Answer]:
        return [self._answer(serial) for serial in serials]

    @property
    def paid_fen(self) -> int:
        """What it would have paid in all: the outside count against which a double payment shows."""
        return sum(one.fen for one in self.taken.values() if self.decide(one) is Outcome.PAID)

    def _answer(self, serial: str) -> Answer:
        payment = self.taken.get(serial)
        if payment is None:
            return Answer(serial, Outcome.NOT_RECEIVED, 0)
        outcome = self.decide(payment)
        words = {Outcome.PAID: "支付成功", Outcome.FAILED: "户名与账号不符", Outcome.UNKNOWN: "处理中"}[outcome]
        reference = f"MN{serial.removeprefix('ZF')}" if outcome is not Outcome.UNKNOWN else ""
        return Answer(serial, outcome, payment.fen, reference=reference, words=words)
