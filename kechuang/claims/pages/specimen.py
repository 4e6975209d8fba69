"""示例发票: a demonstration has no tax platform to download an invoice from. Nowhere else is this page there."""

import zlib

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.claims import queries
from kechuang.documents.rules import Figures, invoice_number, specimen_invoice_xml
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.ui import clock
from kechuang.ui.requests import actor_of


@login_required
@require_safe
def specimen(request: HttpRequest, claim_id: str) -> HttpResponse:
    """The invoice that fits the order of a claim, for its provider to go the way with (示例发票，不是真实票据)."""
    sheet = queries.sheet(actor_of(request), claim_id=claim_id, on=clock.today())
    if not settings.DEMO or Role.PROVIDER not in sheet.roles:
        raise NotVisible
    order, on = sheet.order, clock.today()
    serial = zlib.crc32(
        f"{claim_id}:{len(sheet.files)}".encode()
    )  # another after a paper was brought: one number, one use
    figures = Figures(
        number=invoice_number(on, serial),
        buyer_name=order.holder.name,
        buyer_code=order.holder.credit_code,
        seller_name=order.provider.name,
        seller_code=order.provider.credit_code,
        gross_fen=order.price_fen,
        issued_on=on,
    )
    answer = HttpResponse(specimen_invoice_xml(figures), content_type="application/xml")
    answer["Content-Disposition"] = content_disposition_header(True, f"{_('示例发票')}-{figures.number}.xml")
    return answer
