"""Signing tree heads. Profile `intl`: Ed25519 with a key of this installation. Profile `gm`: SM2, by a signing service.

What a signing service must do (签名服务接口), over HTTP on an internal address:

    GET  <url>/key    → {"public": "<128 hex digits, x‖y>"}
    POST <url>/sign   {"algorithm": "sm2-sm3", "user": "1234567812345678", "message": "<base64>"}
                      → {"signature": "<base64 of r‖s, 64 bytes>"}

It is a cipher machine's or a signing server's (GB/T 37092, level two or above); nothing from PyPI takes its place.
`StandInSm2` is for demonstrations and tests, and is called a stand-in wherever it is shown.
"""

import base64
import json
import os
import secrets
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from kechuang_verify import sm2
from kechuang_verify.note import Key, Note, Signature

from kechuang.trail.states import LARGEST_ANSWER, WAIT_SECONDS

PUBLIC_BYTES = 2 * sm2.WIDTH


class Signer(Protocol):
    """Signs a note's text with the log's key; `stand_in` is said on the page."""

    key: Key
    stand_in: bool

    def sign(self, message: bytes) -> bytes: ...


class CannotSign(ConnectionError):
    """The signing service did not answer, or not as agreed: no head is written, events wait."""


def signed(signer: Signer, text: str) -> Note:
    return Note(text, (Signature(signer.key.name, signer.key.id, signer.sign(text.encode())),))


class Ed25519File:
    """The key in a file of this installation, readable by its owner alone; made when there is none."""

    stand_in = False

    def __init__(self, origin: str, path: Path) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(_kept(path, lambda: os.urandom(32)))
        self.key = Key(origin, "ed25519", self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


class SigningService:
    """A cipher machine or signing server by the protocol above.

    Its key is asked for once and kept: pages and proofs go on while it does not answer, and another key is never taken for
    this log's.
    """

    stand_in = False

    def __init__(self, origin: str, url: str, path: Path) -> None:
        self._url = url.rstrip("/")
        self.key = Key(origin, "sm2", _kept(path, self._public))

    def sign(self, message: bytes) -> bytes:
        asked = {"algorithm": "sm2-sm3", "user": sm2.USER.decode(), "message": base64.b64encode(message).decode()}
        signature = base64.b64decode(str(self._ask("/sign", asked)["signature"]))
        if not self.key.verifies(message, signature):
            raise CannotSign(f"{self._url}: its signature does not verify")
        return signature

    def _public(self) -> bytes:
        try:
            public = bytes.fromhex(str(self._ask("/key")["public"]))
        except (KeyError, TypeError, ValueError) as why:
            raise CannotSign(f"{self._url}/key: {why}") from why
        if len(public) != PUBLIC_BYTES:
            raise CannotSign(f"{self._url}/key: {len(public)} bytes are no SM2 key")
        return public

    def _ask(self, path: str, body: object = None) -> dict[str, object]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
                told: dict[str, object] = json.loads(answer.read(LARGEST_ANSWER))
                return told
        except (OSError, ValueError) as why:
            raise CannotSign(f"{self._url}{path}: {why}") from why


class StandInSm2:
    """模拟签名服务（替身）: SM2 in plain Python with a key in a file. No certified product, for demonstration and tests."""

    stand_in = True

    def __init__(self, origin: str, path: Path) -> None:
        self._private = _kept(path, sm2.new_private)
        self.key = Key(origin, "sm2", sm2.public_of(self._private))

    def sign(self, message: bytes) -> bytes:
        return sm2.sign(self._private, message)


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; made once, whole or not at all, so that two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        content = make()
        made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_bytes()


def signer() -> Signer:
    """The one of this installation, by its settings."""
    keys = str(settings.LOG_KEYS)
    return _made(settings.LOG_PROFILE, settings.LOG_ORIGIN, settings.LOG_SIGNING_SERVICE, keys)


@cache
def _made(profile: str, origin: str, service: str, keys: str) -> Signer:
    if profile == "intl":
        return Ed25519File(origin, Path(keys) / "ed25519.key")
    assert profile == "gm", f"KECHUANG_LOG_PROFILE: intl or gm, not {profile}"
    if service:
        return SigningService(origin, service, Path(keys) / "sm2-service.public")
    return StandInSm2(origin, Path(keys) / "sm2-stand-in.key")
