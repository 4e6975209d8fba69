"""What is asked of the log and cannot be answered (不予提供)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class CannotPromise(Refusal):
    code = "trail.cannot_promise"
    text = _("签名服务没有应答，这次办理又还没有并入日志，暂时不能开具凭证")
    remedy = _("请稍后再下载；办理本身已经生效，不受影响")
    status = 503


class NoSuchSize(Refusal):
    code = "trail.no_such_size"
    text = _("日志没有大小为 {size} 的检查点，当前大小为 {now}")
    remedy = _("请先取最新检查点，再按其大小请求；如果您持有更大的检查点，请向审计机关报告")
    status = 404


class WrongRange(Refusal):
    code = "trail.wrong_range"
    text = _("范围 {start}–{end} 不在日志之内，或一次超过 {most} 条；当前大小为 {now}")
    remedy = _("起点不小于 0、终点不大于当前大小，请分批请求")
    status = 422


class NotInLog(Refusal):
    code = "trail.not_in_log"
    text = _("大小为 {size} 的检查点中没有第 {seq} 叶")
    remedy = _("叶号从 0 起；办理后数分钟内并入，请换更大的检查点再试")
    status = 404
