"""The API assembled: each room's router under the room's name, one form for every "no" (RFC 9457)."""

from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import django_auth

from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.site.middleware import CROSSED, BeyondBounds, MetAnother
from kechuang.ui import words

api = NinjaAPI(
    title="科创云 · kechuang",
    version="1",
    description="金额单位为分；日期为北京时间的法定日 · Amounts are fen, days are legal days in Asia/Shanghai.",
    auth=django_auth,
    urls_namespace="api",
)


def problem(status: int, title: str, *, code: str = "", detail: str = "", **more: object) -> HttpResponse:
    """One problem: `type` names it for programs, `title` and `detail` for people."""
    kind = f"urn:kechuang:problem:{code}" if code else "about:blank"
    body = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        **({"code": code} if code else {}),
        **more,
    }
    shown = {"ensure_ascii": False}
    return JsonResponse(body, status=status, content_type="application/problem+json", json_dumps_params=shown)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    more = {"field": refusal.field} if refusal.field else {}
    facts = {name: value if isinstance(value, int | str) else str(value) for name, value in refusal.facts.items()}
    text, remedy = words.refusal_text(refusal), words.refusal_remedy(refusal)
    return problem(refusal.status, text, code=refusal.code, detail=remedy, facts=facts, **more)


@api.exception_handler(NotVisible)
@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, _("没有找到，或不由您查看"))


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    title = _("请求的内容不符合接口说明")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, title, code="api.malformed", errors=error.errors)


@api.exception_handler(AuthenticationError)
def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(HTTPStatus.UNAUTHORIZED, _("请先登录"), code="api.signed_out")


@api.exception_handler(DataError)
@api.exception_handler(UnicodeEncodeError)
def beyond_bounds(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(request, BeyondBounds())


@api.exception_handler(OperationalError)
def met_another(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Any other fault of the database stays one."""
    if not isinstance(error.__cause__, CROSSED):
        raise error
    return refused(request, MetAnother())


@api.exception_handler(HttpError)
def answered(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


for _room in settings.ROOMS:
    if _room != "site" and find_spec(f"kechuang.{_room}.api"):
        api.add_router(f"/{_room}/", import_module(f"kechuang.{_room}.api").router)
