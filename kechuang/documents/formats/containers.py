"""Zip containers (xlsx, OFD) and old OLE workbooks: judged by their directory, before anything is expanded."""

import re
import stat
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from kechuang.documents.formats.refusals import ActiveContent, Bomb, Encrypted, Polyglot, Unreadable, WrongKind
from kechuang.documents.states import LIMITS, MEGABYTE, Limits, Media
from kechuang.kernel.text import gettext_noop as _

_ENCRYPTED_FLAG = 0x1
_UNIX_SHIFT = 16
_MACROS = ("vbaproject.bin", "vbadata.xml", "/activex/", "/embeddings/", "/externallinks/")
_PROGRAMS = re.compile(r"\.(exe|dll|js|vbs|bat|cmd|ps1|jar|sh|html?|svg|zip|rar|7z|scr|lnk)$", re.IGNORECASE)
_OLE_HEADER_BYTES = 512
_END, _END_BYTES = b"PK\x05\x06", 22


def media_of(name: str, content: bytes, limits: Limits = LIMITS) -> Media:
    """Which container a zip is; raises also everything that `opened` raises."""
    with opened(name, content, limits) as archive:
        names = {info.filename for info in archive.infolist()}
    if "OFD.xml" in names:
        return Media.OFD
    if "[Content_Types].xml" in names and any(re.fullmatch(r"xl/workbook\d*\.xml", member) for member in names):
        return Media.XLSX
    raise WrongKind(name=name, rule=_("不接收压缩包（zip）；其中的文件请逐个上传"))


def opened(name: str, content: bytes, limits: Limits = LIMITS) -> ZipFile:
    """The archive after a look at its directory; raises Bomb, Polyglot, Encrypted, ActiveContent or Unreadable."""
    try:
        archive = ZipFile(BytesIO(content))
        members = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, OverflowError) as broken:
        raise Unreadable(name=name, rule=_("压缩结构损坏")) from broken
    _check_sizes(name, members, len(content), limits)
    _check_layout(name, members, content)
    for member in members:
        _check_member(name, member)
    return archive


def read(name: str, archive: ZipFile, member: str, *, at_most: int = LIMITS.xml_bytes_max) -> bytes:
    """One member, never more than `at_most` bytes whatever the directory said; raises Bomb or Unreadable."""
    try:
        with archive.open(member) as file:
            content = file.read(at_most + 1)
    except Exception as broken:  # zlib, lzma and zipfile raise many kinds for broken members
        raise Unreadable(name=name, rule=_("其中的文件无法读取："), limit=member) from broken
    if len(content) > at_most:
        raise Bomb(name=name, rule=_("其中单个文件大小上限（MB）："), member=member, limit=at_most // MEGABYTE)
    return content


def _check_sizes(name: str, members: list[ZipInfo], size: int, limits: Limits) -> None:
    if len(members) > limits.members_max:
        raise Bomb(name=name, rule=_("内含文件个数上限："), limit=limits.members_max)
    if sum(member.file_size for member in members) > limits.expanded_bytes_max:
        raise Bomb(name=name, rule=_("展开后大小上限（MB）："), limit=limits.expanded_bytes_max // MEGABYTE)
    for member in members:
        if member.file_size > max(MEGABYTE, limits.expansion_max * member.compress_size):
            raise Bomb(name=name, rule=_("压缩倍数上限："), limit=limits.expansion_max)
    if sum(member.compress_size for member in members) > size:
        raise Bomb(name=name, rule=_("内含文件互相重叠"))


def _check_layout(name: str, members: list[ZipInfo], content: bytes) -> None:
    """Members follow one another, the first at byte 0: nothing lies before or within another."""
    ends = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < ends or (ends == 0 and member.header_offset != 0):
            raise Polyglot(name=name, rule=_("压缩包前面或中间夹有其他内容"))
        ends = member.header_offset + member.compress_size
    if ends > len(content):
        raise Unreadable(name=name, rule=_("压缩结构损坏"))
    if len({member.filename for member in members}) != len(members):
        raise Unreadable(name=name, rule=_("内含同名文件"))
    end = content.rfind(_END)
    comment = int.from_bytes(content[end + _END_BYTES - 2 : end + _END_BYTES], "little")
    if end + _END_BYTES + comment != len(content) or comment:
        raise Polyglot(name=name, rule=_("压缩包后面夹有其他内容"))


def _check_member(name: str, member: ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise Encrypted(name=name)
    path = member.filename
    if path.startswith("/") or ".." in path.split("/") or "\\" in path or "\0" in member.orig_filename:
        raise Unreadable(name=name, rule=_("内含文件的路径越界"))
    if stat.S_ISLNK(member.external_attr >> _UNIX_SHIFT):
        raise ActiveContent(name=name, rule=_("内含符号链接"))
    lower = f"/{path.lower()}"
    if any(macro in lower for macro in _MACROS) or _PROGRAMS.search(lower):
        raise ActiveContent(name=name, rule=_("内含宏、嵌入对象或程序"))


def check_ole(name: str, content: bytes) -> None:
    """An old workbook (.xls): it has a workbook stream, no macros, no password container."""
    if len(content) < _OLE_HEADER_BYTES:
        raise Unreadable(name=name, rule=_("文件不完整"))
    if _utf16("_VBA_PROJECT") in content:
        raise ActiveContent(name=name, rule=_("内含宏"))
    if _utf16("EncryptedPackage") in content:
        raise Encrypted(name=name)
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        raise WrongKind(name=name, rule=_("不是 Excel 工作簿"))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")
