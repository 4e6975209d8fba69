"""Pages of service records, runs, boards and papers."""

from kechuang.usage.pages.boards import (
    boards,
    carrier,
    carrier_baseline,
    carrier_idle,
    carrier_table,
    public,
    region,
    region_baseline,
    region_idle,
    region_table,
)
from kechuang.usage.pages.papers import paper, paper_pdf, papers, verify
from kechuang.usage.pages.records import blank, correct, new, record, records, take_over, void
from kechuang.usage.pages.runs import drop, end_key, end_meter, keys, run, runs, start, stop

__all__ = [
    "blank", "boards", "carrier", "carrier_baseline", "carrier_idle", "carrier_table", "correct", "drop", "end_key",
    "end_meter", "keys", "new", "paper", "paper_pdf", "papers", "public", "record", "records", "region", "region_baseline",
    "region_idle", "region_table", "run", "runs", "start", "stop", "take_over", "verify", "void",
]  # fmt: skip
