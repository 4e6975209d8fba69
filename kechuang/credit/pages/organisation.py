"""Pages of one's own organisation, of payee accounts and their confirmation, and of imports."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.credit import commands, forms, queries
from kechuang.credit.forms import upload_of
from kechuang.credit.states import COMMITMENT_LABELS, LABELS, CommitmentKind, Label
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties import commands as party_commands
from kechuang.parties import queries as parties
from kechuang.parties.states import ACCOUNT_MACHINE, CAPACITY_LABELS, KIND_LABELS, PARTY_MACHINE
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of


@login_required
def organisation(request: HttpRequest, party_id: str = "") -> HttpResponse:
    """我的单位, or a party of an officer's region."""
    actor = actor_of(request)
    shown = queries.organisation(actor, party_id or actor.party_id, on=clock.today())
    party = shown.sheet.party
    context = {
        "shown": shown,
        "party": party,
        "own": party.id == actor.party_id,
        "place": parties.region_path(party.region),
        "kinds": KIND_LABELS,
        "capacities": CAPACITY_LABELS,
        "machine": PARTY_MACHINE,
        "accounts_machine": ACCOUNT_MACHINE,
        "commitment_labels": COMMITMENT_LABELS,
        "list_labels": LABELS,
        "today": clock.today(),
        "proposes": Role.COUNTY_OFFICER in shown.sheet.roles,
    }
    return render(request, "credit/organisation.html", context)


def _form_page(
    request: HttpRequest, form: Form, call: Callable[[], object], *, title: str, submit: str, done: str, **more: Any
) -> HttpResponse:
    """One form of one's own organisation: shown, tried, and back to the organisation's page."""
    status = 200
    if request.method == "POST":
        tried = attempt(form, call)
        if tried.done:
            messages.success(request, done)
            return back(request, "credit:mine")
        status = tried.status
    context = {"form": form, "title": title, "submit": submit} | more
    return render(request, "credit/form.html", context, status=status)


