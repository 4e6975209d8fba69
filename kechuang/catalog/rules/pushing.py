"""Refusals of the push interface (推送接口) as a whole; single items are answered by their own codes."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class KeyUnknown(Refusal):
    code = "catalog.push_key_unknown"
    text = _("推送凭证不存在、已停用，或密钥不符")
    remedy = _("请在“推送凭证”页面核对；密钥只显示一次，遗失请重新生成")
    status = 401


class KeyNameMissing(Refusal):
    code = "catalog.push_key_name_missing"
    text = _("请填写用途")
    remedy = _("写明由哪个系统使用，例如：本校设备管理系统")
    field = "name"
    status = 422


class TokenUnknown(Refusal):
    code = "catalog.push_token_unknown"
    text = _("令牌不存在或已过期")
    remedy = _("请用推送凭证重新取得令牌，放在 Authorization: Bearer 之后")
    status = 401


class NotAList(Refusal):
    code = "catalog.push_not_a_list"
    text = _("请求的内容不是仪器对象的列表（JSON）")
    remedy = _("请按接口说明提交一个列表，每台（套）仪器一个对象")
    status = 422


class TooManyItems(Refusal):
    code = "catalog.push_too_many"
    text = _("一次推送不超过 {limit} 台（套）、{megabytes} MB")
    remedy = _("请分批推送；重复推送不会重复登记")
    status = 413
