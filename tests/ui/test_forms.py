"""Fields of the trade, and refusals that become errors without losing what was typed."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from kechuang.kernel.errors import Refusal
from kechuang.ui.forms import CreditCodeField, DayField, FilesField, FilterForm, Form, TextField, YuanField
from kechuang.ui.requests import attempt


@pytest.fixture(autouse=True)
def in_chinese() -> object:
    with translation.override("zh-hans"):
        yield


class Claim(Form):
    amount = YuanField(label="金额")
    on = DayField(label="日期", required=False)
    note = TextField(label="说明", required=False)


class TooMuch(Refusal):
    code = "test.too_much"
    text = "超过上限 {cap_fen}"
    remedy = "请减少金额"
    field = "amount"


class Elsewhere(TooMuch):
    field = "not_on_this_form"


@pytest.mark.parametrize(
    ("typed", "fen"), [("12,345.67", 1_234_567), ("￥１２", 1_200), ("0.5", 50), ("100 元", 10_000)]
)
def test_yuan_become_fen(typed: str, fen: int) -> None:
    form = Claim({"amount": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == fen


def test_a_third_decimal_is_refused_at_the_field_and_kept_as_typed() -> None:
    form = Claim({"amount": "12.345"})
    assert not form.is_valid()
    assert "12.345" in form.errors["amount"][0]
    assert form["amount"].value() == "12.345"


def test_an_amount_of_the_record_is_shown_in_yuan() -> None:
    assert Claim(initial={"amount": 1_234_567})["amount"].value() == "12,345.67"


@pytest.mark.parametrize("typed", ["2026-02-28", "2026/2/28", "2026年2月28日", "２０２６-02-28"])
def test_days_are_read_as_people_write_them(typed: str) -> None:
    form = Claim({"amount": "1", "on": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == date(2026, 2, 28)


def test_a_credit_code_is_checked_whole() -> None:
    class Code(Form):
        code = CreditCodeField(label="统一社会信用代码")

    form = Code({"code": "91330600MA"})
    assert not form.is_valid()
    assert "18 位" in form.errors["code"][0]
    assert next(line.text for line in form.error_lines()).count("统一社会信用代码") == 1


def test_an_empty_field_is_asked_for_in_words() -> None:
    class Asked(Form):
        name = forms.CharField(label="名称")
        kind = forms.ChoiceField(label="类别", choices=[("a", "甲")])
        paper = FilesField(label="报告")
        agreed = forms.BooleanField(label="我已阅读")

    form = Asked({})
    form.is_valid()
    assert [line.text for line in form.error_lines()] == [
        "请填写名称",
        "请选择类别",
        "请选择文件：报告",
        "请勾选：我已阅读",
    ]
    assert [line.target for line in form.error_lines()] == ["id_name", "id_kind", "id_paper", "id_agreed"]


def test_several_files_come_as_a_list() -> None:
    class Papers(Form):
        papers = FilesField(label="材料")

    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7") for n in range(2)]
    data: Any = {"papers": files}
    form = Papers({}, data)
    form.fields["papers"].widget.value_from_datadict = lambda _data, given, name: given[name]  # type: ignore[method-assign]
    assert form.is_valid(), form.errors
    assert [file.name for file in form.cleaned_data["papers"]] == ["0.pdf", "1.pdf"]


def test_a_refusal_stands_at_its_field_and_in_the_summary() -> None:
    form = Claim({"amount": "5", "note": "急"})

    def call() -> None:
        raise TooMuch(cap_fen=300)

    tried = attempt(form, call)
    assert (tried.done, tried.status) == (False, 409)
    assert form.errors["amount"] == ["超过上限 ¥3.00。请减少金额"]
    assert [(line.text, line.target) for line in form.error_lines()] == [("超过上限 ¥3.00。请减少金额", "id_amount")]
    assert form["note"].value() == "急"


def test_a_refusal_of_another_field_stands_on_top() -> None:
    form = Claim({"amount": "5"})

    def call() -> None:
        raise Elsewhere(cap_fen=300)

    attempt(form, call)
    assert form.non_field_errors() == ["超过上限 ¥3.00。请减少金额"]


def test_the_command_is_not_called_for_an_invalid_form() -> None:
    called: list[int] = []
    tried = attempt(Claim({"amount": "x"}), lambda: called.append(1))
    assert (tried.done, tried.status, called) == (False, 422, [])


def test_what_the_command_answers_is_the_value() -> None:
    tried = attempt(Claim({"amount": "5"}), lambda: "clm_1")
    assert (tried.done, tried.value) == (True, "clm_1")


def test_filters_are_never_required_and_an_unreadable_one_is_not_set() -> None:
    class Filters(FilterForm):
        since = DayField(label="自")
        words = forms.CharField(label="名称")

    assert Filters({"since": "gestern", "words": "电镜"}).chosen() == {"words": "电镜"}
