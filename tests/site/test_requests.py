"""What holds for every request."""

import json
import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from ninja.errors import AuthenticationError
from psycopg import errors
from pytest_django import Settings

from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.site.api import api
from kechuang.site.urls import urlpatterns as ours
from kechuang.ui import clock

INSTANT = datetime(2025, 11, 21, 1, tzinfo=UTC)


class TooMuch(Refusal):
    code = "site.too_much"
    text = _("余额 {balance_fen} 不足")
    remedy = _("请减少金额")
    status = 422


def refuses(request: HttpRequest) -> HttpResponse:
    raise TooMuch(balance_fen=123_456)


def hides(request: HttpRequest) -> HttpResponse:
    raise NotVisible


def breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def overflows(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint", [str(10**19)])
    return HttpResponse()


def crosses(request: HttpRequest) -> HttpResponse:
    """Holds one lock and waits for another, whose holder waits for this one."""
    meeting = threading.Barrier(2)

    def other() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(2)")
            meeting.wait()
            time.sleep(0.2)  # the view waits first, and is the first to look for the circle
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
        connection.close()

    beside = threading.Thread(target=other)
    beside.start()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
            meeting.wait()
            cursor.execute("SELECT pg_advisory_xact_lock(2)")
    finally:
        beside.join()
    return HttpResponse()


def tells_the_time(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{clock.now().isoformat()} {clock.now() == clock.now()} {clock.today()}")


class Urls:
    urlpatterns = (
        path("refuses", refuses),
        path("hides", hides),
        path("breaks", breaks),
        path("overflows", overflows),
        path("crosses", crosses),
        path("time", tells_the_time),
        path("", include(ours)),
    )


@pytest.fixture
def visitor(settings: Settings, db: None) -> Client:
    settings.ROOT_URLCONF = Urls
    return Client()


def test_two_acts_that_wait_for_each_other_are_told_so_and_one_of_them_stands(visitor: Client) -> None:
    answer = visitor.get("/crosses")
    assert answer.status_code == 409
    assert "没有保存任何内容" in answer.content.decode()


def test_programs_are_told_the_same_and_any_other_fault_of_the_database_stays_one(db: None) -> None:
    request, crossed, lost = RequestFactory().get("/api/"), OperationalError(), OperationalError()
    crossed.__cause__, lost.__cause__ = errors.DeadlockDetected(), errors.AdminShutdown()
    answer = api.on_exception(request, crossed)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "site.met_another")
    with pytest.raises(OperationalError):
        api.on_exception(request, lost)


def test_a_refusal_is_a_page_with_its_status_the_rule_and_the_remedy(visitor: Client) -> None:
    answer = visitor.get("/refuses")
    assert answer.status_code == 422
    assert "¥1,234.56" in answer.text
    assert "请减少金额" in answer.text


def test_a_part_of_a_page_is_answered_with_a_part(visitor: Client) -> None:
    answer = visitor.get("/refuses", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "<html" not in answer.text


def test_what_is_not_visible_is_not_found(visitor: Client) -> None:
    assert visitor.get("/hides").status_code == 404


def test_everything_else_is_a_bug_and_crashes(visitor: Client) -> None:
    with pytest.raises(ZeroDivisionError):
        visitor.get("/breaks")


def test_one_request_has_one_instant(visitor: Client) -> None:
    assert " True " in visitor.get("/time").text


def test_a_pinned_instant_counts_in_the_request_too(visitor: Client) -> None:
    with clock.at(INSTANT):
        assert visitor.get("/time").text.startswith(INSTANT.isoformat())


def test_the_demonstration_runs_ahead_of_the_database(visitor: Client, settings: Settings) -> None:
    settings.CLOCK_OFFSET = INSTANT - clock.database_time()
    assert visitor.get("/time").text.endswith("2025-11-21")


def test_no_foreign_or_inline_script_is_allowed(visitor: Client) -> None:
    answer = visitor.get("/health")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_from_elsewhere_is_refused(settings: Settings, db: None) -> None:
    settings.ROOT_URLCONF = Urls
    assert Client(enforce_csrf_checks=True).post("/language/setlang/", {"language": "en"}).status_code == 403


def test_the_api_says_no_as_a_problem(db: None) -> None:
    answer = api.on_exception(RequestFactory().get("/api/"), TooMuch(balance_fen=123_456))
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    problem = answer.content.decode()
    assert '"code": "site.too_much"' in problem
    assert '"type": "urn:kechuang:problem:site.too_much"' in problem
    assert '"balance_fen": 123456' in problem
    assert "¥1,234.56" in problem


def test_the_api_does_not_tell_what_exists(db: None) -> None:
    assert api.on_exception(RequestFactory().get("/api/"), NotVisible()).status_code == 404


def test_the_api_asks_for_a_sign_in(db: None) -> None:
    answer = api.on_exception(RequestFactory().get("/api/"), AuthenticationError())
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert api.auth, "every address asks for it that does not say otherwise"


def test_what_no_column_holds_is_refused_and_is_no_breakdown(visitor: Client) -> None:
    answer = visitor.get("/overflows")
    assert (answer.status_code, "数值过大" in answer.content.decode()) == (422, True)
