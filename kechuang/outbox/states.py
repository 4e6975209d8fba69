"""A message is waiting, delivered, or given up on (and then an alarm)."""

from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _


class MessageState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


LABELS: dict[MessageState, str] = {
    MessageState.PENDING: _("待发送"),
    MessageState.DONE: _("已送达"),
    MessageState.DEAD: _("发送失败"),
}

TRIES_MAX = 5  # technical: how often one message is tried before it is given up
TEXT_CHARS_MAX = 500  # technical: as long as a message keeps its text
BATCH_MAX = 500  # technical: messages handled by one run of the job
PENDING_HOURS_MAX = 24  # I10: older pending messages are a finding
DIGEST_HOUR = 8  # house practice: the hour, in Asia/Shanghai, from which the digest of the day may leave
