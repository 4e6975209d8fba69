from kechuang.trail.commands.forgetting import forget
from kechuang.trail.commands.recording import Act, Personal, acting_role, advance, canonical, record, record_many
from kechuang.trail.commands.sequencing import catch_up, sequence
from kechuang.trail.commands.witnessing import hear, policy

__all__ = [
    "Act",
    "Personal",
    "acting_role",
    "advance",
    "canonical",
    "catch_up",
    "forget",
    "hear",
    "policy",
    "record",
    "record_many",
    "sequence",
]
