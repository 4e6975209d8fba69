"""PDF from outside: refused when it is locked, scripted or too long; read as text for invoices."""

import logging
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from kechuang.documents.formats.refusals import ActiveContent, Bomb, Encrypted, TooManyPages, Unreadable
from kechuang.documents.states import LIMITS
from kechuang.kernel.text import gettext_noop as _

_FORBIDDEN_KEYS = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/AA"}
_FORBIDDEN_ACTIONS = {"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/GoToE", "/ImportData", "/SubmitForm"}
_TEXT_PAGES_MAX = 5

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it would say is said by our refusals


def check(name: str, content: bytes) -> int:
    """The number of pages; raises Encrypted, TooManyPages, ActiveContent, Bomb or Unreadable."""
    try:
        return _checked(name, content)
    except LimitReachedError as bomb:
        raise Bomb(name=name, rule=_("内部数据流展开后过大")) from bomb
    except (Encrypted, TooManyPages, ActiveContent, Bomb):
        raise
    except Exception as broken:  # pypdf raises nearly every built-in kind for broken files
        raise Unreadable(name=name, rule=_("不是规范的 PDF")) from broken


def text(name: str, content: bytes) -> str:
    """The text of the first pages, line by line; raises Unreadable or Bomb."""
    try:
        reader = PdfReader(BytesIO(content), strict=True)
        return "\n".join(page.extract_text() for page in reader.pages[:_TEXT_PAGES_MAX])
    except LimitReachedError as bomb:
        raise Bomb(name=name, rule=_("内部数据流展开后过大")) from bomb
    except Exception as broken:  # as above
        raise Unreadable(name=name, rule=_("文字无法提取")) from broken


def _checked(name: str, content: bytes) -> int:
    reader = PdfReader(BytesIO(content), strict=True)
    if reader.is_encrypted:
        raise Encrypted(name=name)
    tree = reader.root_object["/Pages"].get_object()
    pages = int(tree.get("/Count", 0)) if isinstance(tree, DictionaryObject) else 0
    if pages <= LIMITS.pages_max:
        for number, held in enumerate(_objects(reader)):
            if number > LIMITS.pdf_objects_max:
                raise Bomb(name=name, rule=_("内部对象个数上限："), limit=LIMITS.pdf_objects_max)
            _refuse_active(name, held)
        pages = len(reader.pages)
    if pages > LIMITS.pages_max:
        raise TooManyPages(name=name, pages=pages, pages_max=LIMITS.pages_max)
    if pages < 1:
        raise Unreadable(name=name, rule=_("没有页"))
    return pages


def _objects(reader: PdfReader) -> Iterator[object]:
    """Every object of the file, also those packed in object streams; a name written with #-escapes is read as it is."""
    yield reader.trailer
    for generation, numbers in reader.xref.items():
        for number in numbers:
            if number and generation != 65_535:
                yield reader.get_object(IndirectObject(number, generation, reader))
    for number in reader.xref_objStm:
        yield reader.get_object(IndirectObject(number, 0, reader))


def _refuse_active(name: str, held: object) -> None:
    waiting = [held]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            found = (
                _FORBIDDEN_KEYS & value.keys()
                or ({value.raw_get("/S")} if "/S" in value else set()) & _FORBIDDEN_ACTIONS
            )
            if found or value.get("/Type") == "/EmbeddedFile":
                raise ActiveContent(name=name, rule=_("PDF 中有脚本、启动动作或附件"))
            waiting += [value.raw_get(key) for key in value]
        elif isinstance(value, ArrayObject):
            waiting += list(value)
