"""What was played, and whether everything still holds."""

from kechuang.pilot.queries.invariants import digest, invariants
from kechuang.pilot.queries.played import SignIn, Summary, run, sign_ins, summary

__all__ = ["SignIn", "Summary", "digest", "invariants", "run", "sign_ins", "summary"]
