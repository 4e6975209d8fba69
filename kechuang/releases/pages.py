"""Pages of releases: anybody's page of one, the county's plan and acts, the holder's place in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.actor import Role
from kechuang.kernel.draw import SEED_PATTERN
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import region_name
from kechuang.releases import commands, queries
from kechuang.releases.forms import HeldBackForm, ListForm, PlanForm, PublicReasonForm, ReasonForm, SeedForm
from kechuang.releases.rules import FACT_LABELS
from kechuang.releases.states import (
    ENTRY_MACHINE,
    FILES,
    LIST_ROWS,
    MACHINE,
    REFRESH_BEFORE_MAX,
    WAY_LABELS,
    WAY_WORDS,
    ReleaseState,
    Way,
)
from kechuang.ui import clock
from kechuang.ui.forms import Form, refused
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.ui.show import Tone
from kechuang.vouchers.queries import words

if TYPE_CHECKING:
    from kechuang.releases.models import Release

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class _Act:
    """An act of the county on a release: its form (none for a mere confirmation), its command, what will happen."""

    call: Callable[..., Any]
    happens: str
    done: str
    form: type[Form] | None = None
    tone: str = "primary"


ACTS: dict[str, _Act] = {
    "submit": _Act(
        commands.submit,
        gettext_noop("提交后由本局审核人或县财政局复核；编制人不能复核自己的方案。"),
        gettext_noop("已提交复核"),
    ),
    "return": _Act(
        commands.return_, gettext_noop("退回后由编制人修改再提交。"), gettext_noop("已退回修改"), ReasonForm, "danger"
    ),
    "announce": _Act(
        commands.announce,
        gettext_noop("公告后所有人都能看到批次、规则和开始时间，方案不再修改。"),
        gettext_noop("已公告"),
    ),
    "close": _Act(
        commands.close,
        gettext_noop("截止后不再受理报名，报名清单及其摘要随即公布。"),
        gettext_noop("已截止，清单已公布"),
    ),
    "rank": _Act(
        commands.rank,
        gettext_noop("按公布的结果摇号定出次序，结果文件随即公布；在前的留出名额，其余候补。"),
        gettext_noop("次序已定，结果已公布"),
        SeedForm,
    ),
    "free_held_back": _Act(
        commands.free_held_back,
        gettext_noop("动用的额度按次序转给候补。"),
        gettext_noop("已动用留存额度"),
        HeldBackForm,
        "plain",
    ),
    "finish": _Act(
        commands.finish,
        gettext_noop("结束后仍在候补的不再递补，未发的额度留在本县预算。"),
        gettext_noop("放券已结束"),
    ),
    "call_off": _Act(
        commands.call_off,
        gettext_noop("终止后不再定序，报名的都退出本批次，可以参加同一轮的其他批次；理由和已公布的清单一直公开。"),
        gettext_noop("放券已终止"),
        PublicReasonForm,
        "danger",
    ),
    "withdraw": _Act(
        commands.withdraw, gettext_noop("撤回后批次不再开放。"), gettext_noop("已撤回放券"), PublicReasonForm, "danger"
    ),
}
RANK_BY_POINTS = _Act(
    commands.rank,
    gettext_noop("按各项得分定出次序，同分的先报名者在前，结果文件随即公布；在前的留出名额，其余候补。"),
    gettext_noop("次序已定，结果已公布"),
)
# What an announced release says of itself while time runs; afterwards its state says it.
PHASE_BADGES = {
    "before": (gettext_noop("即将开始"), Tone.RUNNING),
    "open": (gettext_noop("正在报名"), Tone.YOURS),
    "over": (gettext_noop("报名时间已到"), Tone.RUNNING),
}
PLACE_ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "accept": (commands.accept, gettext_noop("创新券已核发，可以下单抵扣")),
    "leave": (commands.leave, gettext_noop("已退出放券")),
}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), ListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.listed(actor, state=chosen.get("state", ""), words=chosen.get("words", "")))
    rows = [(row, region_name(row.region), _now_badge(row, queries.phase(row, clock.now()))) for row in page]
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "machine": MACHINE,
        "ways": {str(way): label for way, label in WAY_LABELS.items()},
        "drafts": actor.holds(Role.BUDGET_AUTHOR),
    }
    return render(request, "releases/list.html", context)


@login_required
def draft(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    regions = {code: region_name(code) for code in sorted(actor.regions(Role.BUDGET_AUTHOR))}
    if not regions:
        raise Http404
    form = PlanForm(request.POST or None, schemes=queries.schemes(on=on), regions=regions)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.draft(
                actor,
                scheme=form.cleaned_data["scheme"],
                region=form.cleaned_data["region"],
                plan=form.plan(),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("放券方案已保存，核对后提交复核"))
            return redirect("releases:release", tried.value.id)
        status = tried.status
    context = {"form": form, "ways": _ways(), "row": None}
    return render(request, "releases/edit.html", context, status=status)


@login_required
def edit(request: HttpRequest, release_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.release(actor, release_id)
    names = ("title", "way", "amount_fen", "round", "opens_at", "closes_at", "seed_event", "seed_on")
    initial = {name: getattr(row, name) for name in names} | {"seed_pattern": row.seed_pattern or SEED_PATTERN}
    form = PlanForm(request.POST or None, schemes={}, regions={}, fixed=True, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.edit(actor, release_id=release_id, plan=form.plan(), now=clock.now()))
        if tried.done:
            messages.success(request, _("放券方案已修改"))
            return redirect("releases:release", release_id)
        status = tried.status
    return render(request, "releases/edit.html", {"form": form, "ways": _ways(), "row": row}, status=status)


@require_safe
def release(request: HttpRequest, release_id: str) -> HttpResponse:
    return _release_page(request, release_id)


@require_safe
def place(request: HttpRequest, release_id: str) -> HttpResponse:
    """The part of the page that says where one stands; the page asks for it again by itself."""
    return render(request, "releases/_place.html", _place(request, queries.release(actor_of(request), release_id)))


@require_safe
def live(request: HttpRequest, release_id: str) -> HttpResponse:
    """The figures while a release runs, for whoever watches."""
    sheet = queries.sheet(actor_of(request), release_id, now=clock.now(), on=clock.today())
    context = {
        "sheet": sheet,
        "row": sheet.release,
        "tallies": _tallies(sheet.counts),
        **_words(sheet.release.scheme, sheet.pools),
    }
    return render(request, "releases/_live.html", context)


@require_safe
def result(request: HttpRequest, release_id: str) -> HttpResponse:
    """The public list, natural persons masked."""
    actor = actor_of(request)
    page = page_of(request, queries.public_result(actor, release_id), size=LIST_ROWS)
    sheet = queries.sheet(actor, release_id, now=clock.now(), on=clock.today())
    context = {
        "sheet": sheet,
        "row": sheet.release,
        "page": page,
        "entry_machine": ENTRY_MACHINE,
        "facts": FACT_LABELS,
        **_words(sheet.release.scheme, sheet.pools),
    }
    return render(request, "releases/result.html", context)


@require_safe
def file(request: HttpRequest, release_id: str, kind: str) -> HttpResponse:
    """A published file as anyone checks it: `kechuang-verify draw`."""
    text = queries.file_text(actor_of(request), release_id, kind)
    number = queries.release(actor_of(request), release_id).number
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}-{kind}.json"'
    return answer


@require_POST
@login_required
def enter(request: HttpRequest, release_id: str) -> HttpResponse:
    """Takes a place; a second press, a reload or a second tab finds the same one."""
    form = Form({})
    tried = attempt(form, lambda: commands.enter(actor_of(request), release_id=release_id, now=clock.now()))
    if not tried.done:
        return _release_page(request, release_id, failed=form, status=tried.status)
    label = ENTRY_MACHINE.labels[ENTRY_MACHINE.states(tried.value.state)]
    by_arrival = tried.value.release.way == Way.FIRST_COME
    said = _("已记下您的次序：{state}").format(state=_(label)) if by_arrival else _("报名已收下")
    messages.success(request, said)
    return redirect("releases:release", release_id)


@require_POST
@login_required
def act(request: HttpRequest, release_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    form = wanted.form(request.POST) if wanted.form else Form({})
    given: Callable[[], Mapping[str, Any]] = getattr(form, "given", dict)
    actor = actor_of(request)
    tried = attempt(form, lambda: wanted.call(actor, release_id=release_id, now=clock.now(), **given()))
    if not tried.done:
        return _release_page(request, release_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("releases:release", release_id)


@require_POST
@login_required
def act_on_place(request: HttpRequest, place_id: str, action: str) -> HttpResponse:
    """Accepts the place that was kept, or gives it up."""
    if action not in PLACE_ACTS:
        raise Http404
    call, done = PLACE_ACTS[action]
    entry = call(actor_of(request), entry_id=place_id, now=clock.now())
    messages.success(request, _(done))
    return redirect("releases:release", entry.release_id)


def _release_page(
    request: HttpRequest, release_id: str, *, failed: Form | None = None, action: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.sheet(actor, release_id, now=clock.now(), on=clock.today())
    offered = []
    for move in sheet.open_moves:
        if move.action in ACTS:
            by_points = move.action == "rank" and sheet.release.way == Way.SCORED
            chosen = RANK_BY_POINTS if by_points else ACTS[move.action]
            form = (
                failed if failed and move.action == action and chosen.form else chosen.form() if chosen.form else None
            )
            offered.append((move, chosen, form))
    context = {
        "sheet": sheet,
        "row": sheet.release,
        "machine": MACHINE,
        "now_badge": _now_badge(sheet.release, sheet.phase),
        "offered": offered,
        "edits": any(move.action == "edit" for move in sheet.open_moves),
        "failed": failed,
        "tallies": _tallies(sheet.counts),
        "reserves": _reserves(sheet.release.scheme, sheet.reserves),
        "facts": FACT_LABELS,
        "way_words": WAY_WORDS[Way(sheet.release.way)],
        "files": [(kind, FILES[kind]) for kind in sheet.files],
        **_words(sheet.release.scheme, sheet.pools),
        **_place(request, sheet.release),
        "hindrance": "" if failed else _hindrance(request, sheet.release, sheet.phase),
    }
    return render(request, "releases/release.html", context, status=status)


def _now_badge(row: "Release", phase: str) -> tuple[str, str] | None:
    return PHASE_BADGES[phase] if row.state == ReleaseState.ANNOUNCED else None


def _place(request: HttpRequest, row: "Release") -> dict[str, Any]:
    """What the part of the holder shows: the place, or the way in, or when it opens."""
    actor, now = actor_of(request), clock.now()
    phase = queries.phase(row, now)
    wait = int((row.opens_at - now).total_seconds()) + 1
    mine = queries.standing(actor, row, now=now)
    return {
        "row": row,
        "phase": phase,
        "minutes": -(-mine.expected_seconds // _MINUTE) if mine and mine.expected_seconds else 0,
        "signed_in": bool(actor.person_id),
        "has_party": bool(actor.party_id),
        "mine": mine,
        "entry_machine": ENTRY_MACHINE,
        "opens_in": min(wait, REFRESH_BEFORE_MAX) if phase == "before" else 0,
        "holder": {Role.HOLDER},
    }


def _hindrance(request: HttpRequest, row: "Release", phase: str) -> str:
    """What stands in the way of entering, while there is time to mend it. Asked once a page, not at each refresh."""
    if phase not in ("before", "open"):
        return ""
    actor, now = actor_of(request), clock.now()
    found = None if queries.standing(actor, row, now=now) else queries.hindrance(actor, row, now=now)
    return refused(found).messages[0] if found else ""


def _tallies(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    return [(state, ENTRY_MACHINE.labels[ENTRY_MACHINE.states(state)], n) for state, n in counts.items()]


def _reserves(scheme: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """For whom how much is reserved, in words."""
    found, labels = [], _labels(scheme)
    for row in rows:
        label = "" if row["label"] == "none" else labels.get(row["label"], row["label"])
        place = "" if row["region"] == "none" else region_name(row["region"])
        found.append(("、".join(filter(None, [label, place])), row["share_bp"]))
    return found


def _words(scheme: str, pools: Any) -> dict[str, Any]:
    """Codes in words: ways, labels, what each part is kept for."""
    labels = _labels(scheme)
    kept = {pool.key: "、".join(queries.pool_label(pool.key, labels)) for pool in pools}
    return {
        "ways": {str(way): label for way, label in WAY_LABELS.items()},
        "labels": labels,
        "parts": [(pool, kept[pool.key], pool.amount_fen - pool.taken_fen) for pool in pools],
        "kept": kept,
    }


def _labels(scheme: str) -> dict[str, str]:
    """The words of the scheme's own pack for its codes."""
    return {code: _(text) for code, text in words(scheme).items()}


def _ways() -> list[tuple[str, list[str]]]:
    """Which ways each scheme names, for the form."""
    titles = queries.schemes(on=clock.today())
    found = queries.ways(on=clock.today())
    return [(titles[scheme], [WAY_LABELS[Way(way)] for way in named]) for scheme, named in found.items()]
