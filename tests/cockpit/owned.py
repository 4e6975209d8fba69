"""One of everything that the cockpit can own, for the matrix of who sees what."""

from datetime import datetime

from kechuang.cockpit.models import Draft, DraftText, Replay
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
