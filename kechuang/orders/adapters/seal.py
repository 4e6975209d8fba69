"""电子印章：what seals a contract. GB/T 38540 services are connected per installation; here stands a stand-in."""

import hashlib
from typing import Protocol


class Sealer(Protocol):
    name: str

    def seal(self, *, digest: str, party_id: str, person_id: str) -> str:
        """A reference by which the seal on this text can be found again."""
        ...


class StandInSealer:
    """演示用印（替身）：puts no legal seal; says so in every reference it gives."""

    name = "演示用印（替身）"

    def seal(self, *, digest: str, party_id: str, person_id: str) -> str:
        mark = hashlib.sha256(f"{digest}|{party_id}|{person_id}".encode()).hexdigest()
        return f"{self.name} {mark[: len(digest) // len('four')]}"


_sealer: Sealer = StandInSealer()


def sealer() -> Sealer:
    return _sealer


def use(other: Sealer) -> None:
    """Connects a real e-seal service; done once at process start."""
    global _sealer
    _sealer = other
