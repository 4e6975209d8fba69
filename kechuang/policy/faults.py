"""What is wrong with a pack, where: file, line, reason (规则文件有误)."""

import re
from dataclasses import dataclass


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
    header = re.compile(rf"\s*\[\[?\s*{re.escape(name)}\s*\]?\]")
    return next((number for number, line in enumerate(text.splitlines(), 1) if header.match(line)), 1)


def line_within(text: str, start: int, pattern: str, nth: int = 0) -> int:
    """The line of the `nth` match of `pattern` from line `start` to the next header; `start` when there is none."""
    seen = 0
    for number, line in enumerate(text.splitlines()[start - 1 :], start):
        if number > start and re.match(r"\s*\[\[?[\w.\"-]+\]", line):
            break
        for _match in re.finditer(pattern, line.split(" # ")[0]):
            if seen == nth:
                return number
            seen += 1
    return start


def nth_line(text: str, pattern: str, nth: int) -> int:
    """The line of the `nth` line that matches `pattern` in the whole text; 1 when there are fewer."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(pattern, line)]
    return lines[nth] if nth < len(lines) else 1
