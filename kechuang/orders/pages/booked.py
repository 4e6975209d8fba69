"""From a booking to an order (据预约下单), and a provider's standing word to quote by its published prices."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kechuang.catalog.states import UNIT_LABELS
from kechuang.orders import commands, queries
from kechuang.orders.forms import BookedForm
from kechuang.orders.pages.asking import named
from kechuang.orders.rules import Booked
from kechuang.orders.states import MINUTES_DIGITS, OrderState
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back

UNITS = {str(unit): label for unit, label in UNIT_LABELS.items()}


@login_required
def booked(request: HttpRequest, booking_id: str) -> HttpResponse:
    """What the booked time costs after the voucher, and the one button that makes the order of it."""
    actor = actor_of(request)
    found = queries.booked_price(actor, booking_id, price_id=request.GET.get("price", ""), on=clock.today())
    price = found.time
    if found.booked.order_id:
        return redirect("orders:order", found.booked.order_id)
    vouchers = [named(one) for one, _after in price.vouchers]
    initial = {"voucher": vouchers[0][0] if vouchers else "", "price": price.lines[0].price_id if price.lines else ""}
    form = BookedForm(
        request.POST or None,
        vouchers=vouchers,
        schemes=price.schemes,
        fitting=price.fitting,
        units=UNITS,
        initial=initial,
    )
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.order_booking(actor, booking_id=booking_id, now=clock.now(), **form.given())
        )
        if tried.done:
            return _onward(request, tried.value)
        status = tried.status
    return render(
        request,
        "orders/booked.html",
        {"booked": found.booked, "price": price, "form": form, "units": UNITS},
        status=status,
    )


@login_required
@require_GET
def booking_order(request: HttpRequest, booking_id: str) -> HttpResponse:
    """The part of a booking's page that says what it costs and leads to the order (loaded into it)."""
    part = queries.booking_order(actor_of(request), booking_id, on=clock.today())
    price = part.price.time if part.price else None
    shown = {"booking_id": booking_id, "price": price, "order": part.order, "units": UNITS}
    return render(request, "orders/_booked.html", shown)


@require_GET
def booking_price(request: HttpRequest, offer_id: str) -> HttpResponse:
    """What a time of `minutes` would cost (loaded into the form that books it)."""
    typed = request.GET.get("minutes", "")
    minutes = int(typed) if typed.isdecimal() and len(typed) < MINUTES_DIGITS else 0
    price = queries.time_price(actor_of(request), offer_id, Booked(minutes), on=clock.today())
    return render(request, "orders/_booking_price.html", {"price": price, "units": UNITS})


@login_required
@require_GET
def standing(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The part of the provider's page of an offer that opens or ends the standing word (loaded into it)."""
    found = queries.own_standing(actor_of(request), offer_id)
    return render(request, "orders/_standing.html", {"offer_id": offer_id, "standing": found})


@login_required
@require_POST
def stand(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Opens or ends the standing word; a refusal becomes the page that says why."""
    actor = actor_of(request)
    if request.POST.get("end"):
        commands.end_quoting_by_list(actor, offer_id=offer_id, now=clock.now())
        messages.success(request, _("已停止自动报价，之后的预约订单由您逐单报价"))
    else:
        declares = bool(request.POST.get("declares"))
        commands.quote_by_list(actor, offer_id=offer_id, declares=declares, now=clock.now())
        messages.success(request, _("已开启自动报价，预约确认后使用者可直接下单"))
    return back(request, "catalog:offer", offer_id)


def _onward(request: HttpRequest, order: queries.Order) -> HttpResponse:
    if order.state == OrderState.QUOTED:
        messages.success(request, _("已按公布价报价，请核对券后价并下单"))
        return redirect("orders:place", order.id)
    messages.success(request, _("委托已送达服务机构，请等待报价"))
    return redirect("orders:order", order.id)
