"""Pages of notices: what runs, what is over, one notice, objecting and answering."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.syndication.views import Feed as SyndicationFeed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.notices import commands, queries
from kechuang.notices.forms import FindForm, HandleForm, ObjectForm
from kechuang.notices.states import NOTICE_MACHINE, OBJECTION_MACHINE
from kechuang.notices.templatetags.titles import retold
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back, page_of

if TYPE_CHECKING:
    from kechuang.notices.models import Notice

    _Feed = SyndicationFeed[Notice, None]
else:  # not generic while the program runs
    _Feed = SyndicationFeed

FEED_NEWEST = 30


def running(request: HttpRequest) -> HttpResponse:
    return _listed(request, over=False)


def archive(request: HttpRequest) -> HttpResponse:
    return _listed(request, over=True)


def _listed(request: HttpRequest, *, over: bool) -> HttpResponse:
    form = FindForm(request.GET or None)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    page = page_of(request, queries.public_list(on=clock.today(), words=words, archive=over))
    counts = queries.item_counts([notice.id for notice in page])
    rows = [(notice, counts.get(notice.id, 0), region_name(notice.region)) for notice in page]
    return render(
        request,
        "notices/list.html",
        {"form": form, "page": page, "rows": rows, "over": over, "machine": NOTICE_MACHINE},
    )


def notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.sheet(actor, notice_id=notice_id, on=clock.today())
    return render(
        request,
        "notices/notice.html",
        {
            "sheet": sheet,
            "machine": NOTICE_MACHINE,
            "objections": OBJECTION_MACHINE,
            "place": region_name(sheet.notice.region),
            "last_on": sheet.notice.until_on - timedelta(days=1),
        },
    )


@login_required
def object_to(request: HttpRequest, notice_id: str, item_id: str) -> HttpResponse:
    form = ObjectForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.object_(
                actor_of(request),
                notice_id=notice_id,
                item_id=item_id,
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(
                request, _("异议已受理，编号 %(number)s；处理完毕前该事项不会拨付") % {"number": tried.value.number}
            )
            return redirect("notices:objection", tried.value.id)
        status = tried.status
    sheet = queries.sheet(actor_of(request), notice_id=notice_id, on=clock.today())
    item = next((row for row in sheet.items if row.id == item_id), None)
    return render(request, "notices/object.html", {"form": form, "sheet": sheet, "item": item}, status=status)


@login_required
def objection(request: HttpRequest, objection_id: str) -> HttpResponse:
    actor = actor_of(request)
    form = HandleForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.handle(
                actor,
                objection_id=objection_id,
                upheld=form.cleaned_data["upheld"],
                reply=form.cleaned_data["reply"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("处理意见已送达异议人"))
            return back(request, "notices:waiting")
        status = tried.status
    row, moves = queries.objection(actor, objection_id=objection_id)
    may = {move.action for move in moves}
    context = {
        "objection": row,
        "form": form if "uphold" in may else None,
        "may_withdraw": "withdraw" in may,
        "machine": OBJECTION_MACHINE,
        "events": queries.way_of(row.id),
        "own": row.by_person == actor.person_id,
    }
    return render(request, "notices/objection.html", context, status=status)


@require_POST
@login_required
def withdraw_objection(request: HttpRequest, objection_id: str) -> HttpResponse:
    commands.withdraw_objection(actor_of(request), objection_id=objection_id, now=clock.now())
    messages.success(request, _("异议已撤回"))
    return redirect("notices:objection", objection_id)


@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.objections_waiting(actor_of(request)))
    return render(request, "notices/waiting.html", {"page": page, "machine": OBJECTION_MACHINE})


class Feed(_Feed):
    """订阅: the newest notices as an Atom feed."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return _("科创云公示")

    def link(self) -> str:
        return reverse("notices:running")

    def items(self) -> Any:
        return queries.public_list(on=clock.today())[:FEED_NEWEST]

    def item_title(self, item: "Notice") -> str:
        return retold(item.title)

    def item_description(self, item: "Notice") -> str:
        return _("公示期至 %(day)s，依据 %(basis)s") % {
            "day": (item.until_on - timedelta(days=1)).isoformat(),
            "basis": item.basis,
        }

    def item_link(self, item: "Notice") -> str:
        return reverse("notices:notice", args=[item.id])
