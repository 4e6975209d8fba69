"""The machines of supervision: case files and clawbacks."""

from kechuang.supervision.states.cases import CASE_MACHINE, CLAWBACK_MACHINE

__all__ = ["CASE_MACHINE", "CLAWBACK_MACHINE"]
