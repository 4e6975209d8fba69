"""Hashes of the log (RFC 9162): leaves and nodes carry a prefix, so that neither can pass for the other.

Profile `intl` is SHA-256, profile `gm` is SM3 (GB/T 32905). Which of them a log uses follows from its key, never from
what a receipt or a server says about itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

LENGTH = 32
LEAF, NODE = b"\x00", b"\x01"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of hashing and signing: `intl` or `gm`."""

    name: str
    digest: Callable[[bytes], bytes]
    words: str

    def leaf(self, data: bytes) -> bytes:
        return self.digest(LEAF + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        return self.digest(NODE + left + right)


INTL = Profile("intl", sha256, "SHA-256/Ed25519")
GM = Profile("gm", sm3, "SM3/SM2")
PROFILES = {profile.name: profile for profile in (INTL, GM)}
