"""What an office may settle and by which rules, and a statement for paper and for a workbook (结算单)."""

from collections.abc import Callable, Iterator
from datetime import date

from django.utils.translation import gettext

from kechuang.documents.rules import Grid, Sheet, write_xlsx
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import region_name
from kechuang.policy.book import current
from kechuang.subsidies import access
from kechuang.subsidies.models import Statement
from kechuang.subsidies.queries.sheets import StatementSheet, counted_of, counted_rows, statement_sheet
from kechuang.subsidies.states import FORMULA_LABELS, Formula
from kechuang.trail.queries import receipt_address

_KNOWN_BY = {  # by which parameter a pack is known to have the subsidy
    Formula.PROVIDERS: "subsidy_counted_by",
    Formula.CARRIERS: "carrier_subsidy_rate_bp",
    Formula.CITIES: "award_factors",
}


def settles_in(actor: Actor) -> dict[str, str]:
    """The places for which the actor's office settles, with their names."""
    return {region: region_name(region) for region in access.settles_in(actor)}


def kinds(*, on: date) -> dict[str, str]:
    """What can be settled by the rules in force on a day: formula and scheme, each in words."""
    return {
        f"{formula}|{scheme}": f"{gettext(FORMULA_LABELS[formula])} · {pack.title}"
        for formula, known_by in _KNOWN_BY.items()
        for scheme, pack in sorted(current().packs.items())
        if (parameter := pack.parameters.get(known_by)) and parameter.on(on)
    }


def own_statements(actor: Actor) -> list[Statement]:
    """A payee's own statements, the latest first."""
    rows = access.statements_visible_to(actor).filter(party=actor.party_id)
    return list(rows.select_related("settlement").order_by("-settlement__year", "-id"))


def printed(actor: Actor, statement_id: str, *, on: date) -> tuple[str, Sheet]:
    """The statement on paper (结算单) with every claim beneath it, and its file name. Raises NotVisible."""
    sheet = statement_sheet(actor, statement_id, on=on)
    row = sheet.statement
    claims = counted_rows(list(counted_of(actor, statement_id)))
    rows = [
        (str(n), one.counted.claim_number, one.counted.counted_on.isoformat(), one.place, _yes(one.counted.platform), yuan(one.counted.fen))
        for n, one in enumerate(claims, start=1)
    ]  # fmt: skip
    paper = Sheet(
        title=_("{label}结算单").format(label=sheet.label),
        number=row.number,
        subtitle=_("{payee} · {year} 年度").format(payee=_named(sheet), year=sheet.settlement.year),
        blocks=[
            *_lines(sheet),
            Grid(_COLUMNS, rows, right=frozenset({_AMOUNT}), total=("", _("合计"), "", "", "", yuan(row.redeemed_fen))),
        ],
        signatures=[],
        qr=row.number,
        receipt=receipt_address(row.id),
    )
    return _("{number}-结算单.pdf").format(number=row.number), paper


def workbook(actor: Actor, statement_id: str, *, on: date) -> tuple[str, bytes]:
    """Every claim beneath a statement as a workbook, and its file name. Raises NotVisible."""
    sheet = statement_sheet(actor, statement_id, on=on)
    rows = [_HEADING, *_rows(actor, statement_id)]
    name = _("{number}-兑付明细.xlsx").format(number=sheet.statement.number)
    return name, write_xlsx(rows, sheet=_("兑付明细"))


def _rows(actor: Actor, statement_id: str) -> Iterator[list[str]]:
    for one in counted_rows(list(counted_of(actor, statement_id))):
        counted = one.counted
        yield [
            counted.claim_number,
            counted.counted_on.isoformat(),
            one.place,
            one.unit_name,
            one.holder,
            _yes(counted.platform),
            yuan(counted.price_fen),
            yuan(counted.fen),
        ]


