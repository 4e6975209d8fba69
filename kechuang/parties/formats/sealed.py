"""Account numbers at rest: sealed with the installation's key, compared by a keyed digest (加密存储)."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet

_PURPOSE = b"kechuang.parties.account"


def seal(number: str, keys: Sequence[str]) -> str:
    """The number, readable only with one of `keys`; the first one seals."""
    return _box(keys).encrypt(number.encode()).decode()


def opened(sealed: str, keys: Sequence[str]) -> str:
    """The number in clear; raises cryptography's InvalidToken when no key fits or the text was altered."""
    return _box(keys).decrypt(sealed.encode()).decode()


def digest(number: str, key: str) -> str:
    """Equal numbers have equal digests; without the key a digest tells nothing (numbers are guessable)."""
    return hmac.new(_derived(key, b"digest"), number.encode(), hashlib.sha256).hexdigest()


def mark_digest(mark: str, key: str) -> str:
    """The same for the random mark of a browser; another use, so that no digest of the one is one of the other."""
    return hmac.new(_derived(key, b"device"), mark.encode(), hashlib.sha256).hexdigest()


def _box(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, b"seal"))) for key in keys])


def _derived(key: str, use: bytes) -> bytes:
    return hmac.new(key.encode(), _PURPOSE + b"." + use, hashlib.sha256).digest()
