"""Facts for the screening (筛查事实): read in a few statements, for one claim with what it is compared with, or for all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kechuang.claims.queries import fact_sql as sql
from kechuang.screening.rules import (
    ClaimFact,
    Facts,
    InvoiceFact,
    LevelFact,
    LinkFact,
    PaceFact,
    PairFact,
    PictureFact,
    RedFact,
    RegistrationFact,
    ReportFact,
    ScreeningTerms,
    levels_of,
)
from kechuang.screening.states import LinkKind
from kechuang.ui.rows import ask

_Rows = list[dict[str, Any]]
_AROUND = {
    "held": sql.HELD,
    "names": sql.NAMES,
    "registrations": sql.REGISTRATIONS,
    "paces": sql.PACES,
    "redeemed": sql.REDEEMED,
}


def facts_of_few(claim_ids: Sequence[str], terms: ScreeningTerms, *, on: date) -> Facts:
    """What a few claims are screened by, with all that they are compared with: three statements, however many orders
    there are. Who confirms for whom is not among it: that is looked at for all together.
    """
    wanted = list(claim_ids)
    near = _asked_of_few({"near": sql.NEAR}, {"wanted": wanted})["near"]
    ids = sorted(row["id"] for row in near)
    first = {"ids": ids, "wanted": wanted, "depth": terms.path_steps_count - 1, "hub": terms.path_hub_count}
    parts = {
        "claims": sql.CLAIMS,
        "invoices": sql.INVOICES,
        "pictures": sql.PICTURES,
        "red": sql.RED,
        "reports": sql.REPORTS_AND_FORMS,
        "links": sql.LINKS,
        "levels": sql.LEVELS,
    }
    found = _asked_of_few(parts, first)
    found |= _asked_of_few(_AROUND, _around_values(found, wanted, terms, on))
    return _built(found, frozenset(wanted))


def facts_of_all(claim_ids: Iterable[str], terms: ScreeningTerms, *, on: date) -> Facts:
    """What all these claims are screened by, compared with one another: one statement for each kind of fact."""
    wanted = sorted(claim_ids)
    parts = {
        "claims": sql.CLAIMS,
        "invoices": sql.INVOICES,
        "pictures": sql.PICTURES,
        "red": sql.RED,
        "reports": sql.REPORTS,
        "links": sql.ALL_LINKS,
        "pairs": sql.PAIRS,
    }
    found = {name: _asked({name: part}, {"ids": wanted})[name] for name, part in parts.items()}
    for name, part in _AROUND.items():
        found |= _asked({name: part}, _around_values(found, wanted, terms, on))
    facts = _built(found, frozenset(wanted))
    return replace(facts, levels=levels_of(facts.claims.values()))


def _around_values(
    found: Mapping[str, _Rows], wanted: Sequence[str], terms: ScreeningTerms, on: date
) -> dict[str, Any]:
    own = set(wanted)
    mine = [row for row in found["claims"] if row["claim_id"] in own]
    sides = {row[side] for row in mine for side in ("holder", "provider")}
    return {
        "providers": sorted({row["provider"] for row in mine}),
        "digests": sorted({row["digest"] for row in found["links"]}),
        "parties": sorted(sides | {row["party"] for row in found["links"]}),
        "from_on": terms.rush_from_on,
        "on": on,
    }


def _asked(parts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, _Rows]:
    """The rows of several statements, answered by one."""
    answers = ", ".join(f"(SELECT coalesce(json_agg(t), '[]') FROM ({part}) t)::text" for part in parts.values())
    row = ask(f"SELECT {answers}", values)  # kept prepared: to plan it costs twice what it takes to run it
    return {name: json.loads(text) for name, text in zip(parts, row, strict=True)}


def _asked_of_few(parts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, _Rows]:
    return _asked({name: sql.of_few(part) for name, part in parts.items()}, values)


def _built(found: Mapping[str, _Rows], wanted: frozenset[str]) -> Facts:
    claims = {row["claim_id"]: _claim(row) for row in found["claims"]}
    return Facts(
        claims=claims,
        wanted=wanted & set(claims),
        invoices=[InvoiceFact(**_days(row, "issued_on")) for row in found["invoices"]],
        pictures=[PictureFact(**row) for row in found["pictures"]],
        red=[RedFact(**_days(row, "red_on")) for row in found["red"]],
        reports=[ReportFact(**{**row, "pieces": frozenset(row["pieces"])}) for row in found["reports"]],
        links=[
            LinkFact(**{**_days(row, "from_on", "until_on"), "kind": LinkKind(row["kind"])}) for row in found["links"]
        ],
        names={row["id"]: row["name"] for row in found["names"]},
        filers={row["digest"]: row["filers"] for row in found["held"]},
        hubs={row["digest"]: row["parties"] for row in found["held"]},
        registrations={
            row["party_id"]: RegistrationFact(_day(row["established_on"]), row["insured_count"])
            for row in found["registrations"]
        },
        levels={
            (row["service"], row["class_code"], row["unit"]): LevelFact(
                row["count"], row["middle_fen"], row["spread_fen"]
            )
            for row in found.get("levels", [])
        },
        pairs={
            (row["region"], row["officer"], row["provider"]): PairFact(
                row["count"], row["officer_count"], row["provider_count"], row["county_count"]
            )
            for row in found.get("pairs", [])
        },
        paces={(row["provider"], row["year"]): PaceFact(row["last_count"], row["count"]) for row in found["paces"]},
        redeemed_fen={row["provider"]: row["fen"] for row in found["redeemed"]},
    )


_CLAIM_DAYS = ("refunded_on", "placed_on", "started_on", "delivered_on", "settled_on", "submitted_on", "paid_on")


def _claim(row: Mapping[str, Any]) -> ClaimFact:
    return ClaimFact(**_days(row, *_CLAIM_DAYS))


def _days(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: _day(row[name]) for name in names}}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
