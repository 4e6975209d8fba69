"""Asking for a quote, quoting, and placing the order with all that is shown before (委托、报价、下单)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import SERVICE_LABELS, UNIT_LABELS
from kechuang.kernel.money import yuan
from kechuang.orders import commands, queries
from kechuang.orders.forms import PlaceForm, QuoteForm, RequestForm
from kechuang.orders.queries import as_frozen
from kechuang.orders.rules import asked_again
from kechuang.orders.states import MACHINE, OFFICE_LABELS
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt
from kechuang.vouchers.queries import LiveVoucher, fresh_key

UNITS = {str(unit): label for unit, label in UNIT_LABELS.items()}


def named(live: LiveVoucher) -> tuple[str, str]:
    left = yuan(live.balance.free_fen)
    return live.voucher.id, _("{number}（可用 {left} 元）").format(number=live.voucher.number, left=left)


@login_required
def request(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The offer with its prices after the voucher, and the form that asks for a quote."""
    actor = actor_of(request)
    asking = queries.asking(actor, offer_id, on=clock.today())
    vouchers = [named(one) for one in asking.vouchers]
    initial = {"voucher": vouchers[0][0]} if vouchers else {}  # who has a voucher came to use it
    form = RequestForm(request.POST or None, vouchers=vouchers, schemes=asking.schemes, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.request(
                actor, offer_id=offer_id, key=request.POST.get("key", ""), now=clock.now(), **form.given()
            ),
        )
        if tried.done:
            messages.success(request, _("委托已送达服务机构，请等待报价"))
            return redirect("orders:order", tried.value.id)
        status = tried.status
    context = {
        "asking": asking,
        "offer": asking.offer,
        "form": form,
        "key": fresh_key(),
        "units": UNITS,
        "service": {str(code): label for code, label in SERVICE_LABELS.items()}.get(asking.offer.service_class, ""),
    }
    return render(request, "orders/request.html", context, status=status)


@login_required
def quote(request: HttpRequest, order_id: str) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    sheet = queries.sheet(actor, order_id, on=on)
    prices = [as_frozen(line) for line in price_lines(sheet.order.offer_id, on=on)]
    before = asked_again(sheet.agreed.lines) if sheet.agreed else queries.asked_by_booking(sheet.order, prices)
    seen = {"seen": sheet.order.revision}
    form = QuoteForm(request.POST or None, prices=prices, asked=before, units=UNITS, initial=seen)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.quote(actor, order_id=order_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("报价已送达使用者"))
            return redirect("orders:order", order_id)
        status = tried.status
    context = {
        "sheet": sheet,
        "row": sheet.order,
        "form": form,
        "machine": MACHINE,
        "terms": sheet.order.terms["params"],
    }
    return render(request, "orders/quote.html", context, status=status)


@login_required
def place(request: HttpRequest, order_id: str) -> HttpResponse:
    """What you pay, who decides, what happens if; then the order."""
    actor = actor_of(request)
    placing = queries.placing(actor, order_id, on=clock.today())
    order = placing.sheet.order
    vouchers = [named(one) for one, _after in placing.choices]
    initial = {"seen": order.revision, "voucher": order.voucher_id or ""}
    form = PlaceForm(request.POST or None, vouchers=vouchers, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.place(actor, order_id=order_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("已下单，创新券额度已占用"))
            return redirect("orders:order", order_id)
        status = tried.status
    context = {
        "placing": placing,
        "sheet": placing.sheet,
        "row": order,
        "form": form,
        "machine": MACHINE,
        "office_labels": OFFICE_LABELS,
        "units": UNITS,
    }
    return render(request, "orders/place.html", context, status=status)
