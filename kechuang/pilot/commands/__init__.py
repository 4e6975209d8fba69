"""Playing a year, and writing large volumes."""

from kechuang.pilot.commands.fraud import NotEmpty, PlantedYear, generate_fraud
from kechuang.pilot.commands.generating import generate
from kechuang.pilot.commands.passing import let_pass
from kechuang.pilot.commands.playing import play
from kechuang.pilot.commands.province import generate_province

__all__ = ["NotEmpty", "PlantedYear", "generate", "generate_fraud", "generate_province", "let_pass", "play"]
