"""Pages of payment batches (拨付) for every room that pays by them: what waits, the batch, its three hands, the bank's answers.

All that they do is handed in: the room that keeps batches, and the room whose own rows follow them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Machine
from kechuang.ui import clock
from kechuang.ui.forms import Form, TextField, YuanField
from kechuang.ui.requests import actor_of, attempt, back, chosen, page_of

_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class BatchForm(Form):
    region = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("批次名称"), max_length=200)


class BounceForm(Form):
    fen = YuanField(label=gettext_lazy("退汇金额（元）"))
    reference = forms.CharField(label=gettext_lazy("银行退汇流水号"), max_length=120)
    words = TextField(label=gettext_lazy("退汇原因"))


class ResultsForm(Form):
    file = forms.FileField(
        label=gettext_lazy("银行回执文件"),
        help_text=gettext_lazy("银行返回的支付结果（CSV 或 xlsx），可以重复上传，每笔只生效一次。"),
    )


class ReturnForm(Form):
    reason = TextField(label=gettext_lazy("理由"), max_length=500)


class Office(Protocol):
    """What one office can pay now."""

    @property
    def region(self) -> str: ...

    @property
    def name(self) -> str: ...


class Read(Protocol):
    """What became of one answer of the bank."""

    @property
    def applied(self) -> bool: ...

    @property
    def refused(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the room that keeps batches of one purpose does with one, and answers about it."""

    machine: Machine
    batches: Callable[[Actor, str], Any]  # (actor, state): the rows of the list
    batch: Callable[[Actor, str], Any]
    bank_name: Callable[[], str]  # "" where files are carried by hand
    approve: Callable[..., object]
    release: Callable[..., object]
    export: Callable[..., Any]
    paper: Callable[[Actor, str], tuple[str, bytes]]


class Commands(Protocol):
    """What a room does around a batch: its own rows follow the batch in the same transaction."""

    @property
    def cancel_batch(self) -> Callable[..., object]: ...

    @property
    def return_batch(self) -> Callable[..., object]: ...

    @property
    def transmit(self) -> Callable[..., Sequence[Read]]: ...

    @property
    def ask_bank(self) -> Callable[..., Sequence[Read]]: ...

    @property
    def read_result_file(self) -> Callable[..., Sequence[Read]]: ...

    @property
    def bounce(self) -> Callable[..., object]: ...


