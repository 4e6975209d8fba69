"""Checks before anything is parsed (上传检查): name, size, type by content, and what each type may not contain.

Threats T6 to T8 of the trust paper. Every figure stands in `states.LIMITS`; nothing is expanded before its size is known.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from zipfile import is_zipfile

import puremagic

from kechuang.documents.formats import containers, xml
from kechuang.documents.formats.names import checked_name
from kechuang.documents.formats.refusals import (
    EmptyFile,
    NameAndContentDiffer,
    Polyglot,
    TooLarge,
    Unreadable,
    WrongKind,
)
from kechuang.documents.states import ADMITTED, EXTENSIONS, LIMITS, MEGABYTE, Kind, Limits, Media, limits_of
from kechuang.kernel.text import gettext_noop as _

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTAINERS = {Media.OFD, Media.XLSX}
_PURE = {Media.PDF: {"pdf"}, Media.JPG: {"jpg", "jpeg", "jfif", "jpe", "jif"}, Media.PNG: {"png"}}
_FOREIGN = {"html", "htm", "svg", "exe", "dll", "elf", "class", "sh", "js", "php", "jar", "rar", "7z", "gz"}


@dataclass(frozen=True, slots=True)
class Found:
    """What an upload is, now that it has been looked at."""

    name: str
    media: Media


def checked(name: str, content: bytes, kind: Kind) -> Found:
    """The tidy name and the true type of an upload of `kind`; raises one of formats.refusals otherwise."""
    name = checked_name(name)
    if not content:
        raise EmptyFile(name=name)
    limits = limits_of(kind)
    if len(content) > limits.bytes_max:
        limit = limits.bytes_max // MEGABYTE
        raise TooLarge(name=name, rule=_("单个文件大小上限（MB）："), limit=limit, size=len(content))
    media = media_of(name, content, limits)
    if media not in ADMITTED[kind]:
        allowed = "、".join(sorted({EXTENSIONS[m][0] for m in ADMITTED[kind]}))
        raise WrongKind(name=name, rule=_("此处接收的格式："), limit=allowed)
    ending = name.rpartition(".")[2].lower()
    if ending not in EXTENSIONS[media]:
        raise NameAndContentDiffer(name=name, rule=_("内容的实际格式是 "), limit=EXTENSIONS[media][0], ending=ending)
    _inspect(name, content, media)
    return Found(name, media)


def media_of(name: str, content: bytes, limits: Limits = LIMITS) -> Media:
    """The type by content alone; raises WrongKind for anything that is not on the list."""
    if content.startswith(b"%PDF-"):
        return Media.PDF
    if content.startswith(b"PK\x03\x04"):
        return containers.media_of(name, content, limits)
    if content.startswith(_OLE):
        return Media.XLS
    if content.startswith(b"\xff\xd8\xff"):
        return Media.JPG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if xml.looks_like(content):
        return Media.XML
    if name.lower().endswith(".csv") and _is_table_text(content):
        return Media.CSV
    raise WrongKind(name=name, rule=_("无法识别为 pdf、ofd、xml、xlsx、xls、csv、jpg 或 png"))


def _inspect(name: str, content: bytes, media: Media) -> None:
    # An old workbook carries its theme as a zip of its own, so only the others are asked.
    if media not in _CONTAINERS | {Media.XLS} and is_zipfile(BytesIO(content)):
        raise Polyglot(name=name, rule=_("其中还藏有压缩包"))
    if media in _PURE:
        _ask_puremagic(name, content, _PURE[media])
    if media is Media.PDF:
        from kechuang.documents.formats import pdf  # its library takes long to load

        pdf.check(name, content)
    elif media is Media.XML:
        xml.check(name, content)
    elif media is Media.XLS:
        containers.check_ole(name, content)
    elif media in (Media.JPG, Media.PNG):
        _check_image(name, content)


def _ask_puremagic(name: str, content: bytes, expected: set[str]) -> None:
    """A second opinion on the head of the file; some polyglots fool one but not the other."""
    try:
        guesses = {guess.extension.lstrip(".").lower() for guess in puremagic.magic_string(content[:4096])}
    except puremagic.PureError:
        guesses = set()
    if not guesses & expected or (guesses & _FOREIGN):
        raise Polyglot(name=name, rule=_("开头部分不是单一格式"))


def _check_image(name: str, content: bytes) -> None:
    """Size in pixels from the header alone; nothing is decoded."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as image:
                width, height = image.size
                if image.format == "PNG":
                    image.verify()
    except Exception as broken:  # Pillow raises many kinds for broken images
        raise Unreadable(name=name, rule=_("图片无法读取")) from broken
    if width * height > LIMITS.pixels_max:
        raise TooLarge(name=name, rule=_("图片像素上限："), limit=LIMITS.pixels_max)


def _is_table_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            head = content.decode(encoding)[:2000].lstrip().lower()
        except UnicodeDecodeError:
            continue
        return not head.startswith(("<", "%pdf", "mz", "#!"))
    return False
