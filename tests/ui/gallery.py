"""Every component once on one page: what the tests of `ui` render and what a browser looks at."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template

from kechuang.kernel.actor import Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.workdays import Unit
from kechuang.ui import clock
from kechuang.ui.forms import CreditCodeField, DayField, FilesField, FilterForm, Form, TextField, YuanField
from kechuang.ui.show import Evidence, MoneyRow, Verdict, steps


class S(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MACHINE = Machine(
    "claim",
    S,
    S.DRAFT,
    [
        Move("submit", {S.DRAFT, S.RETURNED}, S.SUBMITTED, {Role.PROVIDER}, "提交申兑材料"),
        Move("return", {S.SUBMITTED}, S.RETURNED, {Role.COUNTY_OFFICER}, "退回补正", data=True),
        Move("pay", {S.SUBMITTED}, S.PAID, {Role.COUNTY_OFFICER}, "确认服务事项"),
        Move("refuse", {S.SUBMITTED}, S.REFUSED, {Role.COUNTY_OFFICER}, "不予兑付", data=True),
        Move("withdraw", {S.SUBMITTED}, S.WITHDRAWN, {Role.PROVIDER}, "撤回申兑"),
    ],
    labels={
        S.DRAFT: "草稿",
        S.SUBMITTED: "待确认",
        S.RETURNED: "退回补正",
        S.PAID: "已兑付",
        S.REFUSED: "不予兑付",
        S.WITHDRAWN: "已撤回",
    },
    waits={S.SUBMITTED: Role.COUNTY_OFFICER, S.RETURNED: Role.PROVIDER},
)

RECORD: dict[str, dict[str, Any]] = {
    "rate_bp": {
        "is": 5_000,
        "meaning": "抵扣比例",
        "article": "绍兴试点方案 三（一）3",
        "from": "2021-12-01",
        "illustrative": True,
        "reading": False,
    },
    "order_cap_fen": {
        "is": 10_000_000,
        "meaning": "单笔抵扣上限",
        "article": "绍兴试点方案 三（一）4",
        "from": "2021-12-01",
        "illustrative": False,
        "reading": True,
        "text": "单笔服务抵扣不超过十万元。",
        "source": "绍兴市创新券“无感直兑”试点方案",
    },
}


@dataclass(frozen=True)
class Clock:
    left: int
    due_on: date = date(2026, 2, 28)
    unit: Unit = Unit.WORKING_DAYS
    provisional: bool = False
    state: str = "running"


@dataclass(frozen=True)
class After:
    price_fen: int = 1_234_567
    voucher_fen: int = 617_283
    you_pay_fen: int = 617_284
    bound_by: str = "抵扣比例"
    record: dict[str, Any] = field(default_factory=lambda: RECORD)


class TooMuch(Refusal):
    code = "gallery.too_much"
    text = "余额 {balance_fen} 不足以抵扣 {asked_fen}"
    remedy = "请减少抵扣金额，或在 {until_on} 前再申领一张券"
    field = "amount"


class GalleryForm(Form):
    amount = YuanField(label="申请金额（元）", help_text="含税金额，最多两位小数")
    code = CreditCodeField(label="统一社会信用代码")
    day = DayField(label="服务完成日", required=False)
    kind = forms.ChoiceField(label="服务类别", choices=[("test", "分析测试"), ("design", "研发设计")])
    side = forms.ChoiceField(
        label="谁来承担运费", choices=[("a", "服务机构"), ("b", "企业")], widget=forms.RadioSelect, required=False
    )
    why = TextField(label="说明", required=False)
    files = FilesField(label="服务报告", help_text="PDF 或 OFD，每份不超过 50 MB")
    agree = forms.BooleanField(label="我已阅读并同意信用承诺")


class Filters(FilterForm):
    words = forms.CharField(label="名称或编号")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("a", "待确认")])


def events() -> list[Any]:
    start = clock.instant(date(2026, 2, 9))
    rows = [("提交申兑材料", "provider", 0), ("确认服务事项", "county_officer", 3), ("拨付", "county_finance", 20)]
    return [
        SimpleNamespace(
            label=label,
            role=role,
            at=start + timedelta(days=days),
            article="绍兴试点方案 三（三）2" if days else "",
            region="330602",
            person_id="psn_a",
            stands_in_for="psn_b" if days == 3 else "",
        )
        for label, role, days in rows
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    form = GalleryForm({"amount": "12.345", "code": "91330600MA", "kind": "test"})
    form.is_valid()
    rows = [
        {
            "number": f"DF-7K3M-9QF2-XY4T-0GH{n}-A",
            "party": "绍兴文理学院附属分析测试中心（纺织材料联合实验室）",
            "fen": n * 123_456,
        }
        for n in range(1, 6)
    ]
    return {
        "form": form,
        "machine": MACHINE,
        "states": list(S),
        "officer": {Role.COUNTY_OFFICER},
        "clocks": [Clock(9), Clock(2), Clock(0), Clock(-3), Clock(5, provisional=True), Clock(4, state="suspended")],
        "clock": Clock(2),
        "after": After(),
        "record": RECORD,
        "events": events(),
        "people": {"psn_a": "陈明", "psn_b": "李红"},
        "places": {"330602": "越城区"},
        "evidence": [
            Evidence("购买方名称", "浙江某某材料有限公司", "浙江某某材料有限公司", Verdict.AGREES, "发票 1"),
            Evidence("价税合计", "¥12,345.67", "¥12,435.67", Verdict.DIFFERS, "发票 1", "相差 ¥90.00"),
            Evidence("服务报告", "应有", "", Verdict.MISSING),
        ],
        "lines": [MoneyRow("检测费", 1_000_000, "5 小时 × ¥2,000.00"), MoneyRow("加急费", 234_567)],
        "total": 1_234_567,
        "steps": steps(["下单", "服务", "验收", "结算"], 2),
        "file": SimpleNamespace(
            name="服务报告（盖章版）2026-02-09.pdf", size=2_345_678, sha256="ab12" * 16, kind_label="服务报告"
        ),
        "refusal": TooMuch(balance_fen=100, asked_fen=200, until_on="2026-02-28"),
        "filters": Filters(request.GET or None),
        "page": Paginator(range(500), 50).get_page(3),
        "rows": rows,
        "moves": MACHINE.open(S.SUBMITTED, {Role.COUNTY_OFFICER}),
        "option": {
            "k_money": True,
            "xAxis": {"type": "category", "data": ["越城区", "柯桥区", "上虞区"]},
            "yAxis": {"type": "value"},
            "tooltip": {},
            "series": [{"type": "bar", "data": [123_456_789, 98_765_432, 45_678_901]}],
        },
    }


def page(request: HttpRequest) -> HttpResponse:
    template = Template(Path(__file__).with_suffix(".html").read_text())
    return HttpResponse(template.render(RequestContext(request, context(request))))


def moment() -> datetime:
    return clock.instant(date(2025, 11, 21))
