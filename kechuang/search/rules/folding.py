"""One form for what is written in many (归一): width, case, traditional characters; atoms, grams and pinyin of it. Pure."""

import re
import unicodedata
from functools import cache, lru_cache

from kechuang.search.formats.lexicon import BRACKETS, ONE_FORM, OTHER_READINGS
from kechuang.search.states import GRAM, HAN_PLANES, MEMORY_TEXTS

_HAN = "".join(f"{chr(plane.start)}-{chr(plane[-1])}" for plane in HAN_PLANES)
_ATOM = re.compile(rf"[{_HAN}]|[a-z0-9\u03b1-\u03c9]+")
_BORDER = re.compile(r"[0-9]+|[^0-9]+")
_RUN = re.compile(rf"[{_HAN}]+|[^{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_OPEN, _CLOSE = set(BRACKETS), set(BRACKETS.values())

Atoms = tuple[str, ...]


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character and its simplified form, one for one, so that a text keeps its length (繁体转简体)."""
    from opencc import OpenCC

    converter = OpenCC("t2s")
    pairs = ((code, converter.convert(chr(code))) for plane in HAN_PLANES for code in plane)
    return {code: simple for code, simple in pairs if simple != chr(code) and len(simple) == 1}


@lru_cache(maxsize=MEMORY_TEXTS)
def fold(text: str) -> str:
    """`text` in the one form that is compared: half width, lower case, simplified; signs are left where they stand."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    for written, form in ONE_FORM:
        if written in folded:
            folded = folded.replace(written, form)
    return folded


@lru_cache(maxsize=MEMORY_TEXTS)
def atoms(text: str) -> Atoms:
    """Chinese characters one by one, runs of letters and digits whole: 扫,描,jem,2100f. Signs part and are dropped."""
    return tuple(_ATOM.findall(fold(text)))


def key(text: str) -> str:
    """What two writings of one name have in common: GC-MS, gc ms and ＧＣＭＳ are gcms."""
    return "".join(atoms(text))


def is_han(atom: str) -> bool:
    return bool(_IS_HAN.match(atom))


def pieces(atom: str) -> list[str]:
    """A run of letters and digits parted where one turns into the other: su8010 is su and 8010."""
    return _BORDER.findall(atom)


def grams(given: Atoms) -> list[str]:
    """Neighbouring Chinese characters by twos, and the other atoms whole; a lone character stands for itself."""
    found: list[str] = []
    run = ""
    for atom in (*given, ""):
        if atom and is_han(atom):
            run += atom
            continue
        found += [run[i : i + GRAM] for i in range(len(run) - 1)] or ([run] if run else [])
        run = ""
        if atom:
            found.append(atom)
    return found


def outside_brackets(text: str) -> tuple[str, list[str]]:
    """A name without what stands in brackets, and the contents of the brackets: 扫描电镜（含能谱）."""
    outside: list[str] = []
    inside: list[str] = []
    depth = 0
    for char in fold(text):
        if char in _OPEN:
            depth += 1
            inside.append("")
        elif char in _CLOSE and depth:
            depth -= 1
        elif depth:
            inside[-1] += char
        else:
            outside.append(char)
    return "".join(outside), inside


@lru_cache(maxsize=MEMORY_TEXTS)
def syllables(text: str) -> Atoms:
    """The toneless pinyin of each atom (拼音); letters and digits as they stand."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes long to load, and most processes never ask

    found: list[str] = []
    for run in _RUN.findall("".join(atoms(text))):
        if is_han(run[0]):
            found += lazy_pinyin(run, style=Style.NORMAL)
        else:
            found.append(run)
    return tuple(found)


def pinyin(text: str) -> str:
    return "".join(syllables(text))


def pinyins(text: str) -> list[str]:
    """The pinyin of a text, and the one with the readings that many use instead."""
    plain = syllables(text)
    other = tuple(OTHER_READINGS.get(atom, said) for atom, said in zip(atoms(text), plain, strict=True))
    return list(dict.fromkeys(("".join(plain), "".join(other))))


def initials(text: str) -> str:
    """The first letters of the syllables (首字母): 扫描电镜 is smdj."""
    return "".join(part[0] for part in syllables(text))
