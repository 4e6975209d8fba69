"""Tables of the registers that an office brought (登记信息导入)."""

from kechuang.kernel.actor import Actor
from kechuang.screening.access import imports_visible_to, registers_in
from kechuang.screening.models import RegisterImport
from kechuang.screening.states import REGISTERS_SHOWN


def brings_registers(actor: Actor) -> bool:
    """Whether the actor brings what the registers say of anybody."""
    return bool(registers_in(actor))


def last_imports(actor: Actor) -> list[RegisterImport]:
    """The last tables of the actor's regions, the newest first."""
    return list(imports_visible_to(actor).order_by("-id")[:REGISTERS_SHOWN])
