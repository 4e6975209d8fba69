"""冻结报表 and 公开数据: the report of a period on the page, as workbook and on paper; its check by running it again."""

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.syndication.views import Feed as SyndicationFeed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kechuang.cockpit import commands, queries, rules
from kechuang.cockpit.forms import FreezeForm
from kechuang.cockpit.pages.board import board_page
from kechuang.cockpit.pages.tables import meanings, part_label, parts_grid, said
from kechuang.cockpit.queries import Publication, Snapshot
from kechuang.cockpit.rules.indicators import BY_CODE
from kechuang.cockpit.states import PERIOD_LABELS, Period
from kechuang.documents.rules import Grid, Heading, Sheet, print_pdf, write_book, write_csv
from kechuang.documents.states import Media
from kechuang.parties.queries import region_name
from kechuang.trail.queries import receipt_address
from kechuang.ui import clock, days
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt

PDF, JSON_MEDIA = "application/pdf", "application/json; charset=utf-8"
ONE_DAY = timedelta(days=1)


@login_required
@require_POST
def freeze(request: HttpRequest, region_code: str) -> HttpResponse:
    form = FreezeForm(request.POST, years=queries.years(clock.today()))
    tried = attempt(
        form,
        lambda: commands.freeze(
            actor_of(request),
            region=region_code,
            period=Period(form.cleaned_data["period"]),
            year=int(form.cleaned_data["year"]),
            month=int(form.cleaned_data["month"]),
            now=clock.now(),
        ),
    )
    if not tried.done:
        return board_page(request, region_code, failed=form, status=tried.status)
    messages.success(request, _("已冻结报表；以后的更正不影响它"))
    return redirect("cockpit:report", tried.value.id)


