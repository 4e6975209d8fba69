"""待办: where every role lands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kechuang.outbox import commands as outbox
from kechuang.outbox import queries as told
from kechuang.portal import commands
from kechuang.portal.forms import WorkbenchFilter
from kechuang.portal.frame import keep_count, seat_label
from kechuang.portal.queries import waiting
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, back, chosen, page_of
from kechuang.vouchers.queries import live_of

RECENT = 8


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    bench = waiting.workbench(actor, on=on, kind=request.GET.get("kind", ""), words=request.GET.get("words", ""))
    keep_count(request, actor, sum(bench.kinds.values()))
    form = WorkbenchFilter(request.GET or None, kinds=bench.kinds)
    context = {
        "bench": bench,
        "form": form,
        "page": page_of(request, bench.rows),
        "inbox": told.inbox(actor)[:RECENT],
        "seat": seat_label(actor),
        "holds_voucher": bool(actor.party_id and not bench.kinds and live_of(actor.party_id, on=on)),
    }
    return render(request, "portal/workbench.html", context)


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """消息: everything that was told, newest first."""
    return render(request, "portal/messages.html", {"page": page_of(request, told.inbox(actor_of(request)))})


@login_required
@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    outbox.mark_read(actor_of(request), message_ids=chosen(request), now=clock.now())
    return back(request, "portal:workbench")


@login_required
@require_POST
def nudge(request: HttpRequest) -> HttpResponse:
    """催办 of one record, by the party that waits for an office or for the other side."""
    commands.nudge(actor_of(request), subject_id=request.POST.get("subject_id", ""), now=clock.now())
    messages.success(request, _("已催办，当前办理人会收到提醒；同一事项每个工作日可以催办一次"))
    return back(request, "portal:workbench")
