"""The components, rendered."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from kechuang.kernel.actor import PUBLIC, Role
from kechuang.kernel.workdays import Workdays
from kechuang.ui import clock, days
from kechuang.ui.forms import Form, TextField
from kechuang.ui.show import Tone, steps, tone
from kechuang.ui.waiting import Urgency, most_urgent_first, waiting
from tests.ui import gallery

S = gallery.S


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    kept = list(days._calendar)
    days.read_calendar_from(Workdays)
    with translation.override("zh-hans"), clock.at(gallery.moment()):
        yield
    days._calendar[:] = kept


def shown(markup: str, **values: object) -> str:
    return Template("{% load i18n kechuang %}" + markup).render(Context(values))


@pytest.mark.parametrize(
    ("state", "roles", "colour"),
    [
        (S.SUBMITTED, {Role.COUNTY_OFFICER}, Tone.YOURS),
        (S.SUBMITTED, {Role.PROVIDER}, Tone.RUNNING),
        (S.PAID, set(), Tone.DONE),
        (S.REFUSED, set(), Tone.REFUSED),
        (S.WITHDRAWN, set(), Tone.CLOSED),
    ],
)
def test_the_colour_says_who_must_act(state: S, roles: set[Role], colour: Tone) -> None:
    assert tone(gallery.MACHINE, state, roles) is colour


def test_a_state_always_has_its_word() -> None:
    assert "待确认" in shown("{% state_badge machine 'submitted' %}", machine=gallery.MACHINE)


def test_a_price_says_what_you_pay_and_why() -> None:
    html = shown("{% money after %}", after=gallery.After())
    for part in ("¥12,345.67", "¥6,172.83", "¥6,172.84", "为什么", "示例参数", "单笔抵扣上限", "¥100,000.00"):
        assert part in html


def test_an_overdue_clock_says_so_in_words() -> None:
    assert "已超期 3 个工作日" in shown("{% clock_chip clock %}", clock=gallery.Clock(-3))
    assert "暂定" in shown("{% clock_chip clock %}", clock=gallery.Clock(3, provisional=True))
    assert "计时暂停" in shown("{% clock_chip clock %}", clock=gallery.Clock(3, state="suspended"))
    assert shown("{% clock_chip clock %}", clock=None).strip() == ""


def test_evidence_shows_both_values_and_the_verdict_in_a_word() -> None:
    rows = gallery.context(request())["evidence"]
    html = shown("{% evidence_table rows %}", rows=rows)
    for part in ("一致", "不一致", "缺", "¥12,345.67", "¥12,435.67"):
        assert part in html


def test_the_timeline_names_persons_only_where_the_reader_may_know_them() -> None:
    events = gallery.events()
    assert "陈明" not in shown("{% timeline events %}", events=events)
    named = shown("{% timeline events people %}", events=events, people={"psn_a": "陈明", "psn_b": "李红"})
    assert "陈明" in named
    assert "（代 李红）" in named


def test_what_was_typed_is_never_markup() -> None:
    assert "<script>" not in shown("{% head title=title %}{% endhead %}", title="<script>alert(1)</script>")
    assert "<script>" not in shown("{% empty text %}", text="<script>")


def test_a_stepper_marks_the_current_step() -> None:
    html = shown("{% stepper steps %}", steps=steps(["下单", "服务", "结算"], 1))
    assert html.count('aria-current="step"') == 1


def test_the_last_day_of_an_exclusive_end_is_the_day_before() -> None:
    assert shown("{{ until|last_day }}", until=date(2026, 1, 1)) == "2025年12月31日（周三）"


def test_a_question_is_asked_once_and_says_what_follows() -> None:
    html = shown("{% confirm label='撤销入库' url='/x' happens='撤销后不能再接单' %}{% endconfirm %}", csrf_token="t")
    assert "撤销后不能再接单" in html
    assert "办理后不能撤回" in html
    assert 'action="/x"' in html


class Reasoned(Form):
    reason = TextField(label="理由")


def test_two_dialogues_with_one_field_name_label_each_its_own() -> None:
    page = """{% confirm label='退回补正' url='/a' %}{% field form.reason %}{% endconfirm %}
    {% confirm label='不予确认' url='/b' %}{% field form.reason %}{% endconfirm %}"""
    html = shown(page, csrf_token="t", form=Reasoned())
    for serial in (1, 2):
        assert html.count(f'id="k-confirm-{serial}-id_reason"') == 1
        assert html.count(f'for="k-confirm-{serial}-id_reason"') == 1
    assert 'id="id_reason"' not in html


def test_the_workbench_is_sorted_by_urgency_then_day_then_number() -> None:
    def row(number: str, left: int | None) -> object:
        clock_ = None if left is None else gallery.Clock(left)
        return waiting("办", subject_id=number, number=number, url="/", state_label="待办", clock=clock_)

    rows = sorted([row("d", None), row("c", 9), row("b", 2), row("a", -1), row("e", 0)], key=most_urgent_first)  # type: ignore[arg-type]
    assert [one.number for one in rows] == ["a", "e", "b", "c", "d"]  # type: ignore[attr-defined]
    assert rows[0].urgency is Urgency.OVERDUE  # type: ignore[attr-defined]


class _Inline(HTMLParser):
    """Finds what the content security policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.found.append(tag)


def request() -> object:
    made = RequestFactory().get("/gallery")
    made.actor = PUBLIC  # type: ignore[attr-defined]
    return made


@pytest.mark.django_db
def test_no_component_carries_inline_script_or_style() -> None:
    parser = _Inline()
    parser.feed(gallery.page(request()).content.decode())  # type: ignore[arg-type]
    assert parser.found == []
