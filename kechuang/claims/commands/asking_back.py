"""Money that is being asked back (待追回): a door for supervision, so that nothing is counted on it meanwhile."""

from datetime import datetime

from kechuang.claims.models import AskedBack
from kechuang.kernel.money import Fen
from kechuang.ui import clock


def ask_back(*, claim_id: str, clawback_id: str, fen: Fen, now: datetime) -> None:
    """A decision asks back so much of a paid claim (决定追回). The caller records the act; it is part of its transaction."""
    AskedBack.objects.create(claim_id=claim_id, clawback_id=clawback_id, fen=fen, on=clock.day(now))


def asked_back_no_more(*, claim_id: str, clawback_id: str, fen: Fen, now: datetime) -> None:
    """So much of it is asked back no more: it was paid back, as the ledger has it, or the decision was taken back."""
    AskedBack.objects.create(claim_id=claim_id, clawback_id=clawback_id, fen=-fen, on=clock.day(now))
