"""Technical sizes of what is published, and words for what the later rules are given."""

from kechuang.kernel.text import gettext_noop as _

# 解释口径 is written in a line or two; a page of it belongs into a document of its own.
NOTE_CHARS_MAX = 2_000

# What worked cases of subsidies are given and what comes out, by the names of the rules' arguments and results.
CASE_NAMES = {
    "rate_bp": _("当年决定的比例"),
    "parts": _("各地实际兑付"),
    "redeemed_fen": _("实际兑付"),
    "platform_fen": _("其中经平台"),
    "outside_fen": _("平台外兑付"),
    "unit": _("二级单位"),
    "paying": _("支付的区、县（市）"),
    "legal_person.fen": _("补助合计"),
    "legal_person.met": _("达到门槛"),
    "legal_person.counted_fen": _("计入的兑付额"),
    "legal_person.rate_part_fen": _("按比例"),
    "legal_person.platform_part_fen": _("平台部分"),
    "col_a": _("甲学院"),
    "col_b": _("乙学院"),
    "col_a.fen": _("甲学院"),
    "col_b.fen": _("乙学院"),
    "pot_fen": _("安排的补助资金"),
    "due_fen": _("各单位应补助"),
    "public_fen": _("已得财政资金"),
    "full_fen": _("应补助"),
    "share_bp": _("财政资金占价款"),
    "above_fen": _("超出"),
    "cut_fen": _("核减"),
    "served": _("服务各地企业的实际兑付"),
    "grade": _("考核等次"),
    "kind": _("载体种类"),
    "counted_fen": _("计入的兑付额"),
    "cities": _("各市县因素数据"),
    "voucher_spending": _("创新券支出"),
    "conversion_results": _("科技成果转化实绩"),
    "330203.fen": _("海曙区"),
    "330203.excluded": _("海曙区不给予奖励"),
    "330602.fen": _("越城区"),
    "330603.fen": _("柯桥区"),
    "330604.fen": _("上虞区"),
}
