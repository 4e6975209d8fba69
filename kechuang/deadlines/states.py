"""The states of a statutory clock. They follow the record whose clock it is; nobody moves them by themselves."""

from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _


class DeadlineState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"  # 中止：waiting for the other side, bounded by a cap
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


LABELS: dict[DeadlineState, str] = {
    DeadlineState.RUNNING: _("计时中"),
    DeadlineState.SUSPENDED: _("中止计时"),
    DeadlineState.MET: _("按期办结"),
    DeadlineState.MET_LATE: _("逾期办结"),
    DeadlineState.CANCELLED: _("不再计时"),
}

OPEN = (DeadlineState.RUNNING, DeadlineState.SUSPENDED)

REMIND_BEFORE = 2  # house practice where a scheme says nothing: units before the last day
BATCH_MAX = 1_000  # technical: clocks handled by one run of a job
