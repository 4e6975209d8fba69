"""Pages of parties: coming in, for whom one acts, who stands in for an absent officer."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.parties import commands, queries, rules
from kechuang.parties.adapters.zjzwfw import StandIn, TicketKind, TicketRefused, Tickets
from kechuang.parties.forms import AppointForm, StandInForm, StandInLegalForm, SubstituteForm
from kechuang.parties.states import ACTING_FOR, CAPACITY_LABELS, DEVICE_DAYS, DEVICE_MARK_BYTES, Capacity
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_DEVICE = "kechuang_device"  # a first-party cookie: a random mark, signed; it says nothing of the device
_STATE = "zjzwfw_state"  # session key: ties a ticket's return to the browser that asked


class SignInPage(LoginView):
    template_name = "parties/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"tickets": _tickets(), "kinds": TicketKind}

    def form_valid(self, form: Any) -> HttpResponse:
        return _noted(self.request, super().form_valid(form))


class SignOutPage(LogoutView):
    template_name = "parties/sign_out.html"


def closed(request: HttpRequest) -> HttpResponse:
    """Where django-allauth sends who may not come in: no sign-up, or a person who is no longer active."""
    return render(request, "parties/closed.html", status=403)


@login_required
def arrived(request: HttpRequest) -> HttpResponse:
    """After sign-in: to the work that waits, or first to the choice of a side."""
    return _noted(request, redirect("/" if ACTING_FOR in request.session else "parties:choose"))


def _noted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keeps from which device a person came in for a party (登录设备), by a mark that the browser keeps. Without one, or with one
    that is not ours, it is given a new one: cleared, it is another device.
    """
    if not request.user.is_authenticated:
        return response
    person_id, side = str(request.user.pk), request.session.get(ACTING_FOR)
    if side is None:
        sides = queries.sides(person_id, on=clock.today())
        side = sides[0].party_id if len(sides) == 1 else ""
    if not side:  # officers act for no party
        return response
    mark = request.get_signed_cookie(_DEVICE, "", salt=_DEVICE) or secrets.token_urlsafe(DEVICE_MARK_BYTES)
    commands.note_device(person_id=person_id, party_id=side, mark=mark, now=clock.now())
    response.set_signed_cookie(
        _DEVICE,
        mark,
        salt=_DEVICE,
        max_age=timedelta(days=DEVICE_DAYS),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """以何身份办理: the offices together, or one of the parties."""
    person, on = str(request.user.pk), clock.today()
    sides = queries.sides(person, on=on)
    if request.method == "POST":
        wanted = request.POST.get("party_id", "")
        if wanted not in {side.party_id for side in sides}:
            raise rules.NotAMember
        request.session[ACTING_FOR] = wanted
        return _noted(request, redirect(_next(request)))
    shown = [(side, seat_label(side, person)) for side in sides]
    return render(request, "parties/choose.html", {"sides": shown, "current": request.session.get(ACTING_FOR)})


def seat_label(side: queries.Side, person_id: str) -> str:
    """企业名称（法定代表人）, or the offices held: 越城区科技局经办."""
    if side.party_id:
        capacity = _(CAPACITY_LABELS[Capacity(side.capacity)])
        return _("{name}（{capacity}）").format(name=side.label, capacity=capacity)
    posts = queries.actor_for(person_id, on=clock.today()).posts
    named = sorted({(queries.region_name(post.region), _(ROLE_LABELS[post.role])) for post in posts})
    return _joined(named)


def _posts(held: list[tuple[str, Role]]) -> str:
    return _joined([(place, _(ROLE_LABELS[role])) for place, role in held])


def _joined(named: list[tuple[str, str]]) -> str:
    return "、".join(f"{place} {role}" for place, role in named)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


# ---- 浙江政务网


def _tickets() -> Tickets | None:
    return import_string(settings.ZJZWFW_ADAPTER)() if settings.ZJZWFW_ADAPTER else None


def _needed() -> Tickets:
    found = _tickets()
    if found is None:
        raise Http404
    return found


def ticket_start(request: HttpRequest, kind: str) -> HttpResponse:
    """To the service's sign-in page, with our return address and a state that only this browser knows."""
    state = request.session[_STATE] = secrets.token_urlsafe(16)
    back = request.build_absolute_uri(reverse("parties:ticket_return", args=[kind]))
    return redirect(_needed().start_url(TicketKind(kind), return_to=back, state=state))


def ticket_return(request: HttpRequest, kind: str) -> HttpResponse:
    """Back from the service: the ticket becomes a person, and for 法人 also the side they act on."""
    expected = request.session.pop(_STATE, "")
    if not expected or not secrets.compare_digest(expected, request.GET.get("state", "")):
        raise TicketRefused
    profile = _needed().profile(TicketKind(kind), request.GET.get("ticket", ""))
    person, party_id = commands.enter(profile, now=clock.now())
    if not person.is_active:
        return redirect("account_inactive")
    login(request, person, backend=_BACKEND)
    if party_id:
        request.session[ACTING_FOR] = party_id
    return redirect("parties:arrived")


def stand_in(request: HttpRequest, kind: str) -> HttpResponse:
    """模拟政务网登录: exists only where the stand-in is the adapter, and says what it is."""
    service = _needed()
    if not isinstance(service, StandIn):
        raise Http404
    chosen, on = TicketKind(kind), clock.today()
    form: StandInForm = StandInForm(request.POST or None)
    if chosen is TicketKind.LEGAL_PERSON:
        regions = [(area.code, queries.region_path(area.code)) for area in queries.places(on=on)]
        form = StandInLegalForm(request.POST or None, regions=regions)
    back = request.GET.get("return_to", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        raise Http404
    if form.is_valid():
        ticket = service.issue(chosen, form.cleaned_data, serial=secrets.token_urlsafe(12))
        return redirect(f"{back}?{urlencode({'ticket': ticket, 'state': request.GET.get('state', '')})}")
    return render(request, "parties/stand_in.html", {"form": form, "kind": chosen, "service": service})


# ---- substitutes


@login_required
def substitutes(request: HttpRequest) -> HttpResponse:
    """代理: my offices, who stands in for me and for whom I stand in."""
    actor, on = actor_of(request), clock.today()
    sheet = queries.substitutes(actor, on=on)
    offices = [(office.id, _office_label(office.role, office.region)) for office in sheet.offices]
    colleagues = [(person, f"{name}（{_posts(held)}）") for person, name, held in sheet.colleagues]
    form, status = SubstituteForm(request.POST or None, offices=offices, colleagues=colleagues), 200
    if request.method == "POST":
        tried = attempt(form, lambda: _substitute(request, form))
        if tried.done:
            messages.success(request, _("已指定代理人；代理期间的办理记录同时显示双方姓名"))
            return redirect("parties:substitutes")
        status = tried.status
    shown = {"sheet": sheet, "form": form, "labels": dict(offices)}
    return render(request, "parties/substitutes.html", shown, status=status)


def _office_label(role: str, region: str) -> str:
    return f"{queries.region_name(region)} {_(ROLE_LABELS[Role(role)])}"


def _substitute(request: HttpRequest, form: SubstituteForm) -> object:
    given = form.cleaned_data
    return commands.substitute(
        actor_of(request),
        office_id=given["office"],
        substitute_id=given["substitute"],
        valid_from=given["valid_from"],
        valid_until=given["last_day"] + timedelta(days=1),
        reason=given["reason"],
        now=clock.now(),
    )


@login_required
@require_POST
def end_substitution(request: HttpRequest, substitution_id: str) -> HttpResponse:
    commands.end_substitution(actor_of(request), substitution_id=substitution_id, now=clock.now())
    messages.success(request, _("代理已结束"))
    return redirect("parties:substitutes")


# ---- offices


@login_required
def offices(request: HttpRequest) -> HttpResponse:
    """岗位任免: who holds which office here, and for the city's bureau the form that appoints."""
    actor, on = actor_of(request), clock.today()
    if not actor.posts:
        raise Http404
    appoints = actor.holds(Role.CITY_SCIENCE)
    regions = queries.appointable(actor, on=on) if appoints else []
    form = AppointForm(request.POST or None, regions=regions, initial={"valid_from": on}) if appoints else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise Http404
        tried = attempt(form, lambda: _appoint(request, form))
        if tried.done:
            messages.success(request, _("已任命；本人用政务网登录后即可办理"))
            return redirect("parties:offices")
        status = tried.status
    rows = page_of(request, queries.held_offices(actor, on=on))
    shown = [
        (row, _office_label(row.role, row.region), appoints and _may_dismiss(row, actor.person_id)) for row in rows
    ]
    context = {"rows": shown, "page": rows, "form": form, "today": on}
    return render(request, "parties/offices.html", context, status=status)


def _may_dismiss(row: queries.Office, person_id: str) -> bool:
    return Role(row.role) in rules.APPOINTED_BY_CITY and row.person_id != person_id


def _appoint(request: HttpRequest, form: AppointForm) -> object:
    said = form.cleaned_data
    return commands.appoint_officer(
        actor_of(request),
        name=said["name"],
        identity=said["identity"],
        phone=said["phone"],
        role=Role(said["role"]),
        region=said["region"],
        document=said["document"],
        valid_from=said["valid_from"],
        valid_until=said["last_day"] + timedelta(days=1) if said["last_day"] else None,
        now=clock.now(),
    )


@login_required
@require_POST
def dismiss(request: HttpRequest, office_id: str) -> HttpResponse:
    commands.dismiss(actor_of(request), office_id=office_id, now=clock.now())
    messages.success(request, _("岗位已终止，自今日起不能再办理"))
    return redirect("parties:offices")
