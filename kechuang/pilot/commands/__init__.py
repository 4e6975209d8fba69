"""Playing a year, and writing large volumes."""

from kechuang.pilot.commands.generating import generate
from kechuang.pilot.commands.passing import let_pass
from kechuang.pilot.commands.playing import play

__all__ = ["generate", "let_pass", "play"]