def _given(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _own(request: HttpRequest) -> parties.PartyCard:
    """The card of the party the actor acts for; an office has none."""
    party_id = actor_of(request).party_id
    if not party_id:
        raise NotVisible
    return parties.party(party_id)


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    actor = actor_of(request)
    return [(unit.id, unit.name) for unit in parties.units(actor, actor.party_id)]


@login_required
def sign(request: HttpRequest, kind: str) -> HttpResponse:
    """The words of the commitment, and the signature under them."""
    card, on = _own(request), clock.today()
    form = forms.SignForm(*_given(request))
    return _form_page(
        request,
        form,
        lambda: commands.sign(actor_of(request), kind=kind, letter=upload_of(form, "letter"), now=clock.now()),
        title=_(COMMITMENT_LABELS[CommitmentKind(kind)]),
        submit=_("签署信用承诺"),
        done=_("信用承诺已签署"),
        text=queries.text_in_force(kind, on=on),
        signed=queries.commitment(card.id, kind, on=on),
    )


@login_required
def add_member(request: HttpRequest) -> HttpResponse:
    _own(request)
    form = forms.MemberForm(*_given(request), units=_units(request))

    def call() -> None:
        given = form.cleaned_data
        commands.add_member(
            actor_of(request),
            name=given["name"],
            identity=given["identity"],
            phone=given["phone"],
            capacity=given["capacity"],
            unit_id=given["unit"],
            letter=upload_of(form, "letter"),
            now=clock.now(),
        )

    return _form_page(request, form, call, title=_("添加成员"), submit=_("添加成员"), done=_("成员已添加"))


@login_required
@require_POST
def end_member(request: HttpRequest, membership_id: str) -> HttpResponse:
    party_commands.end_member(actor_of(request), membership_id=membership_id, now=clock.now())
    messages.success(request, _("成员关系已终止"))
    return redirect("credit:mine")


@login_required
def add_unit(request: HttpRequest) -> HttpResponse:
    card = _own(request)
    form = forms.UnitForm(*_given(request))
    return _form_page(
        request,
        form,
        lambda: party_commands.add_unit(
            actor_of(request), party_id=card.id, name=form.cleaned_data["name"], now=clock.now()
        ),
        title=_("添加二级单位"),
        submit=_("添加二级单位"),
        done=_("二级单位已添加"),
    )


@login_required
def change(request: HttpRequest) -> HttpResponse:
    """变更登记: a new name, code or seat, from a day on."""
    _own(request)
    form = forms.ChangeForm(*_given(request), initial={"on": clock.today()})

    def call() -> None:
        given = form.cleaned_data
        commands.change(
            actor_of(request),
            what=given["what"],
            value=given["value"],
            on=given["on"],
            proof=upload_of(form, "proof"),
            now=clock.now(),
        )

    return _form_page(request, form, call, title=_("变更登记"), submit=_("提交变更"), done=_("变更已登记"))


@login_required
def propose_account(request: HttpRequest) -> HttpResponse:
    card = _own(request)
    initial = {"holder_name": card.name}
    form = forms.AccountForm(*_given(request), units=_units(request), initial=initial)
    counties = queries.confirming_counties(card.region, on=clock.today())
    if counties:
        form = forms.OutsiderAccountForm(*_given(request), units=_units(request), counties=counties, initial=initial)

    def call() -> None:
        given = form.cleaned_data
        commands.propose_account(
            actor_of(request),
            holder_name=given["holder_name"],
            bank_name=given["bank_name"],
            bank_code=given["bank_code"],
            number=given["number"],
            unit_id=given["unit"],
            region=given.get("region", ""),
            proof=upload_of(form, "proof"),
            now=clock.now(),
        )

    done = _("收款账户已提交，等待科技局确认")
    return _form_page(request, form, call, title=_("收款账户"), submit=_("提交收款账户"), done=done)


@login_required
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """One account: its proof, its way, and what can be done now."""
    shown = queries.account_page(actor_of(request), account_id)
    context = {"shown": shown, "row": shown.sheet.account, "machine": ACCOUNT_MACHINE, "form": forms.ReasonForm()}
    return render(request, "credit/account.html", context)


@login_required
@require_POST
def move_account(request: HttpRequest, account_id: str, action: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    if action == "confirm":
        commands.confirm_account(actor, account_id=account_id, now=now)
    elif action == "refuse":
        reason = request.POST.get("reason", "")
        party_commands.refuse_account(actor, account_id=account_id, reason=reason, now=now)
    else:
        party_commands.retire_account(actor, account_id=account_id, now=now)
    messages.success(request, _("已办理"))
    return redirect("credit:account", account_id)


@login_required
def accounts(request: HttpRequest) -> HttpResponse:
    """待确认账户: what waits for the officer."""
    page = page_of(request, parties.accounts_waiting(actor_of(request)))
    return render(request, "credit/accounts.html", {"page": page, "machine": ACCOUNT_MACHINE})


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    """名单: every reading of a list, and reading the next one."""
    actor, on = actor_of(request), clock.today()
    if not actor.posts:
        raise NotVisible
    places = [(code, parties.region_name(code)) for code in sorted(post.region for post in actor.posts)]
    form, report, status = forms.ListForm(*_given(request), regions=places, initial={"as_of": on}), None, 200
    if request.method == "POST":
        tried = attempt(form, lambda: _read_list(request, form))
        status = tried.status
        report = tried.value if tried.done else None
    context = {
        "form": form,
        "report": report,
        "page": page_of(request, queries.imports(actor)),
        "labels": {str(code): LABELS[code] for code in Label},
        "dry_run": form.is_bound and form.cleaned_data.get("dry_run"),
    }
    return render(request, "credit/lists.html", context, status=status)


def _read_list(request: HttpRequest, form: forms.ListForm) -> commands.Report:
    given, table = form.cleaned_data, upload_of(form, "table")
    assert table is not None
    return commands.read_list(
        actor_of(request),
        table=table,
        list_code=given["list_code"],
        issuer=given["issuer"],
        source=given["source"],
        as_of=given["as_of"],
        region=given["region"],
        dry_run=given["dry_run"],
        now=clock.now(),
    )


@login_required
def bring_organisations(request: HttpRequest) -> HttpResponse:
    """企业、服务机构导入: checked first, then brought, all or none."""
    if not actor_of(request).posts:
        raise NotVisible
    form, report, status = forms.TableForm(*_given(request)), None, 200
    if request.method == "POST":
        tried = attempt(form, lambda: _bring(request, form))
        status = tried.status
        report = tried.value if tried.done else None
    dry_run = form.is_bound and form.cleaned_data.get("dry_run")
    context = {"form": form, "report": report, "dry_run": dry_run, "columns": parties.organisation_columns()}
    return render(request, "credit/bring.html", context, status=status)


def _bring(request: HttpRequest, form: forms.TableForm) -> Any:
    table = upload_of(form, "table")
    assert table is not None
    return commands.read_organisations(
        actor_of(request), table=table, dry_run=form.cleaned_data["dry_run"], now=clock.now()
    )
