"""Pages of claims: read the request, one call, answer."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.claims import commands, queries
from kechuang.claims.forms import ALL, AllocationsForm, ConfirmForm, NoticeForm, PapersForm, QueueForm, ReasonForm
from kechuang.claims.queries import Claim, evidence_of
from kechuang.claims.rules import claim_until
from kechuang.claims.states import CLOSED, MACHINE, ClaimState
from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import Actor, Role
from kechuang.outbox.commands import nudge as nudge_office
from kechuang.screening.states import FINDING_MACHINE
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back, chosen, page_of

_CLEAN = {"yes": True, "no": False}


@login_required
def claims(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    form = QueueForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {"words": "", "state": "", "checked": ""}
    state = "" if asked["state"] == ALL else asked["state"]
    found = queries.queue(actor, state=state, words=asked["words"], clean=_CLEAN.get(asked["checked"]))
    if not (asked["state"] or asked["words"]):  # who looks for one claim finds it wherever it is
        found = queries.in_hand(found, actor)
    page = page_of(request, found)
    context = {
        "form": form,
        "page": page,
        "rows": queries.rows_of(list(page), on=on),
        "machine": MACHINE,
        "claimable": queries.claimable(actor, on=on) if actor.party_id else [],
        "decides": actor.holds(Role.COUNTY_OFFICER),
        "pays": actor.holds(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE),
        "opens": bool(actor.regions(*queries.MAY_SEE)),
        "filtered": any(asked.values()),
    }
    return render(request, "claims/claims.html", context)


@require_POST
@login_required
def make(request: HttpRequest, order_id: str) -> HttpResponse:
    made = commands.make(actor_of(request), order_id=order_id, now=clock.now())
    return redirect("claims:claim", made.id)


@login_required
def claim(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _sheet(request, claim_id)


def _sheet(request: HttpRequest, claim_id: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    sheet = queries.sheet(actor, claim_id=claim_id, on=on)
    settled_on = sheet.order.settled_on
    context = {
        "sheet": sheet,
        "claim": sheet.claim,
        "machine": MACHINE,
        "finding_machine": FINDING_MACHINE,
        "may": {move.action for move in sheet.open_moves},
        "papers": PapersForm(),
        "decision": ConfirmForm(initial={"seen": sheet.claim.state, "confirmed_fen": sheet.claim.claimed_fen}),
        "reason": ReasonForm(),
        "spread": _spread(sheet),
        "notice": queries.notice_if_confirmed(sheet.claim.scheme, on=on),
        "may_nudge": Role.PROVIDER in sheet.roles
        and sheet.clock is not None
        and sheet.clock.role == Role.COUNTY_OFFICER,
        "preview_rows": queries.doubts_first([evidence_of(row) for row in sheet.preview.rows]) if sheet.preview else [],
        "closed": sheet.claim.state in CLOSED,
        "until": claim_until(settled_on, sheet.terms.terms) if settled_on else None,
        **_next(actor, claim_id),
        **forms,
    }
    return render(request, "claims/claim.html", context, status=status)


def _next(actor: Actor, claim_id: str) -> dict[str, str]:
    """Where a decision leads: to the next case of the queue, or back to the list when it was the last."""
    next_id = queries.next_waiting(actor, after=claim_id)
    return {
        "next_id": next_id,
        "next_url": reverse("claims:claim", args=[next_id]) if next_id else reverse("claims:claims"),
    }


@require_POST
@login_required
def attach(request: HttpRequest, claim_id: str) -> HttpResponse:
    form = PapersForm(request.POST, request.FILES)

    def bring() -> None:
        for file in form.cleaned_data["files"]:
            commands.attach(
                actor_of(request),
                claim_id=claim_id,
                name=file.name,
                content=file.read(),
                kind=form.cleaned_data["kind"],
                now=clock.now(),
            )

    tried = attempt(form, bring)
    if not tried.done:
        return _sheet(request, claim_id, papers=form, status=tried.status)
    messages.success(request, _("材料已上传"))
    return redirect("claims:claim", claim_id)


@require_POST
@login_required
def set_aside(request: HttpRequest, claim_id: str, file_id: str) -> HttpResponse:
    commands.set_aside(actor_of(request), claim_id=claim_id, file_id=file_id, now=clock.now())
    messages.success(request, _("该材料不再使用，原件留存"))
    return redirect("claims:claim", claim_id)


@require_POST
@login_required
def submit(request: HttpRequest, claim_id: str) -> HttpResponse:
    actor = actor_of(request)
    form = _spread(queries.sheet(actor, claim_id=claim_id, on=clock.today()), request.POST)
    tried = attempt(
        form,
        lambda: commands.submit(actor, claim_id=claim_id, allocations=form.allocations(), now=clock.now()),
    )
    if not tried.done:
        return _sheet(request, claim_id, spread=form, status=tried.status)
    messages.success(request, _("兑付申请已提交，科技局将在时限内确认服务事项"))
    return redirect("claims:claim", claim_id)


def _spread(sheet: queries.ClaimSheet, given: Any = None) -> AllocationsForm:
    if sheet.preview is None:
        return AllocationsForm(given)
    numbers = [invoice.number for invoice in sheet.preview.invoices]
    orders = {key: f"{label.title}（{label.number}）" for key, label in sheet.preview.spread_over.items()}
    return AllocationsForm(given, numbers=numbers, orders=orders)


@require_POST
@login_required
def confirm(request: HttpRequest, claim_id: str) -> HttpResponse:
    form = ConfirmForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.confirm(
            actor_of(request),
            claim_id=claim_id,
            confirmed_fen=form.cleaned_data["confirmed_fen"],
            note=form.cleaned_data["note"],
            seen_on_state=form.cleaned_data["seen"],
            publish="wait" not in request.POST,
            now=clock.now(),
        ),
    )
    if not tried.done:
        return _sheet(request, claim_id, decision=form, status=tried.status)
    done = tried.value
    published = done.state == ClaimState.IN_NOTICE
    text = _("已确认 {claim} 并开始公示，{notice}") if published else _("已确认 {claim}，等待编入公示批次")
    messages.success(request, _linked(text, [done]))
    return back(request, "claims:claim", claim_id)


def _linked(text: str, claims: Sequence[Claim]) -> SafeString:
    """What was done, with the way to the claims and to their notices: the page may have gone on to the next case."""
    own = [format_html('<a href="{}">{}</a>', reverse("claims:claim", args=[one.id]), one.number) for one in claims]
    notices = dict.fromkeys(reverse("notices:notice", args=[one.notice_id]) for one in claims if one.notice_id)
    seen = [format_html('<a href="{}">{}</a>', url, _("查看公示")) for url in notices]
    comma = _("、")
    return format_html(
        escape(text), claim=SafeString(comma.join(own)), notice=SafeString(comma.join(seen)), count=len(claims)
    )


def _reasoned(request: HttpRequest, claim_id: str, command: Callable[..., Claim], done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    tried = attempt(
        form,
        lambda: command(actor_of(request), claim_id=claim_id, reason=form.cleaned_data["reason"], now=clock.now()),
    )
    if not tried.done:
        return _sheet(request, claim_id, reason=form, status=tried.status)
    messages.success(request, done)
    return back(request, "claims:claim", claim_id)


@require_POST
@login_required
def withdraw(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.withdraw, _("兑付申请已撤回，申兑期限内可以重新申请"))


@require_POST
@login_required
def return_(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.return_, _("已退回补正，时限中止"))


@require_POST
@login_required
def refuse(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.refuse, _("已作出不予确认的决定并送达服务机构"))


@require_POST
@login_required
def suspend(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.suspend, _("已暂停拨付"))


@require_POST
@login_required
def resume(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.resume, _("已恢复拨付"))


@require_POST
@login_required
def stop(request: HttpRequest, claim_id: str) -> HttpResponse:
    return _reasoned(request, claim_id, commands.stop, _("已终止拨付"))


@require_POST
@login_required
def retry(request: HttpRequest, claim_id: str) -> HttpResponse:
    commands.retry(actor_of(request), claim_id=claim_id, now=clock.now())
    messages.success(request, _("已转为待拨付，可编入下一批次"))
    return back(request, "claims:claim", claim_id)


@require_POST
@login_required
def confirm_many(request: HttpRequest) -> HttpResponse:
    done = commands.confirm_many(actor_of(request), claim_ids=chosen(request), now=clock.now())
    messages.success(request, _linked(_("已一并确认 {count} 件（{claim}）并开始公示，{notice}"), done))
    return back(request, "claims:claims")


@require_POST
@login_required
def publish(request: HttpRequest) -> HttpResponse:
    done = commands.publish(actor_of(request), claim_ids=chosen(request), now=clock.now())
    messages.success(request, _linked(_("已公示 {count} 件（{claim}），{notice}"), done))
    return back(request, "claims:claims")


@login_required
def unpublish(request: HttpRequest, notice_id: str) -> HttpResponse:
    queries.in_notice(actor_of(request), notice_id)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.unpublish(
                actor_of(request), notice_id=notice_id, why=form.cleaned_data["reason"], now=clock.now()
            ),
        )
        if tried.done:
            messages.success(request, _("公示已撤回，所涉申请等待重新公示"))
            return redirect("notices:notice", notice_id)
        status = tried.status
    return render(request, "claims/unpublish.html", {"form": form, "notice_id": notice_id}, status=status)


@login_required
def correct_notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    queries.in_notice(actor_of(request), notice_id)
    form = NoticeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.correct_notice(
                actor_of(request),
                notice_id=notice_id,
                title=form.cleaned_data["title"],
                why=form.cleaned_data["reason"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("公示已更正，公示期重新计算"))
            return redirect("notices:notice", tried.value[0].notice_id)
        status = tried.status
    return render(request, "claims/correct_notice.html", {"form": form, "notice_id": notice_id}, status=status)


@require_POST
@login_required
def nudge(request: HttpRequest, claim_id: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    sheet = queries.sheet(actor, claim_id=claim_id, on=clock.day(now))
    nudge_office(
        actor,
        subject_id=sheet.claim.id,
        path=f"/claims/{sheet.claim.id}",
        number=sheet.claim.number,
        to_role=Role.COUNTY_OFFICER,
        region=sheet.claim.region,
        calendar=calendar(),
        now=now,
    )
    messages.success(request, _("已催办"))
    return redirect("claims:claim", claim_id)


@login_required
def volume(request: HttpRequest, claim_id: str) -> HttpResponse:
    name, content = queries.volume(actor_of(request), claim_id=claim_id, on=clock.today())
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
