"""The machines of supervision: case files, clawbacks, spot-check plans and visits."""

from kechuang.supervision.states.cases import CASE_MACHINE, CLAWBACK_MACHINE
from kechuang.supervision.states.checks import PLAN_MACHINE, VISIT_MACHINE

__all__ = ["CASE_MACHINE", "CLAWBACK_MACHINE", "PLAN_MACHINE", "VISIT_MACHINE"]
