"""Who may publish and interpret rules (发布与解释): the refusals of the room."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class NotAPublisher(Refusal):
    code = "gazette.not_a_publisher"
    text = _("规则由市科技局发布")
    remedy = _("请以市科技局岗位登录后办理")


class OtherPlace(Refusal):
    code = "gazette.other_place"
    text = _("“{scheme}”的适用地区（{places}）不都在您岗位的辖区内")
    remedy = _("规则由管辖其全部适用地区的市级科技、财政部门发布和解释；请核对 home_region 和施行范围所列地区")


class NotAnInterpreter(Refusal):
    code = "gazette.not_an_interpreter"
    text = _("“{issuer}”不是该规则负责解释的机关")
    remedy = _("解释机关列于规则页：{interpreters}")


class NoSuchParameter(Refusal):
    code = "gazette.no_such_parameter"
    text = _("规则“{scheme}”没有参数“{parameter}”")
    remedy = _("请从规则页选择参数")
    status = 422


class NoteEmpty(Refusal):
    code = "gazette.note_empty"
    text = _("请写明解释口径")
    remedy = _("口径公开显示在该参数下，并注明机关与日期")
    field = "text"
    status = 422
