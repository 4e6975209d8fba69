"""The same world as the tests of parties use."""

from tests.parties.conftest import World, world

__all__ = ["World", "world"]
