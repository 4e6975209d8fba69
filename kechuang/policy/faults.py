"""What is wrong with a pack, where: file, line, reason (规则文件有误)."""

import re
from dataclasses import dataclass
from functools import lru_cache

TEXTS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class PackError(Exception):
    """A pack, or its cases, cannot be used. Carries every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def header_line(text: str, name: str) -> int:
    """The line of `[name]` or `[[name]]`; 1 when there is none."""
    return _headers(text).get(name, 1)


def line_within(text: str, start: int, pattern: str, nth: int = 0) -> int:
    """The line of the `nth` match of `pattern` from line `start` to the next header; `start` when there is none."""
    seen, lines = 0, _lines(text)
    for number in range(start, len(lines) + 1):
        line = lines[number - 1]
        if number > start and re.match(r"\s*\[\[?[\w.\"-]+\]", line):
            break
        for _match in re.finditer(pattern, line.split(" # ")[0]):
            if seen == nth:
                return number
            seen += 1
    return start


def nth_line(text: str, pattern: str, nth: int) -> int:
    """The line of the `nth` line that matches `pattern` in the whole text; 1 when there are fewer."""
    found = _matching(text, pattern)
    return found[nth] if nth < len(found) else 1


# Asked for each parameter and each case of a pack, several times while an officer types: a text is gone through once.
@lru_cache(TEXTS_KEPT)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


@lru_cache(TEXTS_KEPT)
def _headers(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(_lines(text), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]*?)\s*\]", line):
            found.setdefault(header[1], number)
    return found


@lru_cache(TEXTS_KEPT)
def _matching(text: str, pattern: str) -> tuple[int, ...]:
    return tuple(number for number, line in enumerate(_lines(text), 1) if re.match(pattern, line))
