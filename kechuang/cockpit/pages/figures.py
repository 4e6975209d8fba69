"""The result of replays as tables and charts: the same tables on the page, in the workbook and on paper."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kechuang.cockpit.queries import Sheet
from kechuang.cockpit.states import MONTHS_IN_YEAR, Group
from kechuang.documents.rules import Grid
from kechuang.ui import days
from kechuang.ui.words import percent, yuan_sign

LETTERS = gettext_noop("甲乙丙丁")


def names(sheets: Sequence[Sheet]) -> list[str]:
    """How columns are headed: the draft, or 甲, 乙, … where several stand side by side; the summary says which is which."""
    return [_("草案")] if len(sheets) == 1 else [_(LETTERS)[place] for place in range(len(sheets))]


def titles(sheets: Sequence[Sheet]) -> list[str]:
    """The same with what each draft is called."""
    titled = [sheet.replay.draft.title for sheet in sheets]
    return (
        titled if len(sheets) == 1 else [f"{name} {title}" for name, title in zip(names(sheets), titled, strict=True)]
    )


def tables(sheets: Sequence[Sheet]) -> list[Grid]:
    """Summary, groups, money by county, months; the year as it was stands first, then one column set per replay."""
    return [summary(sheets), *groups(sheets), money(sheets), months(sheets)]


def summary(sheets: Sequence[Sheet]) -> Grid:
    one = sheets[0]
    rows = [
        (_("参与回放的订单（笔）"), str(one.whole["orders"]), [str(sheet.whole["orders"]) for sheet in sheets]),
        (_("订单价款"), yuan_sign(one.whole["price_fen"]), [yuan_sign(sheet.whole["price_fen"]) for sheet in sheets]),
        (_("抵扣合计"), yuan_sign(one.whole["before_fen"]), [yuan_sign(sheet.whole["after_fen"]) for sheet in sheets]),
        (_("比当年增减"), "—", [_signed(sheet.change_fen) for sheet in sheets]),
        (_("多抵的订单"), "—", [_counted(sheet.whole, "gain") for sheet in sheets]),
        (_("少抵的订单"), "—", [_counted(sheet.whole, "lose") for sheet in sheets]),
        (_("不再获券（张）"), "—", [str(sheet.replay.result["refused_count"]) for sheet in sheets]),
        (_("每元价款的财政资金"), percent(one.public_before_bp), [percent(sheet.public_after_bp) for sheet in sheets]),
        (_("加各项补助上限后"), percent(one.stacked_before_bp), [percent(sheet.stacked_after_bp) for sheet in sheets]),
        (_("造假诱因订单占比"), _tempting(one, before=True), [_tempting(sheet, before=False) for sheet in sheets]),
        (_("单笔最高"), percent(one.before["most_bp"]), [percent(sheet.after["most_bp"]) for sheet in sheets]),
    ]
    head = (_("指标"), _("当年实际"), *titles(sheets))
    return Grid(head, [(label, was, *would) for label, was, would in rows], _right(head), caption=_("概要"))


def definitions() -> list[tuple[str, str]]:
    """What each figure means (指标说明), beside it wherever it is shown."""
    return [
        (
            _("参与回放的订单"),
            _("当年下单、用了创新券、没有取消或失效的订单。未用券的订单不计：草案更优惠时会不会用券，往年数据答不了。"),
        ),
        (
            _("抵扣合计"),
            _("每张券按草案重新核发、每笔订单按草案重新计算后的抵扣额之和；下单时间、价款、是否成交照当年不变。"),
        ),
        (_("多抵、少抵的订单"), _("同一订单草案抵扣额高于、低于当年的笔数和差额，不相互抵消。")),
        (
            _("不再获券"),
            _("按草案条件当年不会获券的券数；资格标签和申报数以核发时核验的为准，没有申报人数等数据的按不符合计。"),
        ),
        (_("每元价款的财政资金"), _("抵扣合计 ÷ 订单价款。")),
        (_("加各项补助上限后"), _("抵扣额再加服务机构补助、平台部分补助、省级载体补助的规定上限，合计 ÷ 订单价款。")),
        (
            _("造假诱因订单占比"),
            _("财政资金（含各项补助上限）达到或超过价款的订单占比：这样的订单即使没有真实服务，双方也不出一分钱。"),
        ),
        (
            _("资金用完日"),
            _(
                "本县当年累计核发（到期、撤回的余额在次日收回）首次超过当年预算（下达、调入、上级分配、结转，减去核减、调出）的那一天；缺口是此后累计超出最多的金额。"
            ),
        ),
    ]


def groups(sheets: Sequence[Sheet]) -> Iterator[Grid]:
    for place, (_group, label, lines) in enumerate(sheets[0].groups):
        head = [_(label), _("订单（笔）"), _("当年抵扣")]
        for name in names(sheets):
            head += [f"{name}：{word}" for word in (_("抵扣"), _("多抵"), _("少抵"))]
        found = [{line["key"]: line for line in sheet.groups[place][2]} for sheet in sheets]
        rows = []
        for line in lines:
            row = [_(line["label"]), str(line["orders"]), yuan_sign(line["before_fen"])]
            for by_key in found:
                would = by_key[line["key"]]
                row += [yuan_sign(would["after_fen"]), _counted(would, "gain"), _counted(would, "lose")]
            rows.append(row)
        yield Grid(head, rows, _right(head), caption=_(label))


def money(sheets: Sequence[Sheet]) -> Grid:
    head = [_("县（市、区）"), _("当年预算"), _("当年资金用完日")]
    for name in names(sheets):
        head += [f"{name}：{_('资金用完日')}", f"{name}：{_('缺口')}"]
    rows = []
    for place, line in enumerate(sheets[0].money):
        row = [line["label"], yuan_sign(line["budgeted_fen"]), _day(line["before_on"])]
        for sheet in sheets:
            would = sheet.money[place]
            row += [_day(would["after_on"]), yuan_sign(would["after_short_fen"])]
        rows.append(row)
    return Grid(head, rows, _right(head), caption=_("资金用完日"))


def months(sheets: Sequence[Sheet]) -> Grid:
    head = (_("月份"), _("当年抵扣"), *names(sheets))
    rows = [
        (
            _("{month} 月").format(month=number + 1),
            yuan_sign(sheets[0].replay.result["months"][number][0]),
            *(yuan_sign(sheet.replay.result["months"][number][1]) for sheet in sheets),
        )
        for number in range(MONTHS_IN_YEAR)
    ]
    return Grid(head, rows, _right(head), caption=_("逐月抵扣"))


def charts(sheets: Sequence[Sheet]) -> dict[str, dict[str, Any]]:
    """One picture per table that has one; the same figures stand beneath."""
    found = {"months": _months_chart(sheets), "share": _share_chart(sheets)}
    for place, (group, _label, _lines) in enumerate(sheets[0].groups):
        if group is not Group.APPLICANT:
            found[str(group)] = _group_chart(sheets, place)
    return found


def _months_chart(sheets: Sequence[Sheet]) -> dict[str, Any]:
    series = [{"type": "bar", "name": _("当年抵扣"), "data": [month[0] for month in sheets[0].replay.result["months"]]}]
    for name, sheet in zip(titles(sheets), sheets, strict=True):
        data = [month[1] for month in sheet.replay.result["months"]]
        series.append({"type": "line", "name": name, "data": data})
    return _money_chart([_("{month} 月").format(month=number + 1) for number in range(MONTHS_IN_YEAR)], series)


def _group_chart(sheets: Sequence[Sheet], place: int) -> dict[str, Any]:
    lines = sheets[0].groups[place][2]
    series = [{"type": "bar", "name": _("当年抵扣"), "data": [line["before_fen"] for line in lines]}]
    for name, sheet in zip(titles(sheets), sheets, strict=True):
        by_key = {line["key"]: line["after_fen"] for line in sheet.groups[place][2]}
        series.append({"type": "bar", "name": name, "data": [by_key[line["key"]] for line in lines]})
    return _money_chart([_(line["label"]) for line in lines], series)


def _money_chart(names: Sequence[str], series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "k_money": True,
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "type": "scroll"},
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": list(names), "axisLabel": {"interval": 0, "hideOverlap": True}},
        "yAxis": {"type": "value"},
        "series": [{**one, "barMaxWidth": 26} for one in series],
    }


def _share_chart(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Public money per price, with and without the subsidies that follow."""
    one = sheets[0]
    bare = [one.public_before_bp, *(sheet.public_after_bp for sheet in sheets)]
    whole = [one.stacked_before_bp, *(sheet.stacked_after_bp for sheet in sheets)]
    series = ((_("每元价款的财政资金"), bare), (_("加各项补助上限后"), whole))
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [_("当年实际"), *names(sheets)]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {"type": "bar", "name": name, "data": [_plain(bp) for bp in values], "barMaxWidth": 40,
             "label": {"show": True, "position": "top", "formatter": "{c}%"}}
            for name, values in series
        ],
    }  # fmt: skip


def _plain(bp: int) -> str:
    whole, rest = divmod(bp, 100)
    return f"{whole}.{rest:02d}"


def _signed(fen: int) -> str:
    return f"+{yuan_sign(fen)}" if fen > 0 else yuan_sign(fen)


def _counted(line: Any, what: str) -> str:
    """3 笔 ¥1,200.00: how many orders and how much."""
    return _("{n} 笔 {amount}").format(n=line[f"{what}_orders"], amount=yuan_sign(line[f"{what}_fen"]))


def _tempting(sheet: Sheet, *, before: bool) -> str:
    rate = sheet.tempting_before_bp if before else sheet.tempting_after_bp
    count = (sheet.before if before else sheet.after)["orders"]
    return _("{rate}（{n} 笔）").format(rate=percent(rate), n=count)


def _day(text: str) -> str:
    return days.words(date.fromisoformat(text), year=True) if text else _("未用完")


def _right(head: Sequence[str]) -> frozenset[int]:
    return frozenset(range(1, len(head)))
