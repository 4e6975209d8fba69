"""The classes of instruments (仪器分类编码) as they are shown and chosen."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from kechuang.catalog.formats.classes import ClassSet, read_sets
from kechuang.catalog.states import CLASS_VERSION

_FILE = "policies/national/instrument-classes.csv"


@dataclass(frozen=True, slots=True)
class ClassNode:
    """One class with those under it; `assignable` when an instrument may carry it."""

    code: str
    name: str
    assignable: bool
    inner: tuple["ClassNode", ...]


@cache
def class_sets() -> dict[str, ClassSet]:
    """Every version of the codes that we hold."""
    return read_sets((Path(settings.ROOT) / _FILE).read_text(encoding="utf-8"))


def class_codes(version: str = CLASS_VERSION) -> ClassSet:
    """One version; an unknown version is a set without codes."""
    return class_sets().get(version) or ClassSet(version, {})


def class_name(code: str, version: str = CLASS_VERSION) -> str:
    """What a code means in its own version (扫描电镜); "" when it means nothing there."""
    return class_codes(version).name(code)


@cache
def class_tree(version: str = CLASS_VERSION) -> tuple[ClassNode, ...]:
    """Big classes with their middle and small ones, in the order of their codes."""
    held = class_codes(version)

    def node(code: str, digits: int) -> ClassNode:
        step, stem = digits + len(_PAIR), code[:digits]
        inner = [
            other
            for other in sorted(held.names)
            if other != code and other[:digits] == stem and not other[step:].strip("0")
        ]
        below = tuple(node(other, step) for other in inner) if step <= len(code) else ()
        return ClassNode(code, held.name(code), code in held.leaves, below)

    return tuple(node(code, len(_PAIR)) for code in sorted(held.names) if not code[len(_PAIR) :].strip("0"))


_PAIR = "00"
