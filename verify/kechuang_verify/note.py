"""Signed notes, checkpoints and cosignatures as C2SP writes them: signed-note, tlog-checkpoint, tlog-cosignature/v1.

A key is written `name+id+base64(type ‖ public)`. Types: 0x01 Ed25519 of a log, 0x04 cosignature of a witness, and, from
the range that the specification leaves to others, 0xff followed by `kechuang.sm2-sm3` for SM2 over SM3 (profile gm).
The public witness network does not know that last one: a gm log is witnessed by programs that do.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kechuang_verify import sm2
from kechuang_verify.hashing import GM, INTL, LENGTH, Profile

ED25519, COSIGNATURE = b"\x01", b"\x04"
SM2 = b"\xff" + b"kechuang.sm2-sm3\x00"
_KINDS = {"ed25519": ED25519, "cosignature": COSIGNATURE, "sm2": SM2}
_PUBLIC_LENGTH = {"ed25519": 32, "cosignature": 32, "sm2": 64}
ID_LENGTH, TIME_LENGTH = 4, 8
NOTE_MAX, LINES_MAX = 64 * 1024, 64


class Malformed(Exception):
    """What was read is no note, checkpoint or key; the text says why."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its name; `kind` is ed25519, cosignature or sm2."""

    name: str
    kind: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _KINDS[self.kind] + self.public).digest()[:ID_LENGTH]

    @property
    def profile(self) -> Profile:
        return GM if self.kind == "sm2" else INTL

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(_KINDS[self.kind] + self.public)}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        if self.kind == "sm2":
            return sm2.verify(self.public, message, signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes
    body: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_b64(self.key_id + self.body)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and who signed it."""

    text: str
    signatures: tuple[Signature, ...] = field(default=())

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def by(self, key: Key) -> list[Signature]:
        return [one for one in self.signatures if one.name == key.name and one.key_id == key.id]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """检查点：origin, size and root of a tree; `note` is what was signed."""

    origin: str
    size: int
    root: bytes
    note: Note


def read_key(text: str) -> Key:
    """Parses a verifier key; its id must be that of its content."""
    name, _, rest = text.strip().partition("+")
    given, _, encoded = rest.partition("+")
    material = _unb64(encoded, "key")
    for kind, mark in _KINDS.items():
        public = material[len(mark) :]
        if name and material.startswith(mark) and len(public) == _PUBLIC_LENGTH[kind]:
            key = Key(name, kind, public)
            if key.id.hex() != given:
                raise Malformed(f"key {name}: its id is {key.id.hex()}, not {given}")
            return key
    raise Malformed(f"key {name or '?'}: unknown type")


def read_note(text: str) -> Note:
    """Parses a signed note; nothing is verified yet."""
    if len(text) > NOTE_MAX or any(ord(char) < ord(" ") and char != "\n" for char in text):
        raise Malformed("not a note: too long, or with control characters")
    body, gap, lines = text.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Malformed("not a note: no signatures after an empty line")
    signatures: list[Signature] = []
    for line in lines[:-1].split("\n"):
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        raw = _unb64(encoded, "signature")
        if mark != "—" or not name or len(raw) <= ID_LENGTH or len(signatures) >= LINES_MAX:
            raise Malformed("not a note: a line that is no signature")
        signatures.append(Signature(name, raw[:ID_LENGTH], raw[ID_LENGTH:]))
    return Note(body + "\n", tuple(signatures))


def read_checkpoint(text: str) -> Checkpoint:
    """Parses a signed checkpoint; nothing is verified yet."""
    note = read_note(text)
    lines = note.text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise Malformed("not a checkpoint: origin, size and root are three lines")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size)) != size:
        raise Malformed(f"not a checkpoint: size {size!r}")
    digest = _unb64(root, "root")
    if len(digest) != LENGTH:
        raise Malformed("not a checkpoint: root is not 32 bytes")
    return Checkpoint(origin, int(size), digest, note)


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{_b64(root)}\n"


def signed(text: str, key: Key, body: bytes) -> Note:
    return Note(text, (Signature(key.name, key.id, body),))


def log_signed(note: Note, key: Key) -> bool:
    """Whether the log's key signed the note; a signature of that key that fails condemns the note."""
    found = note.by(key)
    return bool(found) and all(key.verifies(note.text.encode(), one.body) for one in found)


def cosigned_at(note: Note, witness: Key) -> int | None:
    """When this witness cosigned (seconds since 1970); None: not at all, or its signature does not hold."""
    for one in note.by(witness):
        if len(one.body) > TIME_LENGTH:
            moment = int.from_bytes(one.body[:TIME_LENGTH], "big")
            if witness.verifies(_cosigned_text(note, moment), one.body[TIME_LENGTH:]):
                return moment
    return None


def cosign(note: Note, name: str, private: Ed25519PrivateKey, moment: int) -> Signature:
    """A witness's line under a checkpoint (cosignature/v1)."""
    key = Key(name, "cosignature", private.public_key().public_bytes_raw())
    return Signature(name, key.id, moment.to_bytes(TIME_LENGTH, "big") + private.sign(_cosigned_text(note, moment)))


def _cosigned_text(note: Note, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{note.text}".encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"{what}: not base64") from None
