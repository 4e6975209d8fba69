"""Writing credit: signing commitments, reading lists in."""

from kechuang.credit.commands.commitments import (
    publish_text,
    sign_commitment,
)
from kechuang.credit.commands.events import (
    Against,
    answer_repair,
    ask_repair,
    confirm_event,
    lift_event,
    notify,
    reply_event,
    spend_event,
)
from kechuang.credit.commands.listing import put_on_list, take_off_list
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
    "Against",
    "Broken",
    "Report",
    "Upload",
    "add_member",
    "answer_repair",
    "ask_repair",
    "change",
    "confirm_account",
    "confirm_event",
    "hold_against",
    "import_list",
    "lift",
    "lift_event",
    "lift_of",
    "notify",
    "propose_account",
    "propose_decision",
    "publish_text",
    "put_on_list",
    "read_list",
    "read_organisations",
    "reply",
    "reply_event",
    "sign",
    "sign_commitment",
    "spend",
    "spend_event",
    "take_off_list",
    "tell_account_change",
    "uphold",
]
