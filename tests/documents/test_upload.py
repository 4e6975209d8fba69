"""What people and their programs upload, whole and broken: every file is taken or refused with a reason, none crashes."""

import resource
import stat
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from kechuang.documents.formats import containers
from kechuang.documents.formats import refusals as no
from kechuang.documents.formats.names import checked_name
from kechuang.documents.formats.specimens import (
    specimen_invoice_xml,
    zipped,
)
from kechuang.documents.formats.upload import checked
from kechuang.documents.states import LIMITS, MEGABYTE, Kind, Media
from kechuang.kernel.errors import Refusal
from tests.documents.odd_files import (
    ENTITY,
    FIGURES,
    LAUGHS,
    OFD,
    PDF,
    XML,
    action,
    bomb,
    flate_bomb,
    image,
    lying_bomb,
    made_pdf,
    many_members,
    packed,
    spelled_otherwise,
    with_member,
    xls,
    xlsx,
)

GOOD: list[tuple[str, bytes, Kind, Media]] = [
    ("报告.pdf", PDF, Kind.REPORT, Media.PDF),
    ("发票.xml", XML, Kind.INVOICE, Media.XML),
    ("发票.ofd", OFD, Kind.INVOICE, Media.OFD),
    ("表.xlsx", xlsx(), Kind.WORKBOOK, Media.XLSX),
    ("其实是新版.xls", xlsx(), Kind.WORKBOOK, Media.XLSX),
    ("表.xls", xls(), Kind.WORKBOOK, Media.XLS),
    ("图.jpg", image("JPEG"), Kind.IMAGE, Media.JPG),
    ("图.JPEG", image("JPEG"), Kind.IMAGE, Media.JPG),
    ("图.png", image("PNG"), Kind.IMAGE, Media.PNG),
    ("名单.csv", "名称,代码\n甲,1\n".encode("gb18030"), Kind.IMPORT, Media.CSV),
    ("国标.xml", specimen_invoice_xml(FIGURES, dialect="pinyin"), Kind.INVOICE, Media.XML),
    ("宽.xml", XML.decode().encode("utf-16"), Kind.INVOICE, Media.XML),
    ("两百页.pdf", made_pdf(pages=LIMITS.pages_max), Kind.REPORT, Media.PDF),
]

