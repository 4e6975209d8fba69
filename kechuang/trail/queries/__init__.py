from kechuang.trail.queries.altered import altered_rows
from kechuang.trail.queries.answers import (
    Continuation,
    Inclusion,
    checkpoint,
    consistency_proof,
    continuation,
    inclusion_proof,
    leaves,
)
from kechuang.trail.queries.comparing import kept_digest, row_texts, whole_rows
from kechuang.trail.queries.evidence import evidence, evidence_of
from kechuang.trail.queries.horizon import ended_below
from kechuang.trail.queries.log import Backlog, backlog, heads, size, witnesses
from kechuang.trail.queries.naming import numbers
from kechuang.trail.queries.reading import Broken, acts_on, repeated_acts, stood_in_for, times, way
from kechuang.trail.queries.receipts import (
    Standing,
    address_of,
    by_token,
    cosigned,
    proofs,
    receipt_address,
    standing,
    written,
)
from kechuang.trail.queries.sound import log_faults

__all__ = [
    "Backlog",
    "Broken",
    "Continuation",
    "Inclusion",
    "Standing",
    "acts_on",
    "address_of",
    "altered_rows",
    "backlog",
    "by_token",
    "checkpoint",
    "consistency_proof",
    "continuation",
    "cosigned",
    "ended_below",
    "evidence",
    "evidence_of",
    "heads",
    "inclusion_proof",
    "kept_digest",
    "leaves",
    "log_faults",
    "numbers",
    "proofs",
    "receipt_address",
    "repeated_acts",
    "row_texts",
    "size",
    "standing",
    "stood_in_for",
    "times",
    "way",
    "whole_rows",
    "witnesses",
    "written",
]