def _lines(sheet: StatementSheet) -> list[str]:
    """The computation in words, one line each, as this sort of subsidy is computed."""
    row = sheet.statement
    said = _COMPUTED[Formula(sheet.settlement.formula)](sheet)
    if row.cut_fen:
        said.append(_("财政资金叠加超过价款，核减 {cut} 元。").format(cut=yuan(row.cut_fen)))
    if row.fen < row.full_fen:
        said.append(_("资金不足按比例核减，应补助 {full} 元。").format(full=yuan(row.full_fen)))
    if row.why:
        said.append(_("没有补助的原因：{why}。").format(why=gettext(row.why)))
    return [*said, _("实际补助 {fen} 元。").format(fen=yuan(row.fen))]


def _of_provider(sheet: StatementSheet) -> list[str]:
    row = sheet.statement
    return [
        _("计入的实际兑付 {counted} 元，其中平台外 {outside} 元。").format(
            counted=yuan(row.counted_fen), outside=yuan(row.outside_fen)
        ),
        _("按当年比例 {rate} 计 {part} 元；平台服务部分 {platform} 元，另计 {more} 元。").format(
            rate=percent(row.rate_bp or 0),
            part=yuan(row.rate_part_fen),
            platform=yuan(row.platform_fen),
            more=yuan(row.platform_part_fen),
        ),
    ]


def _of_carrier(sheet: StatementSheet) -> list[str]:
    row = sheet.statement
    if not row.grade:
        return [_("实际兑付 {redeemed} 元，不计入补助。").format(redeemed=yuan(row.redeemed_fen))]
    return [
        _("年度考核等次：{grade}（考核表 {number}）。").format(
            grade=gettext(sheet.grade_label), number=sheet.sheet_number
        ),
        _("计入的实际兑付 {counted} 元，按该等次的比例 {rate} 计 {part} 元。").format(
            counted=yuan(row.counted_fen), rate=percent(row.rate_bp or 0), part=yuan(row.rate_part_fen)
        ),
    ]


def _of_city(sheet: StatementSheet) -> list[str]:
    """Both factors with their weights, the pot they share out, and the import that one of them is from."""
    row, settlement = sheet.statement, sheet.settlement
    said = [
        _("{label} {own} 元，参与分配的市县合计 {total} 元，权重 {weight}。").format(
            label=gettext(one.label), own=yuan(one.fen), total=yuan(one.total_fen), weight=percent(one.weight_bp)
        )
        for one in sheet.factors
    ]
    said.append(
        _("安排的资金 {pot} 元按各市县的加权份额分配到分，本市县 {part} 元。").format(
            pot=yuan(settlement.pot_fen or 0), part=yuan(row.rate_part_fen)
        )
    )
    if brought := settlement.conversion:
        said.append(
            _("成果转化实绩取自 {number}（{source}，{since} 至 {last}；文件摘要 {digest}）。").format(
                number=brought.number,
                source=brought.source,
                since=brought.from_on.isoformat(),
                last=brought.last_on.isoformat(),
                digest=brought.digest,
            )
        )
    return said


_COMPUTED: dict[Formula, Callable[[StatementSheet], list[str]]] = {
    Formula.PROVIDERS: _of_provider,
    Formula.CARRIERS: _of_carrier,
    Formula.CITIES: _of_city,
}


def percent(rate_bp: int) -> str:
    """3,050 basis points as `30.5%`."""
    return f"{yuan(rate_bp).rstrip('0').rstrip('.')}%"


def _named(sheet: StatementSheet) -> str:
    return " ".join(part for part in (sheet.place, sheet.carrier or sheet.payee, sheet.unit_name) if part)


def _yes(flag: bool) -> str:
    return _("是") if flag else ""


_COLUMNS = (_("序号"), _("兑付申请"), _("兑付日期"), _("区县（市）"), _("平台"), _("金额（元）"))
_AMOUNT = len(_COLUMNS) - 1
_HEADING = [
    _("兑付申请"),
    _("兑付日期"),
    _("区县（市）"),
    _("二级单位"),
    _("使用者"),
    _("经平台"),
    _("价款（元）"),
    _("兑付金额（元）"),
]
