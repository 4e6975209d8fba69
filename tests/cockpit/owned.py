"""One of everything that the cockpit can own, for the matrix of who sees what."""

from datetime import datetime

from kechuang.cockpit.models import Draft, DraftText, Replay, Snapshot, Target
from kechuang.cockpit.rules import TARGETED
from kechuang.cockpit.states import Period
from kechuang.kernel.actor import CLOCK, Role
from kechuang.trail.commands import record
from kechuang.ui import clock
from tests.vouchers.conftest import SCHEME


def drafted(*, region: str, author: str, now: datetime) -> dict[str, str]:
    """A draft of a city and a replay of it; the matrix asks for their addresses, not for what stands in them."""
    on = clock.day(now)
    row = Draft.objects.create(
        scheme=SCHEME, title="试探", region=region, base_version=1, written_by=author, written_on=on
    )
    text = DraftText.objects.create(draft=row, revision=1, text="#", cases_text="#", digest="0" * 64, saved_at=now)
    replay = Replay.objects.create(
        draft=row, text=text, region=region, year=on.year, until_on=on, rules_on=on, asked_by=author, asked_at=now
    )
    return {"draft_id": row.id, "replay_id": replay.id}


def reported(*, region: str, author: str, now: datetime) -> dict[str, str]:
    """A frozen report and a target sheet of a county."""
    on = clock.day(now)
    first = on.replace(day=1)
    report = Snapshot.objects.create(
        region=region, period=Period.MONTH, since=first.replace(month=1), until=first, cut_at=now, places={},
        digest="0" * 64, made_by=author, made_on=on,
    )  # fmt: skip
    lines = [{"code": code, "target": 1} for code in TARGETED]
    target = Target.objects.create(region=region, year=on.year, lines=lines, basis="试探", drafted_by=author)
    record(CLOCK, report, "freeze", label="冻结报表", role=Role.CLOCK, now=now)
    record(CLOCK, target, "draft", label="编制目标表", role=Role.CLOCK, now=now, target=target.state)
    return {"snapshot_id": report.id, "target_id": target.id, "indicator": "paid"}