@dataclass(frozen=True, slots=True)
class Payouts:
    """The pages of one purpose of paying. `item` is what it calls one of what it pays; titles take {office} and {day}."""

    keeps: Keeping
    room: str  # whose addresses they are
    one: str  # the address of one item
    title: str
    item: str
    batch_title: str
    waiting: Callable[[Actor, date], Sequence[Office]]
    prepare: Callable[..., str]  # (actor, region=, title=, chosen=, now=): the batch's id
    commands: Commands

    def addresses(self) -> list[URLPattern]:
        """Its addresses, all for those who are signed in; what changes something is posted."""

        def page(place: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(f"payouts{place}", login_required(view), name=name)

        def act(place: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(f"payouts{place}", require_POST(login_required(view)), name=name)

        batch = "/<str:batch_id>"
        return [
            page("", self.list_page, "payouts"),
            act("/prepare", self.prepare_page, "prepare"),
            page(batch, self.batch_page, "batch"),
            act(f"{batch}/approve", self.approve, "approve_batch"),
            act(f"{batch}/return", self.return_, "return_batch"),
            act(f"{batch}/cancel", self.cancel, "cancel_batch"),
            act(f"{batch}/release", self.release, "release_batch"),
            act(f"{batch}/file.<str:kind>", self.file, "payment_file"),
            act(f"{batch}/transmit", self.transmit, "transmit"),
            act(f"{batch}/ask", self.ask, "ask_bank"),
            act(f"{batch}/results", self.results, "results"),
            act(f"{batch}/lines/<str:line_id>/bounce", self.bounce, "bounce"),
            page(f"{batch}/form", self.approval_form, "approval_form"),
        ]

    def list_page(self, request: HttpRequest, *, form: BatchForm | None = None, status: int = 200) -> HttpResponse:
        actor, on = actor_of(request), clock.today()
        tried = {form["region"].value(): form} if form else {}
        state = request.GET.get("state", "")
        context = {
            "waiting": [
                (office, tried.get(office.region) or self._form(office, on)) for office in self.waiting(actor, on)
            ],
            "page": page_of(request, self.keeps.batches(actor, state)),
            "machine": self.keeps.machine,
            "prepares": actor.holds(Role.COUNTY_OFFICER),
            **self._names(),
        }
        return render(request, "ui/batches/payouts.html", context, status=status)

    def _form(self, office: Office, on: date) -> BatchForm:
        """A batch is named after its office and day unless the officer says otherwise."""
        title = _(self.batch_title).format(office=office.name, day=on.isoformat())
        return BatchForm(initial={"title": title, "region": office.region}, auto_id=f"id_{office.region}_%s")

    def _names(self) -> dict[str, object]:
        """What the templates call the addresses, and what they say of what is paid."""
        names = {str(address.name): f"{self.room}:{address.name}" for address in self.addresses()}
        return {"to": names | {"one": self.one}, "what": self}

    def prepare_page(self, request: HttpRequest) -> HttpResponse:
        form = BatchForm(request.POST)
        tried = attempt(
            form,
            lambda: self.prepare(
                actor_of(request),
                title=form.cleaned_data["title"],
                chosen=chosen(request),
                region=form.cleaned_data["region"],
                now=clock.now(),
            ),
        )
        if not tried.done:
            return self.list_page(request, form=form, status=tried.status)
        messages.success(request, _("已编制拨付批次，等待审批"))
        return redirect(f"{self.room}:batch", tried.value)

    def batch_page(self, request: HttpRequest, batch_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
        actor = actor_of(request)
        sheet = self.keeps.batch(actor, batch_id)
        context = {
            "sheet": sheet,
            "batch": sheet.batch,
            "machine": self.keeps.machine,
            "roles": actor.roles_in(sheet.batch.region),
            "may": {move.action for move in sheet.open_moves},
            "bank": self.keeps.bank_name(),
            "reason": ReturnForm(),
            "results_form": ResultsForm(),
            "bounce": BounceForm(),
            "results": [],
            **self._names(),
            **given,
        }
        return render(request, "ui/batches/batch.html", context, status=status)

    def approve(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        return self._signed(request, batch_id, self.keeps.approve, _("已审批，等待财政核准拨付"))

    def release(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        return self._signed(request, batch_id, self.keeps.release, _("已核准拨付，可送银行"))

    def _signed(self, request: HttpRequest, batch_id: str, call: Callable[..., object], words: str) -> HttpResponse:
        call(actor_of(request), batch_id=batch_id, digest=request.POST.get("digest", ""), now=clock.now())
        return self._done(request, batch_id, words)

    def _done(self, request: HttpRequest, batch_id: str, words: str) -> HttpResponse:
        messages.success(request, words)
        return back(request, f"{self.room}:batch", batch_id)

    def cancel(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        self.commands.cancel_batch(actor_of(request), batch_id=batch_id, now=clock.now())
        return self._done(request, batch_id, _("批次已撤销，所含各项等待重新编入"))

    def return_(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        form = ReturnForm(request.POST)
        actor, now, call = actor_of(request), clock.now(), self.commands.return_batch
        tried = attempt(form, lambda: call(actor, batch_id=batch_id, reason=form.cleaned_data["reason"], now=now))
        if not tried.done:
            return self.batch_page(request, batch_id, reason=form, status=tried.status)
        return self._done(request, batch_id, _("批次已退回，所含各项等待重新编入"))

    def file(self, request: HttpRequest, batch_id: str, kind: str) -> HttpResponse:
        if kind not in _MEDIA:  # asked before a file is made: making one sends the batch
            raise NotVisible
        made = self.keeps.export(actor_of(request), batch_id=batch_id, kind=kind, now=clock.now())
        return _download(made.name, made.content, _MEDIA[kind])

    def transmit(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        read = self.commands.transmit(actor_of(request), batch_id=batch_id, now=clock.now())
        return self._read(request, batch_id, read)

    def ask(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        read = self.commands.ask_bank(actor_of(request), batch_id=batch_id, now=clock.now())
        return self._read(request, batch_id, read)

    def results(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        form = ResultsForm(request.POST, request.FILES)
        actor, now, call = actor_of(request), clock.now(), self.commands.read_result_file

        def read() -> Sequence[Read]:
            given = form.cleaned_data["file"]
            return call(actor, batch_id=batch_id, name=given.name, content=given.read(), now=now)

        tried = attempt(form, read)
        if not tried.done:
            return self.batch_page(request, batch_id, results_form=form, status=tried.status)
        return self._read(request, batch_id, tried.value)

    def _read(self, request: HttpRequest, batch_id: str, read: Sequence[Read]) -> HttpResponse:
        applied = sum(result.applied for result in read)
        refused = [result for result in read if result.refused]
        messages.success(request, _("已读取 %(count)s 笔支付结果") % {"count": applied})
        if refused:
            return self.batch_page(request, batch_id, results=refused)
        return redirect(f"{self.room}:batch", batch_id)

    def bounce(self, request: HttpRequest, batch_id: str, line_id: str) -> HttpResponse:
        form = BounceForm(request.POST)
        given = form.cleaned_data if form.is_valid() else {}
        call = self.commands.bounce
        tried = attempt(form, lambda: call(actor_of(request), line_id=line_id, now=clock.now(), **given))
        if not tried.done:
            return self.batch_page(request, batch_id, bounce=form, status=tried.status)
        return self._done(request, batch_id, _("已登记退汇，所含各项待更正账户后重新拨付"))

    def approval_form(self, request: HttpRequest, batch_id: str) -> HttpResponse:
        name, content = self.keeps.paper(actor_of(request), batch_id)
        return _download(name, content, "application/pdf")


def _download(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
