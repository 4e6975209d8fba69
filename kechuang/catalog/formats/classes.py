"""The six-digit classes of scientific instruments (仪器分类编码): two digits each of big, middle and small class.

There is more than one code set, with the same digits for other things; a code means something only with the version of
its set. The sets are data: policies/national/instrument-classes.csv, with source and version.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_BIG, _MIDDLE = 2, 4  # leading digits of a big and of a middle class
_LIKE_SHOWN = 3


@dataclass(frozen=True)
class ClassSet:
    """One version of the codes with their names."""

    version: str
    names: Mapping[str, str]

    @cached_property
    def leaves(self) -> frozenset[str]:
        """The codes an instrument may carry: those under which nothing stands."""
        inner = {code[:_BIG] for code in self.names if code[_BIG:_MIDDLE] != "00"}
        middle = {code[:_MIDDLE] for code in self.names if code[_MIDDLE:] != "00"}
        return frozenset(
            code
            for code in self.names
            if code[_MIDDLE:] != "00" or (code[:_MIDDLE] not in middle and not _has_inner(code, inner))
        )

    def name(self, code: str) -> str:
        """The class's own name, "" for a code that the set has not."""
        return self.names.get(code, "")

    def path(self, code: str) -> tuple[str, ...]:
        """Its names from the big class down, each once (分析仪器、电子光学仪器、扫描电镜)."""
        steps = (code[:_BIG] + "0000", code[:_MIDDLE] + "00", code)
        return tuple(dict.fromkeys(self.names[step] for step in steps if step in self.names))

    def like(self, code: str) -> tuple[str, ...]:
        """Codes near one that the set has not, for a remedy: the same middle class, else the same big one."""
        for digits in (_MIDDLE, _BIG):
            near = sorted(leaf for leaf in self.leaves if leaf[:digits] == code[:digits])
            if near:
                return tuple(near[:_LIKE_SHOWN])
        return ()


def _has_inner(code: str, inner: set[str]) -> bool:
    return code[_BIG:_MIDDLE] == "00" and code[:_BIG] in inner


def read_sets(text: str) -> dict[str, ClassSet]:
    """The sets in our own file, by version; lines that begin with # say where they come from."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(lines):
        names.setdefault(row["version"], {})[row["code"]] = row["name"]
    return {version: ClassSet(version, held) for version, held in names.items()}
