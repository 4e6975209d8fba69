"""Writing credit: signing commitments, reading lists in."""

from kechuang.credit.commands.commitments import (
    publish_text,
    sign_commitment,
)
from kechuang.credit.commands.lists import (
    Report,
    import_list,
)
from kechuang.credit.commands.papers import (
    Upload,
    add_member,
    change,
    confirm_account,
    propose_account,
    propose_decision,
    sign,
)
from kechuang.credit.commands.records import (
    Broken,
    hold_against,
    lift,
    lift_of,
    reply,
    spend,
    uphold,
)
from kechuang.credit.commands.tables import (
    read_list,
    read_organisations,
)
from kechuang.credit.commands.telling import (
    tell_account_change,
)

__all__ = [
    "Broken",
    "Report",
    "Upload",
    "add_member",
    "change",
    "confirm_account",
    "hold_against",
    "import_list",
    "lift",
    "lift_of",
    "propose_account",
    "propose_decision",
    "publish_text",
    "read_list",
    "read_organisations",
    "reply",
    "sign",
    "sign_commitment",
    "spend",
    "tell_account_change",
    "uphold",
]
