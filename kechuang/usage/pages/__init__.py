"""Pages of service records, runs, boards and papers."""

from kechuang.usage.pages.boards import baseline, boards, carrier, download, idle, public, region
from kechuang.usage.pages.papers import paper, paper_pdf, papers, verify
from kechuang.usage.pages.records import blank, correct, new, record, records, take_over, void
from kechuang.usage.pages.runs import drop, end_key, end_meter, keys, run, runs, start, stop

__all__ = [
    "baseline", "blank", "boards", "carrier", "correct", "download", "drop", "end_key", "end_meter", "idle", "keys", "new",
    "paper", "paper_pdf", "papers", "public", "record", "records", "region", "run", "runs", "start", "stop", "take_over",
    "verify", "void",
]  # fmt: skip
