"""The machines of supervision: case files, clawbacks, spot-check plans, visits, complaints and sanctions."""

from kechuang.supervision.states.cases import CASE_MACHINE, CLAWBACK_MACHINE
from kechuang.supervision.states.checks import PLAN_MACHINE, VISIT_MACHINE
from kechuang.supervision.states.sanctions import COMPLAINT_MACHINE, SANCTION_MACHINE

__all__ = ["CASE_MACHINE", "CLAWBACK_MACHINE", "COMPLAINT_MACHINE", "PLAN_MACHINE", "SANCTION_MACHINE", "VISIT_MACHINE"]
