"""存证日志的状态与尺度：what a witness said last, and the measures of the log."""

from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _


class WitnessState(StrEnum):
    """见证方状态."""

    WAITING = "waiting"  # it has said nothing yet, or cannot be reached
    COSIGNED = "cosigned"
    REFUSED = "refused"


WITNESS_LABELS: dict[WitnessState, str] = {
    WitnessState.WAITING: _("尚无答复"),
    WitnessState.COSIGNED: _("已联署"),
    WitnessState.REFUSED: _("拒绝联署"),
}

STAND_IN_WITNESS = _("模拟见证方")  # what a demonstration runs for itself; it proves nothing

SALT_BYTES = 16
BATCH_EVENTS = 5_000  # sequenced in one transaction
PROMISED_SECONDS = 600  # a receipt promises its event in the log by then; the worker's round is every five minutes
ENTRIES_MAX = 10_000  # leaf hashes in one answer
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 writes no larger one exactly
PLACES_MAX = 10**12  # of leaves that one may ask about; a longer number would pass for somebody's account
FINDINGS_SHOWN = 20
WAIT_SECONDS = 5  # for a witness or a signing service
HORIZON_ASKED = 5  # times at most: a doubt is a matter of microseconds, and what stays in doubt holds the log back
LARGEST_ANSWER = 256 * 1024
HEADS_SHOWN = 8
# Columns with a value of their own that came to a table after events of up to 0.2.0 kept but the digest of its whole row.
# An act on such a row since then has kept its columns, these among them.
ADDED_SINCE: dict[str, tuple[str, ...]] = {"parties_office": ("document",), "treasury_payable": ("taken",)}
EVIDENCE_WIDTH = 80  # of a value that a finding prints
