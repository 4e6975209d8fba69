"""What a check prints: lines of a name and words, findings, and the result in the last line."""

import sys
from dataclasses import dataclass, field

VERIFIED, TAMPERED, CANNOT_DECIDE = 0, 2, 3
WIDTH = 10


@dataclass
class Report:
    """Collects what was found; `close` prints the result and answers the exit code."""

    findings: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def say(self, name: str, words: str) -> None:
        print(f"{name:<{WIDTH}}{words}".rstrip())

    def fail(self, words: str) -> None:
        """Something was altered, or does not verify."""
        self.findings.append(words)
        self.say("FAIL", words)

    def lacks(self, words: str) -> None:
        """Something that is needed to decide is not there."""
        self.undecided.append(words)
        self.say("LACKS", words)

    def close(self) -> int:
        if self.findings:
            count = len(self.findings)
            self.say("RESULT", f"TAMPERED ({count} finding{'' if count == 1 else 's'})")
            return TAMPERED
        self.say("RESULT", "CANNOT DECIDE" if self.undecided else "VERIFIED")
        return CANNOT_DECIDE if self.undecided else VERIFIED


def stop(words: str) -> int:
    """Nothing could be looked at: why, and the code that says so."""
    report = Report()
    report.lacks(words)
    sys.stdout.flush()
    return report.close()
