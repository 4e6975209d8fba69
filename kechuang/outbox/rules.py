"""催办: who may ask again, and how often."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop


class AlreadyNudged(Refusal):
    code = "outbox.already_nudged"
    text = gettext_noop("今天已经催办过，每个工作日可催办一次")
    remedy = gettext_noop("下一个工作日仍未办理时可再次催办；逾期事项会自动上报")


class NotAWorkingDay(Refusal):
    code = "outbox.not_a_working_day"
    text = gettext_noop("今天不是工作日，催办在工作日受理")
    remedy = gettext_noop("请在下一个工作日催办")
