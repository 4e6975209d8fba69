"""What persons write about findings and links; the screening itself writes findings and nothing else."""

from kechuang.screening.commands.contesting import answer, contest
from kechuang.screening.commands.deciding import decide, decide_many
from kechuang.screening.commands.finding import Screened, keep_found

__all__ = ["Screened", "answer", "contest", "decide", "decide_many", "keep_found"]