BAD: dict[str, tuple[str, bytes, Kind, type[Refusal]]] = {
    "nothing": ("空.pdf", b"", Kind.REPORT, no.EmptyFile),
    "too large": ("大.pdf", b"%PDF-" + bytes(LIMITS.bytes_max), Kind.REPORT, no.TooLarge),
    "300 pages": ("长.pdf", made_pdf(pages=300), Kind.REPORT, no.TooManyPages),
    "header not at byte 0": ("a.pdf", b"\n" + PDF, Kind.REPORT, no.WrongKind),
    "html before pdf": ("a.pdf", b"<html><script>1</script>" + PDF, Kind.REPORT, no.WrongKind),
    "html": ("a.html", b"<!DOCTYPE html><html></html>", Kind.REPORT, no.WrongKind),
    "html named pdf": ("a.pdf", b"<html><body></body></html>", Kind.EVIDENCE, no.NameAndContentDiffer),
    "svg with a script": (
        "a.xml",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        Kind.EVIDENCE,
        no.WrongKind,
    ),
    "xhtml named xml": ("a.xml", b"<?xml version='1.0'?><html/>", Kind.EVIDENCE, no.WrongKind),
    "program": ("a.pdf", b"MZ\x90\0" + bytes(100), Kind.REPORT, no.WrongKind),
    "elf": ("a.jpg", b"\x7fELF" + bytes(100), Kind.IMAGE, no.WrongKind),
    "shell named csv": ("a.csv", b"#!/bin/sh\nrm\n", Kind.IMPORT, no.WrongKind),
    "binary named csv": ("a.csv", b"a,b\0c", Kind.IMPORT, no.WrongKind),
    "random": ("a.pdf", bytes(range(256)) * 4, Kind.REPORT, no.WrongKind),
    "pdf named xlsx": ("a.xlsx", PDF, Kind.REPORT, no.NameAndContentDiffer),
    "xls named xlsx": ("a.xlsx", xls(), Kind.WORKBOOK, no.NameAndContentDiffer),
    "jpg named png": ("a.png", image("JPEG"), Kind.IMAGE, no.NameAndContentDiffer),
    "xlsx where a paper is asked": ("a.xlsx", xlsx(), Kind.CONTRACT, no.WrongKind),
    "xml where a table is asked": ("a.xml", XML, Kind.WORKBOOK, no.WrongKind),
    "gif": ("a.gif", b"GIF89a" + bytes(20), Kind.IMAGE, no.WrongKind),
    "zip": ("a.zip", zipped({"a.txt": b"1"}), Kind.EVIDENCE, no.WrongKind),
    "docx": ("a.docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), Kind.EVIDENCE, no.WrongKind),
    "pdf and zip": ("a.pdf", PDF + zipped({"a.txt": b"1"}), Kind.REPORT, no.Polyglot),
    "zip and pdf": ("a.ofd", OFD + PDF, Kind.INVOICE, no.Polyglot),
    "zip after other bytes": ("a.ofd", b"PK\x03\x04" + OFD, Kind.INVOICE, no.Polyglot),
    "jpg and zip": ("a.jpg", image("JPEG") + zipped({"a.txt": b"1"}), Kind.IMAGE, no.Polyglot),
    "png and jar": ("a.png", image("PNG") + zipped({"A.class": b"1"}), Kind.IMAGE, no.Polyglot),
    "pdf locked": ("a.pdf", made_pdf(password="1"), Kind.REPORT, no.Encrypted),
    "pdf with javascript": ("a.pdf", action("/JavaScript"), Kind.REPORT, no.ActiveContent),
    "pdf that launches": ("a.pdf", action("/Launch"), Kind.REPORT, no.ActiveContent),
    "pdf that submits": ("a.pdf", action("/SubmitForm"), Kind.REPORT, no.ActiveContent),
    "pdf with a file inside": (
        "a.pdf",
        made_pdf(lambda w: w.add_attachment("a.exe", b"MZ")),
        Kind.REPORT,
        no.ActiveContent,
    ),
    "javascript by another spelling": ("a.pdf", spelled_otherwise(), Kind.REPORT, no.ActiveContent),
    "javascript in an object stream": ("a.pdf", packed(), Kind.REPORT, no.ActiveContent),
    "pdf cut in half": ("a.pdf", PDF[: len(PDF) // 2], Kind.REPORT, no.Unreadable),
    "pdf of a header": ("a.pdf", b"%PDF-1.4\n", Kind.REPORT, no.Unreadable),
    "pdf without pages": ("a.pdf", made_pdf(pages=0), Kind.REPORT, no.Unreadable),
    "pdf whose pages are themselves": (
        "a.pdf",
        PDF.replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
        Kind.REPORT,
        no.Unreadable,
    ),
    "pdf with a wrong table": ("a.pdf", PDF.replace(b"startxref\n", b"startxref\n9"), Kind.REPORT, no.Unreadable),
    "zip bomb": ("a.xlsx", bomb(), Kind.WORKBOOK, no.Bomb),
    "zip bomb of many parts": ("a.xlsx", bomb(size=30 * MEGABYTE, members=5), Kind.WORKBOOK, no.Bomb),
    "zip of too many members": ("a.xlsx", many_members(), Kind.WORKBOOK, no.Bomb),
    "zip with a lie about size": ("a.ofd", lying_bomb(), Kind.INVOICE, no.Unreadable),
    "zip cut": ("a.xlsx", xlsx()[:-40], Kind.WORKBOOK, no.Unreadable),
    "zip of a header": ("a.xlsx", b"PK\x03\x04", Kind.WORKBOOK, no.Unreadable),
    "path outside": ("a.xlsx", with_member(xlsx(), "../../etc/passwd"), Kind.WORKBOOK, no.Unreadable),
    "path from the root": ("a.xlsx", with_member(xlsx(), "/etc/passwd"), Kind.WORKBOOK, no.Unreadable),
    "symbolic link": (
        "a.xlsx",
        with_member(xlsx(), "link", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
        Kind.WORKBOOK,
        no.ActiveContent,
    ),
    "macros": ("a.xlsx", with_member(xlsx(), "xl/vbaProject.bin"), Kind.WORKBOOK, no.ActiveContent),
    "embedded object": ("a.xlsx", with_member(xlsx(), "xl/embeddings/oleObject1.bin"), Kind.WORKBOOK, no.ActiveContent),
    "link to another workbook": (
        "a.xlsx",
        with_member(xlsx(), "xl/externalLinks/externalLink1.xml"),
        Kind.WORKBOOK,
        no.ActiveContent,
    ),
    "program in an ofd": ("a.ofd", with_member(OFD, "Doc_0/a.exe"), Kind.INVOICE, no.ActiveContent),
    "page in an ofd": ("a.ofd", with_member(OFD, "Doc_0/a.html"), Kind.INVOICE, no.ActiveContent),
    "zip in an ofd": ("a.ofd", with_member(OFD, "Doc_0/b.zip", OFD), Kind.INVOICE, no.ActiveContent),
    "xls with macros": ("a.xls", xls() + "_VBA_PROJECT".encode("utf-16-le"), Kind.WORKBOOK, no.ActiveContent),
    "locked workbook": ("a.xls", xls()[:8] + "EncryptedPackage".encode("utf-16-le") * 40, Kind.WORKBOOK, no.Encrypted),
    "old word document": ("a.xls", xls()[:8] + "WordDocument".encode("utf-16-le") * 40, Kind.WORKBOOK, no.WrongKind),
    "xls of a header": ("a.xls", xls()[:8], Kind.WORKBOOK, no.Unreadable),
    "external entity": ("a.xml", ENTITY, Kind.INVOICE, no.ActiveContent),
    "a billion laughs": (
        "a.xml",
        LAUGHS.replace(b"<!DOCTYPE", b"<?xml version='1.0'?><!DOCTYPE"),
        Kind.INVOICE,
        no.ActiveContent,
    ),
    "dtd from elsewhere": (
        "a.xml",
        b"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'http://example.invalid/a.dtd'><a/>",
        Kind.INVOICE,
        no.ActiveContent,
    ),
    "xml cut": ("a.xml", XML[:-9], Kind.INVOICE, no.Unreadable),
    "xml in a lying encoding": ("a.xml", XML.replace(b"UTF-8", b"GBK"), Kind.INVOICE, no.Unreadable),
    "xml in UTF-7": ("a.xml", b'<?xml version="1.0" encoding="UTF-7"?><a/>', Kind.INVOICE, no.Unreadable),
    "xml of many tags": ("a.xml", b"<a>" + b"<b/>" * (LIMITS.xml_tags_max + 1) + b"</a>", Kind.INVOICE, no.Bomb),
    "xml without end": ("a.xml", b"<a>" * 5_000 + b"</a>" * 5_000, Kind.INVOICE, no.Bomb),
    "xml too large": ("a.xml", b"<a>" + b"x" * LIMITS.xml_bytes_max + b"</a>", Kind.INVOICE, no.TooLarge),
    "png of a header": ("a.png", b"\x89PNG\r\n\x1a\n", Kind.IMAGE, no.Unreadable),
    "png cut": ("a.png", image("PNG")[:40], Kind.IMAGE, no.Unreadable),
    "jpg of a header": ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0", Kind.IMAGE, no.Unreadable),
    "flood of pixels": ("a.png", image("PNG", (30_000, 3_000)), Kind.IMAGE, no.TooLarge),
}

BAD_NAMES = {
    "path": "../../etc/passwd.pdf",
    "backslash": "..\\..\\a.pdf",
    "absolute": "/etc/a.pdf",
    "nul": "a\0.pdf",
    "right to left": "a\u202efdp.exe",
    "isolate": "a\u2066.pdf",
    "zero width": "a\u200b.pdf",
    "new line": "a\n.pdf",
    "300 characters": "长" * 300 + ".pdf",
    "no ending": "contract",
    "hidden": ".pdf",
    "only a dot": ".",
    "empty": "",
    "device": "CON.pdf",
    "drive": "C:a.pdf",
    "quotes": 'a".pdf',
    "surrogate": "a\ud800.pdf",
    "unassigned": "a\U000e0001.pdf",
}


@pytest.mark.parametrize(("name", "content", "kind", "media"), GOOD, ids=[name for name, *_rest in GOOD])
def test_good_files_are_taken(name: str, content: bytes, kind: Kind, media: Media) -> None:
    found = checked(name, content, kind)
    assert (found.name, found.media) == (name, media)


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_rule_and_remedy(case: str) -> None:
    name, content, kind, wanted = BAD[case]
    if case == "zip with a lie about size":
        with pytest.raises(wanted), containers.opened(name, content) as archive:
            containers.read(name, archive, "Doc_0/Attachs/a.xml")
        return
    with pytest.raises(wanted) as caught:
        checked(name, content, kind)
    refusal = caught.value
    assert refusal.remedy
    assert refusal.field == "file"
    assert refusal.status == 422
    assert refusal.text.format_map(refusal.facts)


def test_the_corpus_is_large_enough() -> None:
    assert len(BAD) + len(BAD_NAMES) >= 80


@pytest.mark.parametrize("case", BAD_NAMES)
def test_bad_names_are_refused(case: str) -> None:
    with pytest.raises(no.WrongName) as caught:
        checked_name(BAD_NAMES[case])
    assert caught.value.text.format_map(caught.value.facts)


def test_names_are_one_form() -> None:
    assert checked_name("  e\u0301.pdf ") == "é.pdf"


def test_after_every_bad_file_a_good_one_still_works() -> None:
    for name, content, kind, _wanted in BAD.values():
        try:
            checked(name, content, kind)
        except Refusal:
            assert checked("报告.pdf", PDF, Kind.REPORT).media is Media.PDF


BOMBS = """
import resource, sys
from pathlib import Path
from kechuang.documents.formats import invoice, pdf, upload
from kechuang.documents.states import Kind
from kechuang.kernel.errors import Refusal
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path, kind in ((sys.argv[1], Kind.WORKBOOK), (sys.argv[2], Kind.INVOICE)):
    content = Path(path).read_bytes()
    for read in (lambda: upload.checked(Path(path).name, content, kind), lambda: invoice.read(Path(path).name, content)):
        try:
            read()
        except Refusal as refusal:
            print(refusal.code)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_bombs_do_not_cost_the_memory_they_ask_for(tmp_path: Path) -> None:
    """Two files of 300 MB each when expanded; reading them may cost 120 MB at most."""
    (tmp_path / "a.xlsx").write_bytes(bomb())
    (tmp_path / "b.pdf").write_bytes(flate_bomb())
    command = [sys.executable, "-c", BOMBS, str(tmp_path / "a.xlsx"), str(tmp_path / "b.pdf")]
    *codes, cost = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert "documents.bomb" in codes
    assert int(cost) < 120
    assert resource.RLIMIT_AS


def test_negative_control_expanding_the_bomb_really_costs() -> None:
    with ZipFile(BytesIO(bomb())) as archive:
        assert archive.getinfo("xl/worksheets/sheet0.xml").file_size == 300 * MEGABYTE
    assert len(bomb()) < 2 * MEGABYTE
    assert len(PdfReader(BytesIO(made_pdf(pages=300))).pages) == 300


WHOLE = [content for _name, content, _kind, _media in GOOD[:9]]


@given(
    st.sampled_from(WHOLE),
    st.integers(0, 4_000),
    st.binary(max_size=40),
    st.sampled_from(list(Kind)),
    st.sampled_from(["a.pdf", "a.xml", "a.ofd", "a.xlsx", "a.xls", "a.jpg", "a.csv"]),
)
def test_no_damage_crashes_the_check(content: bytes, place: int, noise: bytes, kind: Kind, name: str) -> None:
    place %= len(content)
    try:
        checked(name, content[:place] + noise + content[place + len(noise) :], kind)
    except Refusal as refusal:
        assert refusal.code.startswith("documents.")  # noqa: PT017 (nothing else may be raised)
