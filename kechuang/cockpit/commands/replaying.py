"""Asking for a replay and doing it in the background (回放往年订单)."""

from datetime import date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from procrastinate.contrib.django import app

from kechuang.cockpit import queries, rules
from kechuang.cockpit.access import roles_on
from kechuang.cockpit.models import Replay
from kechuang.cockpit.states import DRAFT_MACHINE, PROGRESS_STEPS, DraftState, ReplayStage
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import Refusal
from kechuang.policy import packs
from kechuang.ui import clock, words

JOB = "cockpit.replay"
_A_DAY = timedelta(days=1)


@transaction.atomic
def ask_replay(actor: Actor, *, draft_id: str, year: int, rules_on: date | None = None, now: datetime) -> Replay:
    """Puts a replay of a draft's last revision in the queue; `run_replay` then does it.

    `rules_on` is the day whose values count for the whole year, else the last first day of what the draft adds. Raises
    NotVisible, MoveNotOpen, YearNotReplayable, DraftFaulty.
    """
    row = queries.draft(actor, draft_id)
    DRAFT_MACHINE.check("replay", DraftState(row.state), roles_on(actor, row))
    today = clock.day(now)
    rules.refuse_year(year, on=today)
    sheet = queries.draft_sheet(actor, draft_id, on=today)
    rules.refuse_faulty(sheet.checked.faults)
    replay = Replay.objects.create(
        draft=row,
        text=sheet.text,
        region=row.region,
        year=year,
        until_on=min(date(year + 1, 1, 1), today + _A_DAY),
        rules_on=rules_on or sheet.rules_on,
        asked_by=actor.person_id,
        asked_at=now,
    )
    app.configure_task(JOB, lock=f"{JOB}:{row.id}").defer(replay_id=replay.id)
    return replay


def run_replay(*, replay_id: str, now: datetime) -> Replay:
    """Does one replay. Run twice, the second finds it done. It reads the year without being able to write, and writes its own row."""
    replay = Replay.objects.select_related("text", "draft").get(id=replay_id)
    if replay.stage not in (ReplayStage.QUEUED, ReplayStage.RUNNING):
        return replay
    Replay.objects.filter(id=replay.id).update(stage=ReplayStage.RUNNING)
    pack = packs.parse(replay.text.text, file=f"{replay.draft.scheme}.toml")
    asked = queries.Asked(pack, replay.region, replay.year, replay.until_on, replay.rules_on)
    try:
        with _Progress(replay.id) as progress:
            result = queries.simulated(asked, progress=progress.tell)
    except Refusal as refusal:
        return _ended(replay, ReplayStage.FAILED, now, refusal=_told(refusal))
    return _ended(replay, ReplayStage.DONE, now, result=result)


def give_up_replay(*, replay_id: str, now: datetime) -> Replay:
    """Says of a replay that broke off every time it was tried that it could not be done (未能完成)."""
    replay = Replay.objects.get(id=replay_id)
    if replay.stage not in (ReplayStage.QUEUED, ReplayStage.RUNNING):
        return replay
    return _ended(replay, ReplayStage.FAILED, now, refusal=_told(rules.ReplayBrokeOff(replay=replay.id)))


def _told(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "text": words.refusal_text(refusal), "remedy": words.refusal_remedy(refusal)}


def _ended(
    replay: Replay,
    stage: ReplayStage,
    now: datetime,
    *,
    result: dict[str, object] | None = None,
    refusal: dict[str, str] | None = None,
) -> Replay:
    replay.stage, replay.ended_at, replay.result, replay.refusal = stage, now, result or {}, refusal or {}
    replay.save(update_fields=["stage", "ended_at", "result", "refusal"])
    return replay


class _Progress:
    """Tells how far a replay has got on a connection of its own: the page must see it before the replay is through."""

    def __init__(self, replay_id: str) -> None:
        self._replay_id, self._told = replay_id, 0
        self._own = connections.create_connection(DEFAULT_DB_ALIAS)

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_error: object) -> None:
        self._own.close()

    def tell(self, done: int, total: int) -> None:
        if done - self._told >= PROGRESS_STEPS or done == total:
            self._told = done
            with self._own.cursor() as cursor:
                cursor.execute(
                    "UPDATE cockpit_replay SET done_count = %s, total_count = %s WHERE id = %s",
                    [done, total, self._replay_id],
                )
