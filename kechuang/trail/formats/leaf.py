"""What is hashed for an event: canonical JSON (RFC 8785) of its act and of the digest of its row's evidence."""

from kechuang_verify.hashing import Profile


def leaf_data(body: bytes, after: str, row_digest: str, profile: Profile) -> bytes:
    """`{"act":…,"row":"…","v":1}`: keys in order and `body` canonical, so the whole is. `row_digest` is of older events."""
    row = profile.digest(after.encode()).hex() if after else row_digest
    return b'{"act":%s,"row":"%s","v":1}' % (body, row.encode())
