"""A batch as it goes to the bank (支付文件的内容)."""

from collections.abc import Iterable, Mapping, Sequence

from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.money import Fen
from kechuang.parties import queries as parties
from kechuang.treasury.formats.payment_file import Payment, PaymentFile
from kechuang.treasury.models import PaymentBatch, PaymentLine


def file_of(actor: Actor, batch: PaymentBatch, lines: Sequence[PaymentLine]) -> PaymentFile:
    """The batch as it goes to the bank, account numbers in clear: finance and the clock only."""
    return _file(batch, lines, parties.account_numbers(actor, [line.account_id for line in lines]))


def _file(batch: PaymentBatch, lines: Sequence[PaymentLine], numbers: Mapping[str, str]) -> PaymentFile:
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


def file_digests(batch_ids: Iterable[str], *, using: str | None = None) -> dict[str, str]:
    """The digest of each batch's payment file as its lines stand now, asked over one connection when it is named."""
    lines: dict[str, list[PaymentLine]] = {}
    for line in PaymentLine.objects.using(using).filter(batch__in=list(batch_ids)).order_by("position"):
        lines.setdefault(line.batch_id, []).append(line)
    batches = PaymentBatch.objects.using(using).in_bulk(list(lines))
    numbers = parties.account_numbers(CLOCK, [line.account_id for rows in lines.values() for line in rows])
    return {batch_id: _file(batch, lines[batch_id], numbers).digest for batch_id, batch in batches.items()}
