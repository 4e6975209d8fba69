"""收入汇总表: a statement as rows of a table, for CSV and workbook. Pure: texts in, texts out."""

from collections.abc import Iterable, Sequence

HEAD = (
    "结算日期", "订单编号", "服务名称", "使用者", "单位", "创新载体", "项目", "价款（元）", "券付（元）", "自付（元）", "收入（元）",
    "横向科研经费（元）", "分配办法", "分配对象", "分配金额（元）",
)  # fmt: skip
TOTAL = "合计"


def table(rows: Iterable[tuple[Sequence[str], Sequence[tuple[str, str]]]], total: Sequence[str]) -> list[list[str]]:
    """A heading, one line per recipient of an order (the order's own columns on its first line), and the totals."""
    lines: list[list[str]] = [list(HEAD)]
    for own, parts in rows:
        for place, (name, fen) in enumerate(parts):
            lines.append([*(own if place == 0 else [""] * len(own)), name, fen])
    return [*lines, [TOTAL, *[""] * (len(HEAD) - len(total) - 1), *total]]
