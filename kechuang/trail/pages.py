"""Public pages of the log (可验证存证日志): what it is, its head, its witnesses; one receipt."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from kechuang_verify.note import read_checkpoint

from kechuang.trail import commands, queries
from kechuang.trail.adapters.signing import signer
from kechuang.trail.forms import ContinuationForm, InclusionForm
from kechuang.trail.states import HEADS_SHOWN, STAND_IN_WITNESS, WITNESS_LABELS, WitnessState
from kechuang.ui.requests import attempt


def log(request: HttpRequest) -> HttpResponse:
    """The page that explains, and shows whether anybody refuses."""
    by, heads, rows = signer(), queries.heads(HEADS_SHOWN), {row.name: row for row in queries.witnesses()}
    named = commands.policy()
    members = [(one.name, rows.get(one.name)) for one in named.witnesses] if named else []
    return render(
        request,
        "trail/log.html",
        {
            "key": str(by.key),
            "profile": by.key.profile,
            "stand_in": by.stand_in,
            "heads": [(head, f"{head.size:,}", read_checkpoint(head.note).root.hex()) for head in heads],
            "backlog": queries.backlog(),
            "members": members,
            "quorum": named.asked() if named else "",
            "refusing": [row for _, row in members if row and row.state == WitnessState.REFUSED],
            "labels": WITNESS_LABELS,
            "stand_in_witness": STAND_IN_WITNESS,
            "api": f"{settings.SITE_ADDRESS}/api/trail",
        },
    )


def proofs(request: HttpRequest) -> HttpResponse:
    """What the endpoints give to programs, for people: a leaf in a checkpoint, one checkpoint continuing another."""
    leaf = InclusionForm(request.GET if "seq" in request.GET else None)
    grown = ContinuationForm(request.GET if "old" in request.GET else None)
    context: dict[str, Any] = {"leaf": leaf, "grown": grown, "now": queries.size()}
    status: int = HTTPStatus.OK
    if leaf.is_bound:
        tried = attempt(leaf, lambda: queries.inclusion_proof(**leaf.cleaned_data))
        context["inclusion"], status = tried.values and tried.value, tried.status
    elif grown.is_bound:
        shown = attempt(grown, lambda: queries.continuation(**grown.cleaned_data))
        context["continuation"], status = shown.values and shown.value, shown.status
    return render(request, "trail/proofs.html", context, status=status)


def receipt(request: HttpRequest, token: str) -> HttpResponse:
    found = queries.by_token(token)
    key = signer().key
    leaf = key.profile.leaf(found.leaf).hex()
    said = {"found": found, "leaf": leaf, "profile": key.profile, "text": found.leaf.decode()}
    return render(request, "trail/receipt.html", said)


def receipt_file(request: HttpRequest, token: str) -> HttpResponse:
    found = queries.by_token(token)
    answer = HttpResponse(queries.written(found), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.event.id}.receipt.json"'
    return answer


def policy(request: HttpRequest) -> HttpResponse:
    """Whom to trust, as a file for the verifying program: the log's key and its witnesses."""
    named = commands.policy()
    lines = [f"log {signer().key}"]
    lines += [f"witness {one.name} {one.key}" for one in named.witnesses] if named else []
    if named:
        lines += [f"group {name} {count} {' '.join(members)}" for name, (count, members) in named.groups.items()]
    lines.append(f"quorum {named.quorum if named else 'none'}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
