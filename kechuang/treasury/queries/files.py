"""A batch as it goes to the bank (支付文件的内容)."""

from collections.abc import Sequence

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.parties import queries as parties
from kechuang.treasury.formats.payment_file import Payment, PaymentFile
from kechuang.treasury.models import PaymentBatch, PaymentLine


def file_of(actor: Actor, batch: PaymentBatch, lines: Sequence[PaymentLine]) -> PaymentFile:
    """The batch as it goes to the bank, account numbers in clear: finance and the clock only."""
    numbers = parties.account_numbers(actor, [line.account_id for line in lines])
    ordered = sorted(lines, key=lambda line: line.position)
    payments = tuple(
        Payment(
            number=line.number,
            payee_name=line.payee_name,
            account_holder=line.account_holder,
            bank_name=line.bank_name,
            bank_code=line.bank_code,
            account_number=numbers[line.account_id],
            fen=Fen(line.fen),
            remark=line.remark,
        )
        for line in ordered
    )
    return PaymentFile(batch.number, batch.title, payments)
