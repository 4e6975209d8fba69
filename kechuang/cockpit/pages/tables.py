"""Figures in words and as tables: the same on page, in the workbook, on paper."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from kechuang.cockpit.queries import Reading
from kechuang.cockpit.rules.indicators import INDICATORS, Indicator
from kechuang.cockpit.states import Unit
from kechuang.documents.rules import Grid
from kechuang.parties.queries import region_name
from kechuang.ui.words import percent, yuan_sign


def figure(one: Indicator, figures: Mapping[str, int]) -> str:
    """A figure in its unit."""
    return said(one, figures.get(one.code, 0))


def said(one: Indicator, value: int) -> str:
    if one.unit is Unit.FEN:
        return yuan_sign(value)
    return percent(value) if one.unit is Unit.BP else f"{value:,}"


def parts_grid(reading: Reading, indicators: Sequence[Indicator] = INDICATORS) -> Grid:
    """Indicators as rows; the region itself first, then its parts as columns."""
    parts = reading.parts
    head = (_("指标"), _("合计"), *[part_label(reading.code, part) for part in parts])
    rows = [
        (_(one.label), figure(one, reading.total), *[figure(one, figures) for figures in parts.values()])
        for one in indicators
    ]
    return Grid(head, rows, frozenset(range(1, len(head))), caption=_("各地指标"))


def part_label(code: str, part: str) -> str:
    """The region's own level, beside its counties, is named as such."""
    return _("{name}本级").format(name=region_name(part)) if part == code else region_name(part)


def meanings() -> list[tuple[str, str, str, str]]:
    """The list of indicators as it is printed (指标说明): name, meaning, for which time, how it is read."""
    return [(_(one.label), _(one.means), _("期末") if one.at_end else _("期内"), one.query) for one in INDICATORS]
