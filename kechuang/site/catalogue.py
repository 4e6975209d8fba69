"""The English catalogue (译文): which texts the code marks, which of them lack a translation, compiling what is there.

Msgids are Chinese. Read with the syntax tree and Django's own template reader, written and compiled with Babel, so no
gettext programs are needed.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

MARKS = {"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
PLURAL_MARKS = {"ngettext", "ngettext_lazy"}
_IN_TEMPLATE = re.compile(
    r"\b(n?gettext)\(\s*u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")(?:\s*,\s*u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"))?"
)
HEADER = "# The English of kechuang. Msgids are Chinese; `kechuang docs` adds the new ones and drops what is gone.\n#"


@dataclass(frozen=True, slots=True, order=True)
class Marked:
    """One text marked for translation, and where."""

    text: str
    plural: str
    place: str


def po_file(root: Path) -> Path:
    return root / "locale" / "en" / "LC_MESSAGES" / "django.po"


def marked(root: Path) -> list[Marked]:
    """Every text that the house marks, in the order of the files."""
    found: list[Marked] = []
    for path in sorted((root / "kechuang").rglob("*.py")):
        if "migrations" not in path.parts:
            found += _in_python(path, root)
    for path in sorted((root / "kechuang").rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            found += _in_template(path, root)
    return found


def missing(root: Path) -> list[str]:
    """Marked texts without an English one, and translations that drop or invent a placeholder."""
    known = _read(root)
    faults = []
    for text in dict.fromkeys(item.text for item in marked(root)):
        message = known.get(text)
        if message is None or not _said(message):
            faults.append(f"no English for: {text}")
        elif _holes(text) != _holes(" ".join(_strings(message.string)[-1:])):
            faults.append(f"placeholders differ: {text}")
    return faults


def update(root: Path) -> bool:
    """Adds what is new with an empty translation and drops what no longer stands anywhere; True when that changed it."""
    path = po_file(root)
    before = path.read_bytes() if path.exists() else b""
    known = _read(root)
    fresh = Catalog(locale="en", header_comment=HEADER, project="kechuang", fuzzy=False, charset="utf-8")
    for item in marked(root):
        old = known.get(item.text)
        plural = item.plural or (old.id[1] if old is not None and old.pluralizable else "")
        said = old.string if old is not None and bool(old.pluralizable) == bool(plural) else None
        fresh.add((item.text, plural) if plural else item.text, said, locations=[(item.place, 1)])
    for message in fresh:
        message.locations = sorted(set(message.locations))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        write_po(out, fresh, width=110, omit_header=False, sort_by_file=False, include_lineno=False)
    after = _without_dates(path.read_bytes())
    path.write_bytes(after)
    return after != before


def compile_if_newer(root: Path) -> None:
    """The `.mo` that Django reads; git keeps the `.po` only."""
    source = po_file(root)
    target = source.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
        return
    with source.open("rb") as text, NamedTemporaryFile(dir=target.parent, delete=False) as out:
        write_mo(out, read_po(text, locale="en"))
    Path(out.name).replace(target)  # whole at once: another process may be reading
    target.chmod(0o644)


def english(root: Path) -> dict[str, str]:
    """Translations at hand, for generated docs."""
    return {_key(message): _strings(message.string)[0] for message in _read(root) if message.id and _said(message)}


def _read(root: Path) -> Catalog:
    path = po_file(root)
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as text:
        return read_po(text, locale="en")


def _in_python(path: Path, root: Path) -> Iterator[Marked]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in MARKS and texts and texts[0]:
            plural = texts[1] if name in PLURAL_MARKS and len(texts) > 1 else ""
            yield Marked(texts[0], plural, str(path.relative_to(root)))


def _in_template(path: Path, root: Path) -> Iterator[Marked]:
    from django.utils.translation.template import templatize

    for name, one, many in _IN_TEMPLATE.findall(templatize(path.read_text())):
        plural = ast.literal_eval(many) if many and name == "ngettext" else ""
        yield Marked(ast.literal_eval(one), plural, str(path.relative_to(root)))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _said(message: Message) -> bool:
    return all(_strings(message.string)) and bool(_strings(message.string)) and not message.fuzzy


def _holes(text: str) -> set[str]:
    return {braced or percent for braced, percent in re.findall(r"\{(\w+)[^}]*\}|%\((\w+)\)s", text)}


def _without_dates(text: bytes) -> bytes:
    return re.sub(
        rb'"(POT-Creation-Date|Report-Msgid-Bugs-To|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): [^"]*"\n',
        b"",
        text,
    )