@login_required
@require_POST
def publish_report(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """公开报表: what everybody may then download; the reason why not stands on the report."""
    form = Form(request.POST)
    tried = attempt(form, lambda: commands.publish_report(actor_of(request), snapshot_id=snapshot_id, now=clock.now()))
    if not tried.done:
        return _page(request, snapshot_id, failed=form, status=tried.status)
    messages.success(request, _("已公开报表，任何人可以下载遮蔽后的数据"))
    return redirect("cockpit:report", snapshot_id)


@login_required
@require_safe
def report(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """A frozen report; `?again=1` runs it once more with its own cut and compares every figure."""
    return _page(request, snapshot_id)


def _page(request: HttpRequest, snapshot_id: str, *, failed: Form | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    row = queries.snapshot(actor, snapshot_id)
    context: dict[str, Any] = {
        "row": row,
        "title": title_of(row),
        "name": region_name(row.region),
        "grid": parts_grid(queries.kept(row)),
        "last": row.until - ONE_DAY,
        "meanings": meanings(),
        "opened_on": queries.opened_on([row]).get(row.id),
        "may_open": queries.may_freeze(actor, row.region),
        "failed": failed,
    }
    if request.GET.get("again"):
        found = rules.differences(row.places, queries.again(row))
        context |= {
            "ran": True,
            "differences": [
                (region_name(place), BY_CODE[code].label, said(BY_CODE[code], was), said(BY_CODE[code], is_))
                for place, code, was, is_ in found
            ],
        }
    return render(request, "cockpit/report.html", context, status=status)


@login_required
@require_safe
def report_file(request: HttpRequest, snapshot_id: str, media: str) -> HttpResponse:
    """The report as workbook or on paper."""
    row = queries.snapshot(actor_of(request), snapshot_id)
    name = f"{title_of(row)}-{row.number}"
    grid = parts_grid(queries.kept(row))
    if media == "pdf":
        return _file(f"{name}.pdf", print_pdf(_paper(row, grid)), PDF)
    if media != "xlsx":
        raise Http404
    meaning = [[_("指标"), _("含义"), _("时点"), _("取数")], *map(list, meanings())]
    book = [(_("各地指标"), [list(grid.head), *map(list, grid.rows)]), (_("指标说明"), meaning)]
    return _file(f"{name}.xlsx", write_book(book), str(Media.XLSX))


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """公开数据: which reports were opened, for everybody."""
    rows = [
        (row, title_of(row), reverse("cockpit:open_file", args=[row.number, "csv"]),
         reverse("cockpit:open_file", args=[row.number, "json"]))
        for row in (one.snapshot for one in queries.published_latest())
    ]  # fmt: skip
    return render(request, "cockpit/open.html", {"rows": rows, "feed": reverse("cockpit:open_feed")})


@require_safe
def open_file(request: HttpRequest, number: str, media: str) -> HttpResponse:
    """One opened report as data, masked (公开数据，已作遮蔽)."""
    opened = queries.published_report(number)
    row, masked = opened.snapshot, opened.places
    codes = [code for code in BY_CODE if any(code in figures for figures in masked.values())]
    if media == "json":
        body = {
            "number": row.number,
            "region": row.region,
            "from": row.since.isoformat(),
            "until": row.until.isoformat(),
            "digest": opened.digest,  # of `places`, written as RFC 8785 says
            "masked": {
                part: kept for part, figures in masked.items() if (kept := [code for code, one in figures.items() if one is None])
            },
            "places": masked,
            "indicators": {code: {"unit": str(BY_CODE[code].unit), "means": BY_CODE[code].means} for code in codes},
        }  # fmt: skip
        return _file(f"{row.number}.json", json.dumps(body, ensure_ascii=False, indent=1).encode(), JSON_MEDIA)
    if media != "csv":
        raise Http404
    head = [_("代码"), _("地区"), *[_(BY_CODE[code].label) for code in codes]]
    lines = [
        [part, part_label(row.region, part), *[_shown(code, figures[code]) for code in codes]]
        for part, figures in masked.items()
    ]
    return _file(f"{row.number}.csv", write_csv([head, *lines]), str(Media.CSV))


if TYPE_CHECKING:
    _Feed = SyndicationFeed[Publication, None]
else:  # not generic while the program runs
    _Feed = SyndicationFeed


class OpenFeed(_Feed):
    """Reports as they are opened."""

    feed_type = Atom1Feed
    title = gettext_lazy("科创云公开数据")
    link = "/cockpit/open/"
    subtitle = gettext_lazy("已公开的月报和年报，数字已作遮蔽")

    def items(self) -> list[Publication]:
        return queries.published_latest()

    def item_title(self, item: Publication) -> str:
        return title_of(item.snapshot)

    def item_description(self, item: Publication) -> str:
        return _("统计至 {day}；摘要（SHA-256）{digest}").format(
            day=days.words(item.snapshot.until - ONE_DAY, year=True), digest=item.digest
        )

    def item_link(self, item: Publication) -> str:
        return reverse("cockpit:open_file", args=[item.snapshot.number, "json"])

    def item_updateddate(self, item: Publication) -> datetime:
        return datetime.combine(item.opened_on, time(), clock.LEGAL_ZONE)


def title_of(row: Snapshot) -> str:
    """绍兴市创新券 2025年3月 月报."""
    when = str(row.since.year) if row.period == Period.YEAR else f"{row.since.year}-{row.since.month:02d}"
    return _("{name}创新券{period} {when}").format(
        name=region_name(row.region), period=_(PERIOD_LABELS[Period(row.period)]), when=when
    )


def _shown(code: str, value: int | None) -> str:
    return _("不公开") if value is None else said(BY_CODE[code], value)


def _paper(row: Snapshot, grid: Grid) -> Sheet:
    basis = _(
        "期间 {since} 至 {last}；以 {cut} 前已入账的为准，此后的更正计入以后的期间。数据摘要（SHA-256）{digest}"
    ).format(
        since=days.words(row.since, year=True),
        last=days.words(row.until - ONE_DAY, year=True),
        cut=days.moment(row.cut_at),
        digest=row.digest,
    )
    words = [f"{label}（{when}）：{means}" for label, means, when, _query in meanings()]
    return Sheet(
        title=title_of(row),
        number=row.number,
        subtitle=region_name(row.region),
        blocks=[basis, grid, Heading(_("指标说明")), *words],
        receipt=receipt_address(row.id),
        note=_("冻结日 {day}").format(day=days.words(row.made_on, year=True)),
    )


def _file(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
