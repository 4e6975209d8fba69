"""What is said to a person whose file cannot be taken. Each names the rule that was broken and what to do now."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class UploadRefused(Refusal):
    """不予接收: the family of all refusals of a file. `rule` is what was broken, `limit` its figure or name."""

    code = "documents.upload_refused"
    text = _("文件“{name}”不能接收：{rule}{limit}")
    remedy = _("请按提示处理后重新上传")
    field = "file"
    status = 422

    def __init__(self, *, name: str, rule: str = "", limit: object = "", **facts: object) -> None:
        super().__init__(name=name, rule=rule, limit=limit, **facts)


class WrongName(UploadRefused):
    code = "documents.wrong_name"
    text = _("文件名不能接收：{rule}{limit}")
    remedy = _("请把文件改成简短的中文、字母或数字名称后重新上传")


class EmptyFile(UploadRefused):
    code = "documents.empty_file"
    text = _("文件“{name}”是空的")
    remedy = _("请确认文件已保存完整再上传")


class TooLarge(UploadRefused):
    code = "documents.too_large"
    text = _("文件“{name}”过大：{rule}{limit}")
    remedy = _("请压缩图片、降低扫描分辨率，或拆成几个文件上传")


class WrongKind(UploadRefused):
    code = "documents.wrong_kind"
    text = _("文件“{name}”的类型不能接收：{rule}{limit}")
    remedy = _("请转换为列出的格式后重新上传")


class NameAndContentDiffer(UploadRefused):
    code = "documents.name_and_content_differ"
    text = _("文件“{name}”的内容与扩展名不符：{rule}{limit}")
    remedy = _("请用原来的程序打开并另存为正确的格式，再上传")


class Unreadable(UploadRefused):
    code = "documents.unreadable"
    text = _("文件“{name}”已损坏或不合规范：{rule}{limit}")
    remedy = _("请在本机能打开的程序里重新导出一份再上传")


class TooManyPages(UploadRefused):
    code = "documents.too_many_pages"
    text = _("文件“{name}”共 {pages} 页，超过 {pages_max} 页")
    remedy = _("请拆成几个文件，或只上传与本事项有关的页")


class Encrypted(UploadRefused):
    code = "documents.encrypted"
    text = _("文件“{name}”设有密码或权限限制")
    remedy = _("请去除密码（另存为不加密的文件）后上传")


class ActiveContent(UploadRefused):
    code = "documents.active_content"
    text = _("文件“{name}”含有可执行内容：{rule}{limit}")
    remedy = _("请用“打印为 PDF”或“另存为不含宏的文件”去除脚本、宏和附件后上传")


class Polyglot(UploadRefused):
    code = "documents.polyglot"
    text = _("文件“{name}”同时是两种格式：{rule}{limit}")
    remedy = _("请用原来的程序重新导出一份再上传")


class Bomb(UploadRefused):
    code = "documents.bomb"
    text = _("文件“{name}”展开后过大：{rule}{limit}")
    remedy = _("请删去多余的图片、空白行列和隐藏工作表，另存后再上传")
