"""Papers for title review: issuing, printing, and the public page that says whether one is unchanged."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.documents.rules import Grid, Sheet, Signature, print_pdf
from kechuang.kernel.money import yuan
from kechuang.ui import clock
from kechuang.ui.days import words
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.usage import commands, queries
from kechuang.usage.forms import CodeForm, PaperForm
from kechuang.usage.pages.records import attachment
from kechuang.usage.rules import hours_text
from kechuang.usage.states import LIST_SHOWN

_GRADES = ("a", "b", "c")


@login_required
def papers(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    people = queries.operators_of(actor, on=clock.today())
    form = PaperForm(request.POST or None, people=people, initial={"person": actor.person_id, "last_on": clock.today()})
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.issue_paper(actor, now=clock.now(), **form.said()))
        if tried.done:
            messages.success(request, _("已开具，可打印；持验证码者可核验"))
            return redirect("usage:paper", tried.value.id)
        status = tried.status
    page = page_of(request, queries.papers_of(actor), size=LIST_SHOWN)
    return render(request, "usage/papers.html", {"form": form, "page": page, "people": people}, status=status)


@login_required
def paper(request: HttpRequest, paper_id: str) -> HttpResponse:
    row = queries.paper(actor_of(request), paper_id)
    return render(
        request, "usage/paper.html", {"row": row, "shown": shown(row), "verify_url": _verify_url(request, row)}
    )


@login_required
def paper_pdf(request: HttpRequest, paper_id: str) -> HttpResponse:
    row = queries.paper(actor_of(request), paper_id)
    facts = shown(row)
    grid = Grid(
        head=(_("仪器（服务）"), _("次数"), _("机时（小时）"), _("报告（份）"), _("金额（元）")),
        rows=[
            (one["name"], str(one["services"]), one["hours"], str(one["reports"]), one["amount"])
            for one in facts["lines"]
        ],
        right=frozenset({1, 2, 3, 4}),
        total=(_("合计"), str(facts["services"]), facts["hours"], str(facts["reports"]), facts["amount"]),
        widths=(8, 2, 3, 2, 3),
    )
    sheet = Sheet(
        title=_("技术人员服务业绩证明"),
        number=row.number,
        subtitle=f"{facts['party']} · {facts['name']} · {facts['period']}",
        blocks=[
            facts["sentence"],
            facts["evidence"],
            grid,
            _("内容摘要（SHA-256）：{digest}").format(digest=row.digest),
        ],
        signatures=[Signature(_("开具单位（盖章）"), facts["party"]), Signature(_("经办人（签字）"))],
        qr=_verify_url(request, row),
    )
    return attachment(f"{_('技术人员服务业绩证明')}-{facts['name']}.pdf", print_pdf(sheet), "application/pdf")


def verify(request: HttpRequest) -> HttpResponse:
    """For everybody who holds a code; without it nothing is told."""
    form = CodeForm(request.GET or None)
    code = form.chosen().get("code", "") if form.is_bound else ""
    found = queries.verified(code) if code else None
    context = {"form": form, "code": code, "found": found, "shown": shown(found.paper) if found else None}
    response = render(request, "usage/verify.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def shown(row: Any) -> dict[str, Any]:
    """A paper's content in words, as it was printed."""
    content = row.content
    lines = [
        {
            "name": name or _("不用仪器的服务"),
            "services": services,
            "hours": hours_text(minutes),
            "reports": reports,
            "amount": yuan(fen),
        }
        for name, services, minutes, reports, fen in content["lines"]
    ]
    last = row.valid_until.fromordinal(row.valid_until.toordinal() - 1)
    period = f"{words(row.valid_from, year=True)} – {words(last, year=True)}"
    hours, graded = hours_text(content["minutes"]), {mark: hours_text(content["graded"][mark]) for mark in _GRADES}
    return {
        "name": content["name"],
        "party": content["party"],
        "period": period,
        "services": content["services"],
        "hours": hours,
        "reports": content["reports"],
        "amount": yuan(content["amount_fen"]),
        "lines": lines,
        "sentence": _(
            "兹证明 {name} 在此期间提供科研仪器设备与技术服务 {services} 次（其中对外 {external} 次，服务企业、单位 {clients} 家），"
            "机时 {hours} 小时，出具报告 {reports} 份。"
        ).format(
            name=content["name"], services=content["services"], external=content["external"], clients=content["clients"],
            hours=hours, reports=content["reports"],
        ),
        "evidence": _("机时按证据：计量（A）{a} 小时，上机记录（B）{b} 小时，填报（C）{c} 小时。").format(**graded),
    }  # fmt: skip


def _verify_url(request: HttpRequest, row: Any) -> str:
    return request.build_absolute_uri(f"{reverse('usage:verify')}?code={row.number}")
