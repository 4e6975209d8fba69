"""服务清单: a provider's list of services with prices, row by row (CSV or xlsx, read by documents). Pure.

A row is one price line; rows of one 服务编号 belong to one service. Nothing is taken from a list with one finding. The
columns for groups, steps and a minimum may be missing: older lists have none of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kechuang.catalog.rules.prices import NewPrice, PriceListUnfit, check_list
from kechuang.catalog.rules.steps import Step, steps_rise
from kechuang.catalog.states import (
    GROUP_LABELS,
    ITEM_LABELS,
    MODE_LABELS,
    PERCENT_MAX_BP,
    ROWS_MAX,
    SERVICE_COLUMNS,
    SERVICE_LABELS,
    SERVICE_MORE,
    UNIT_LABELS,
    ItemKind,
    PriceGroup,
    StepMode,
    Unit,
)
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, NotAnAmount, fen_from_yuan, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

_NUMBER, _NAME, _CLASS, _CONTENT, _PROCESS, _ITEM, _KIND, _UNIT, _PRICE, _RATE, _CONDITIONS = SERVICE_COLUMNS
_GROUP, _STEPS, _MODE, _MINIMUM = SERVICE_MORE
T = TypeVar("T")


class NotThatList(Refusal):
    code = "catalog.not_that_list"
    text = _("“{name}”不是服务清单：缺少列 {missing}")
    remedy = _("请下载空白清单，按原有表头填写，不要改动列名")
    field = "file"
    status = 422


class ListTooLong(Refusal):
    code = "catalog.list_too_long"
    text = _("“{name}”没有内容，或超过 {limit} 行")
    remedy = _("请从表头下一行开始填写，或拆成几个文件分批导入")
    field = "file"
    status = 422


class NotSteps(Refusal):
    code = "catalog.not_steps"
    text = _("阶梯价应写成“数量:单价”，数量由小到大，用分号隔开")
    remedy = _("例如 2:45; 5:40 表示满 2 个单位起每单位 45 元、满 5 个单位起 40 元")
    field = "steps"
    status = 422


class RowsRefused(Refusal):
    code = "catalog.rows_refused"
    text = _("“{name}”有 {count} 处需要更正，没有导入任何一行")
    remedy = _("请按报告逐处更正后重新导入")
    field = "file"
    status = 422


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that is not right (问题): where it is, what it says, the rule and what to do.

    One that does not stop its row (`blocking` false) is only told.
    """

    row: int
    column: str
    name: str
    value: str
    rule: str
    remedy: str
    limit: str = ""  # the rule's figure or choices
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the list with its price lines."""

    number: str
    name: str
    service_class: str
    content: str
    process: str
    prices: tuple[NewPrice, ...]


@dataclass(frozen=True, slots=True)
class ServiceList:
    services: tuple[Service, ...]
    faults: tuple[Fault, ...]


def read_services(name: str, rows: Sequence[Sequence[str]]) -> ServiceList:
    """The services in a table whose first row holds the headings. Raises NotThatList, ListTooLong."""
    header = [halfwidth(cell) for cell in rows[0]] if rows else []
    known = (*SERVICE_COLUMNS, *SERVICE_MORE)
    places = {column: header.index(halfwidth(column)) for column in known if halfwidth(column) in header}
    if missing := [column for column in SERVICE_COLUMNS if column not in places]:
        raise NotThatList(name=name, missing="、".join(missing))
    filled = [_Row(n, row, places) for n, row in enumerate(rows, start=1) if n > 1 and any(row)]
    if not filled or len(filled) > ROWS_MAX:
        raise ListTooLong(name=name, limit=ROWS_MAX)
    faults: list[Fault] = []
    groups: dict[str, list[_Row]] = {}
    for row in filled:
        groups.setdefault(row.cell(_NUMBER) or f"#{row.number}", []).append(row)
    services = [_service(group, faults) for group in groups.values()]
    ordered = sorted(faults, key=lambda fault: (fault.row, len(fault.column), fault.column))
    return ServiceList(tuple(services), tuple(ordered))


class _Row:
    """One row by column name."""

    def __init__(self, number: int, cells: Sequence[str], places: dict[str, int]) -> None:
        self.number, self.cells, self.places = number, cells, places

    def cell(self, column: str) -> str:
        place = self.places.get(column, len(self.cells))
        return self.cells[place].strip() if place < len(self.cells) else ""

    def fault(self, column: str, rule: str, remedy: str) -> Fault:
        return Fault(self.number, letters(self.places[column]), column, self.cell(column), rule, remedy)


def _service(rows: Sequence[_Row], faults: list[Fault]) -> Service:
    first = rows[0]
    for column in (_NUMBER, _NAME, _CLASS, _CONTENT, _PROCESS):
        if not first.cell(column):
            faults.append(first.fault(column, _("必填"), _("请填写")))
    for row in rows[1:]:
        for column in (_NAME, _CLASS, _CONTENT, _PROCESS):
            if row.cell(column) not in {"", first.cell(column)}:
                faults.append(row.fault(column, _("同一服务编号的各行应一致"), _("请留空，或与首行一致")))
    classes = {label: code for code, label in SERVICE_LABELS.items()}
    if first.cell(_CLASS) and first.cell(_CLASS) not in classes:
        faults.append(first.fault(_CLASS, _("不是服务类别"), "、".join(classes)))
    prices = [price for row in rows if (price := _price(row, faults)) is not None]
    if len(prices) == len(rows):
        _check_prices(first, prices, faults)
    return Service(
        number=halfwidth(first.cell(_NUMBER)),
        name=first.cell(_NAME),
        service_class=str(classes.get(first.cell(_CLASS), "")),
        content=first.cell(_CONTENT),
        process=first.cell(_PROCESS),
        prices=tuple(prices),
    )


def _check_prices(first: _Row, prices: Sequence[NewPrice], faults: list[Fault]) -> None:
    try:
        check_list(prices)
    except PriceListUnfit as unfit:
        faults.append(first.fault(_ITEM, str(unfit.facts["what"]), _("至少一项基本费用，每个收费项目一行")))


def _price(row: _Row, faults: list[Fault]) -> NewPrice | None:
    kinds = {label: kind for kind, label in ITEM_LABELS.items()}
    units = {label: unit for unit, label in UNIT_LABELS.items()}
    before = len(faults)
    for column, known in ((_KIND, kinds), (_UNIT, units)):
        if row.cell(column) not in known:
            faults.append(row.fault(column, _("只能填写列出的内容"), "、".join(known)))
    price, rate = _amount(row, _PRICE, faults), _amount(row, _RATE, faults)
    if (price is None) == (rate is None) and len(faults) == before:
        faults.append(row.fault(_PRICE, _("单价与比例填一项"), _("按比例收取的附加费用填比例，其他填单价")))
    if rate is not None and rate > PERCENT_MAX_BP:
        faults.append(row.fault(_RATE, _("比例过大"), _("例如 30 表示基本费用的 30%")))
    if not row.cell(_ITEM):
        faults.append(row.fault(_ITEM, _("必填"), _("例如：机时、常规样品")))
    group = _chosen(row, _GROUP, {label: code for code, label in GROUP_LABELS.items()}, PriceGroup.ALL, faults)
    mode = _chosen(row, _MODE, {label: code for code, label in MODE_LABELS.items()}, StepMode.PART, faults)
    steps, minimum = _steps(row, faults), _amount(row, _MINIMUM, faults)
    if len(faults) > before:
        return None
    return NewPrice(
        item=row.cell(_ITEM),
        unit=Unit(units[row.cell(_UNIT)]),
        price_fen=price,
        kind=ItemKind(kinds[row.cell(_KIND)]),
        rate_bp=rate,
        conditions=row.cell(_CONDITIONS),
        group=group,
        steps=steps,
        step_mode=mode,
        minimum_fen=minimum or None,
    )


def _chosen(row: _Row, column: str, known: Mapping[str, T], otherwise: T, faults: list[Fault]) -> T:
    """The word of a column that may be missing or empty."""
    word = row.cell(column)
    if word and word not in known:
        faults.append(row.fault(column, _("只能填写列出的内容"), "、".join(known)))
    return known.get(word, otherwise)


def _steps(row: _Row, faults: list[Fault]) -> tuple[Step, ...]:
    try:
        return steps_from(row.cell(_STEPS))
    except NotSteps:
        faults.append(row.fault(_STEPS, NotSteps.text, NotSteps.remedy))
        return ()


def steps_from(typed: str) -> tuple[Step, ...]:
    """Steps as people write them (阶梯价): `2:45; 5:40`, from 2 units 45 yuan each, from 5 units 40. Raises NotSteps."""
    found = []
    for one in filter(None, re.split(r"[;；\n]\s*", typed.strip())):
        quantity, mark, price = one.replace("：", ":").partition(":")
        try:
            found.append(Step(int(fen_from_yuan(quantity)), fen_from_yuan(price)))
        except NotAnAmount as wrong:
            raise NotSteps(typed=one) from wrong
        if not mark:
            raise NotSteps(typed=one)
    if not steps_rise(found):
        raise NotSteps(typed=typed)
    return tuple(found)


def steps_text(steps: Sequence[Step]) -> str:
    """The same the other way round, for forms and lists."""

    def number(hundredths: int) -> str:
        whole, point, rest = yuan(hundredths).replace(",", "").partition(".")
        return f"{whole}{point}{rest}".rstrip("0").rstrip(".") if point else whole

    return "; ".join(f"{number(step.from_hundredths)}:{number(step.price_fen)}" for step in steps)


def _amount(row: _Row, column: str, faults: list[Fault]) -> Fen | None:
    """Yuan as fen; a percentage read the same way is in basis points (30.5 -> 3050)."""
    if not row.cell(column):
        return None
    try:
        return fen_from_yuan(row.cell(column).removesuffix("%"))
    except NotAnAmount:
        faults.append(row.fault(column, _("应为数字，最多两位小数"), _("例如 200 或 200.50")))
        return None


def letters(place: int) -> str:
    """0 as A: where a spreadsheet shows the column. A list of services has fewer than 26 columns."""
    return chr(ord("A") + place)
