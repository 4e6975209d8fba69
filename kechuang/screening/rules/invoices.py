"""Rules on invoices: used before (发票重复), cancelled in red (红冲), not what was ordered (票单不符)."""

from collections.abc import Iterator, Sequence

from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.rules.facts import ClaimFact, Facts, Found, InvoiceFact, PictureFact, Proof, RedFact
from kechuang.screening.rules.terms import ScreeningTerms
from kechuang.screening.states import Pattern


def reused(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """发票重复：the same seller, amount and day again under another order, by a number that was changed a little; or a scan of
    the same invoice, whatever figures were handed in with it.

    The same number again is refused when it is claimed; here are numbers altered, read wrongly or cut, on papers scanned
    or saved anew. Numbers that follow one another are a series that was issued together, and nothing is found.
    """
    yield from _same_picture(facts, terms)
    alike: dict[tuple[object, ...], list[InvoiceFact]] = {}
    for invoice in facts.invoices:
        alike.setdefault((invoice.seller_code, invoice.gross_fen, invoice.issued_on), []).append(invoice)
    for same in alike.values():
        for invoice in same:
            if invoice.claim_id in facts.wanted and (earlier := _first_copied(facts, invoice, same, terms)):
                yield _reused(facts, invoice, earlier)


def _same_picture(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """The same file, or a picture of the same paper. Orders that one invoice covers lawfully show it each."""
    numbers: dict[str, list[str]] = {}
    for invoice in facts.invoices:
        numbers.setdefault(invoice.claim_id, []).append(invoice.number)
    for picture in sorted(facts.pictures, key=lambda one: (not one.exact, one.parts, one.bits, one.other_id)):
        own, theirs = facts.claims.get(picture.claim_id), facts.claims.get(picture.other_id)
        if own is None or theirs is None or own.claim_id not in facts.wanted or own.order_id == theirs.order_id:
            continue
        near = picture.parts <= terms.picture_parts_count and picture.bits <= terms.picture_bits_count
        mine, others = (numbers.get(claim.claim_id, []) for claim in (own, theirs))
        if (picture.exact or near) and not set(mine) & set(others):
            yield _pictured(picture, own, theirs, ("、".join(mine) or "—", "、".join(others) or "—"))


def _pictured(picture: PictureFact, own: ClaimFact, theirs: ClaimFact, numbers: tuple[str, str]) -> Found:
    what = _("附件是同一个文件") if picture.exact else _("扫描件是同一张票面")
    first, second = sorted((own.claim_id, theirs.claim_id))
    return Found(
        Pattern.INVOICE_REUSED,
        own,
        {
            "number": numbers[0],
            "other": numbers[1],
            "claim": theirs.number,
            "what": what,
            "parts_count": picture.parts,
            "bits_count": picture.bits,
        },
        (
            Proof(_("本申请的扫描件"), picture.name, "file", picture.file_id),
            Proof(_("另一申请的扫描件"), picture.other_name, "file", picture.other_file_id),
            Proof(_("票面上不同的格数 / 有字的格数"), f"{picture.parts} / {picture.parts_of}"),
            Proof(_("版面指纹不同的位数 / 总位数"), f"{picture.bits} / {picture.bits_of}"),
            Proof(_("另一申请"), f"{theirs.number} {theirs.title}", "claim", theirs.claim_id),
            Proof(_("另一使用者"), theirs.holder_name, "party", theirs.holder),
        ),
        group=f"{first}:{second}",
    )


def _first_copied(
    facts: Facts, invoice: InvoiceFact, same: Sequence[InvoiceFact], terms: ScreeningTerms
) -> InvoiceFact | None:
    """Another order's invoice, handed in before, that this one looks like a copy of."""
    own = facts.claims[invoice.claim_id]
    for other in same:
        theirs = facts.claims.get(other.claim_id)
        if theirs is None or theirs.order_id == own.order_id or own.before(theirs) or other.number == invoice.number:
            continue
        buyers = {invoice.buyer_code, other.buyer_code} - {""}
        if len(buyers) > 1 or _words(invoice.items) != _words(other.items):
            continue
        if near_number(invoice.number, other.number, terms.invoice_number_differs_count, terms.invoice_series_count):
            return other
    return None


def _words(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def near_number(one: str, other: str, differs_count: int, series_count: int) -> bool:
    """Whether two invoice numbers are one number altered (号码近似): a few digits changed or turned, one too many or few,
    or the tail of the other. Numbers at most `series_count` apart were issued one after another and are not.

    Equal numbers are no matter of nearness and answer False.
    """
    if one == other or not one or not other:
        return False
    if len(one) == len(other):
        if one.isdigit() and other.isdigit() and abs(int(one) - int(other)) <= series_count:
            return False
        return sum(a != b for a, b in zip(one, other, strict=True)) <= differs_count
    short, long = sorted((one, other), key=len)
    if long.endswith(short):
        return True
    return len(long) - len(short) == 1 and any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def _reused(facts: Facts, invoice: InvoiceFact, other: InvoiceFact) -> Found:
    own, theirs = facts.claims[invoice.claim_id], facts.claims[other.claim_id]
    first, second = sorted((own.claim_id, theirs.claim_id))
    return Found(
        Pattern.INVOICE_REUSED,
        own,
        {
            "number": invoice.number,
            "other": other.number,
            "gross_fen": invoice.gross_fen,
            "claim": theirs.number,
            "what": _("同日、同额、同内容，号码近似"),
        },
        (
            Proof(_("本申请的发票"), invoice.number),
            Proof(_("另一申请的发票"), other.number),
            Proof(_("开票日期和价税合计相同"), f"{invoice.issued_on} {yuan(invoice.gross_fen)}"),
            Proof(_("另一申请"), theirs.number, "claim", theirs.claim_id),
        ),
        group=f"{first}:{second}",
    )


def red(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """红冲：the tax bureau says that a cited invoice was cancelled in red, before it was handed in or since.

    An invoice that the claim no longer cites was corrected, and nothing is found.
    """
    cited = {(invoice.claim_id, invoice.number) for invoice in facts.invoices}
    of_claim: dict[str, list[RedFact]] = {}
    for said in facts.red:
        if said.claim_id in facts.wanted and (said.claim_id, said.number) in cited:
            of_claim.setdefault(said.claim_id, []).append(said)
    for claim_id, reds in sorted(of_claim.items()):
        claim, last = facts.claims[claim_id], max(reds, key=lambda one: (one.red_on, one.number))
        yield Found(
            Pattern.INVOICE_RED,
            claim,
            {
                "number": last.number,
                "red_on": last.red_on.isoformat(),
                "red_number": last.red_number,
                "numbers": sorted(one.number for one in reds),
            },
            (
                *(proof for one in reds for proof in _of_red(one)),
                Proof(_("提交日期"), claim.submitted_on.isoformat() if claim.submitted_on else "—"),
                Proof(_("付款日期"), claim.paid_on.isoformat() if claim.paid_on else "—"),
                Proof(_("答复来源"), last.asked_of),
            ),
        )


def _of_red(one: RedFact) -> tuple[Proof, ...]:
    return (
        Proof(_("发票"), one.number),
        Proof(_("红字发票"), one.red_number),
        Proof(_("红冲日期"), one.red_on.isoformat()),
    )


def mismatch(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """票单不符：amount, sides, day or kind of what was invoiced are not those of the order."""
    of_claim: dict[str, list[InvoiceFact]] = {}
    for invoice in facts.invoices:
        if invoice.claim_id in facts.wanted:
            of_claim.setdefault(invoice.claim_id, []).append(invoice)
    for claim_id, invoices in sorted(of_claim.items()):
        claim = facts.claims[claim_id]
        if differs := list(_differs(claim, invoices, terms)):
            what, proofs = [said for said, _proof in differs], tuple(proof for _said, proof in differs)
            yield Found(Pattern.INVOICE_MISMATCH, claim, {"what": what}, proofs)


def _differs(claim: ClaimFact, invoices: Sequence[InvoiceFact], terms: ScreeningTerms) -> Iterator[tuple[str, Proof]]:
    """What differs, and both sides of it: the invoice's first."""
    total = sum(invoice.line_fen for invoice in invoices)
    if abs(total - claim.price_fen) > terms.invoice_differs_fen:
        yield _("金额与订单不符"), Proof(_("发票金额 / 订单价款"), f"{yuan(total)} / {yuan(claim.price_fen)}")
    for invoice in invoices:
        if claim.placed_on is not None and invoice.issued_on < claim.placed_on:
            yield _("开票早于下单"), Proof(_("开票日期 / 下单日期"), f"{invoice.issued_on} / {claim.placed_on}")
        if word := next((word for word in terms.invoice_goods_words if word in invoice.items), ""):
            yield _("开票内容不是科研服务"), Proof(_("发票上的开票内容"), f"{invoice.items}（{word}）")
        for expected, found in (
            (claim.holder_code, invoice.buyer_code),
            (claim.provider_code, invoice.seller_code),
        ):
            if expected and found and expected != found:
                yield _("开票双方与订单不符"), Proof(_("发票 / 订单上的统一社会信用代码"), f"{found} / {expected}")
