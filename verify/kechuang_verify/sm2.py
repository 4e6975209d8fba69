"""SM2 signatures (GB/T 32918.2) over SM3, in plain Python: enough to verify, since `cryptography` has no SM2.

Verifying handles public values only. `sign` is here for tests and for the stand-in that a demonstration signs with: it
is neither a certified product (GB/T 37092) nor safe against who measures its time. A real log signs in a cipher machine.
"""

import secrets

from kechuang_verify.hashing import sm3

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER = b"1234567812345678"  # the identifier that GM/T 0009 prescribes where none is agreed
WIDTH = 32
_Point = tuple[int, int] | None


def verify(public: bytes, message: bytes, signature: bytes, user: bytes = USER) -> bool:
    """Whether r‖s (64 bytes) signs `message`; `public` is x‖y (64 bytes)."""
    if len(public) != 2 * WIDTH or len(signature) != 2 * WIDTH:
        return False
    point = _number(public[:WIDTH]), _number(public[WIDTH:])
    r, s = _number(signature[:WIDTH]), _number(signature[WIDTH:])
    if not _on_curve(point) or not (0 < r < _N and 0 < s < _N):
        return False
    t = (r + s) % _N
    reached = _plus(_times(s, _G), _times(t, point)) if t else None
    return reached is not None and (_summary(public, message, user) + reached[0]) % _N == r


def sign(private: bytes, message: bytes, user: bytes = USER, *, nonce: int | None = None) -> bytes:
    """r‖s. `nonce` is for the test vector of the standard alone."""
    d = _number(private)
    summary = _summary(public_of(private), message, user)
    while True:
        k = nonce or 1 + secrets.randbelow(_N - 1)
        reached = _times(k, _G)
        assert reached is not None
        r = (summary + reached[0]) % _N
        s = pow(1 + d, -1, _N) * (k - r * d) % _N
        if r and s and r + k != _N:
            return _bytes(r) + _bytes(s)


def new_private() -> bytes:
    return _bytes(1 + secrets.randbelow(_N - 2))


def public_of(private: bytes) -> bytes:
    point = _times(_number(private), _G)
    assert point is not None
    return _bytes(point[0]) + _bytes(point[1])


def _summary(public: bytes, message: bytes, user: bytes) -> int:
    curve = b"".join(map(_bytes, (_A, _B, *_G)))
    identity = sm3((8 * len(user)).to_bytes(2, "big") + user + curve + public)
    return _number(sm3(identity + message))


def _on_curve(point: tuple[int, int]) -> bool:
    x, y = point
    return 0 <= x < _P and 0 <= y < _P and (y * y - (x * x * x + _A * x + _B)) % _P == 0


def _plus(one: _Point, other: _Point) -> _Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % _P == 0:
            return None
        slope = (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P) % _P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, _P) % _P
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P


def _times(count: int, point: _Point) -> _Point:
    reached: _Point = None
    while count:
        if count & 1:
            reached = _plus(reached, point)
        point, count = _plus(point, point), count >> 1
    return reached


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _bytes(number: int) -> bytes:
    return number.to_bytes(WIDTH, "big")
