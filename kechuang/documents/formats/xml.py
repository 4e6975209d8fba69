"""XML from outside: no entities, no DTD, no network, bounded; also in the Chinese encodings that expat cannot read."""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from kechuang.documents.formats.refusals import ActiveContent, Bomb, TooLarge, Unreadable, WrongKind
from kechuang.documents.states import LIMITS, MEGABYTE
from kechuang.kernel.text import gettext_noop as _

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>", re.IGNORECASE)
_ENCODING = re.compile(rb"^[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})[\"']", re.IGNORECASE)
_CHINESE = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8-sig", "utf8": "utf-8-sig"}
_SHOWN = {"svg", "html", "xhtml", "script", "stylesheet"}
_DEPTH_MAX = 60


def looks_like(content: bytes) -> bool:
    head = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"<?xml", b"\xff\xfe<\0", b"\xfe\xff\0<")) or bool(re.match(rb"<[A-Za-z_\x80-\xff]", head))


def check(name: str, content: bytes) -> None:
    """Whether it may be kept; an image or page in XML clothes may not."""
    root = parse(name, content)
    if local(root) in _SHOWN or any(local(node) == "script" for node in root.iter()):
        raise WrongKind(name=name, rule=_("是网页或矢量图，不是发票数据"))


def parse(name: str, content: bytes) -> Element:
    """The root; raises TooLarge, Bomb, ActiveContent (entities, DTD) or Unreadable."""
    if len(content) > LIMITS.xml_bytes_max:
        raise TooLarge(name=name, rule=_("XML 文件大小上限（MB）："), limit=LIMITS.xml_bytes_max // MEGABYTE)
    text = _decoded(name, content)
    if text.count("<") > LIMITS.xml_tags_max:
        raise Bomb(name=name, rule=_("标签个数上限："), limit=LIMITS.xml_tags_max)
    try:
        root: Element = ElementTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException as trick:
        raise ActiveContent(name=name, rule=_("XML 中声明了实体或外部引用")) from trick
    except (ParseError, ValueError, RecursionError) as broken:
        raise Unreadable(name=name, rule=_("不是规范的 XML")) from broken
    if _depth(root) > _DEPTH_MAX:
        raise Bomb(name=name, rule=_("嵌套层数上限："), limit=_DEPTH_MAX)
    return root


def local(node: Element) -> str:
    """The tag without its namespace."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def text_of(node: Element) -> str:
    return "".join(node.itertext()).strip()


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        declared = _ENCODING.match(content)
        encoding = _CHINESE.get(declared[1].decode().lower() if declared else "utf-8", "")
    if not encoding:
        raise Unreadable(name=name, rule=_("编码应为 UTF-8 或 GB18030"))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise Unreadable(name=name, rule=_("文字编码与声明不符")) from broken
    return _DECLARATION.sub("", text, count=1).lstrip()


def _depth(root: Element) -> int:
    depth, level = 0, [root]
    while level and depth <= _DEPTH_MAX:
        depth += 1
        level = [child for node in level for child in node]
    return depth
