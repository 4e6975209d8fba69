"""Whom one trusts (C2SP tlog-policy): the log's key, the witnesses' keys, and how many of them must have cosigned.

log <vkey> [url]
witness <name> <vkey> [url]
group <name> all|any|<k> <member>…
quorum <name>|none
"""

from dataclasses import dataclass, field
from pathlib import Path

from kechuang_verify.note import Key, Malformed, Note, cosigned_at, read_key

NONE = "none"
LINE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """One witness of a policy."""

    name: str
    key: Key
    url: str = ""


@dataclass
class Policy:
    """Logs, witnesses, groups and the quorum that is asked for."""

    logs: list[Key] = field(default_factory=list)
    witnesses: list[Member] = field(default_factory=list)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str = ""
    addresses: dict[str, str] = field(default_factory=dict)  # of logs, by name

    def log(self, name: str) -> Key | None:
        return next((key for key in self.logs if key.name == name), None)

    def met(self, note: Note) -> bool:
        """Whether enough of the witnesses cosigned this checkpoint."""
        seen = {one.name for one in self.witnesses if cosigned_at(note, one.key) is not None}
        return self.quorum == NONE or self._holds(self.quorum, seen)

    def asked(self) -> str:
        """The quorum in words: 2/3."""
        if self.quorum in self.groups:
            count, members = self.groups[self.quorum]
            return f"{count}/{len(members)}"
        return "0" if self.quorum == NONE else "1/1"

    def _holds(self, name: str, seen: set[str]) -> bool:
        if name not in self.groups:
            return name in seen
        count, members = self.groups[name]
        return sum(self._holds(member, seen) for member in members) >= count


def read_policy(text: str) -> Policy:
    """Parses a policy; raises Malformed, naming the line."""
    policy = Policy()
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            _take(policy, words)
        except (Malformed, ValueError, IndexError) as why:
            raise Malformed(f"policy, line {number}: {why or 'words are missing'}") from None
    if not policy.quorum:
        raise Malformed("policy: no quorum line")
    return policy


def policy_of(path: Path) -> Policy:
    try:
        return read_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as why:
        raise Malformed(f"policy {path}: {why}") from None


def _take(policy: Policy, words: list[str]) -> None:
    known = {one.name for one in policy.witnesses} | set(policy.groups)
    kind, *rest = words
    if kind == "log":
        key = read_key(rest[0])
        _new(key.public, {one.public for one in policy.logs}, "a log's key stands twice")
        policy.logs.append(key)
        policy.addresses[key.name] = rest[1] if len(rest) > 1 else ""
    elif kind == "witness":
        key = read_key(rest[1])
        _new(key.public, {one.key.public for one in policy.witnesses}, "a witness's key stands twice")
        _new(rest[0], known | {NONE}, f"the name {rest[0]} stands twice")
        policy.witnesses.append(Member(rest[0], key, rest[2] if len(rest) > 2 else ""))
    elif kind == "group":
        name, count, members = rest[0], rest[1], rest[2:]
        _new(name, known | {NONE}, f"the name {name} stands twice")
        if not members or not set(members) <= known or len(set(members)) != len(members):
            raise Malformed(f"group {name}: its members must be named before, each once")
        need = {"all": len(members), "any": 1}.get(count) or int(count)
        if not 1 <= need <= len(members):
            raise Malformed(f"group {name}: {need} of {len(members)}")
        policy.groups[name] = (need, members)
    elif kind == "quorum":
        if policy.quorum or rest[0] not in known | {NONE}:
            raise Malformed(f"quorum {rest[0]}: once, and of a name that stands before")
        policy.quorum = rest[0]
    else:
        raise Malformed(f"{kind[:LINE_MAX]} is no word of a policy")


def _new(item: object, known: object, words: str) -> None:
    if item in known:  # type: ignore[operator]
        raise Malformed(words)
