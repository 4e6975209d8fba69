"""Tables of the room: records and the hours they fill; what proves hours; figures; papers."""

from kechuang.usage.models.evidence import Meter, PushKey, Reading, Session
from kechuang.usage.models.figures import Baseline, Day, Delay, InstrumentYear, Paper, ServiceMonth
from kechuang.usage.models.records import Batch, Hours, InstrumentBook, ServiceRecord, Standing, page_of

__all__ = [
    "Baseline",
    "Batch",
    "Day",
    "Delay",
    "Hours",
    "InstrumentBook",
    "InstrumentYear",
    "Meter",
    "Paper",
    "PushKey",
    "Reading",
    "ServiceMonth",
    "ServiceRecord",
    "Session",
    "Standing",
    "page_of",
]
