"""The old contact learns that the payee account has changed, while the old account is still paid to (T18)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.kernel.actor import CLOCK
from kechuang.outbox.commands import tell
from kechuang.parties import commands as parties
from kechuang.parties.queries import AccountChange


@transaction.atomic
def tell_account_change(change: AccountChange, *, now: datetime) -> None:
    """Writes the message and marks the account told, together: told twice counts once."""
    text = _("收款账户将由 {before} 变更为 {after}，自 {day} 起生效。如非本单位办理，请立即停用新账户或联系科技局。")
    parties.mark_told(CLOCK, account_id=change.account_id, now=now)
    tell(
        subject_id=change.account_id,
        path=reverse("credit:account", args=[change.account_id]),
        title=_("收款账户变更提醒"),
        text=text.format(before=change.masked_before, after=change.masked_after, day=change.usable_from.isoformat()),
        to_person=change.to_person,
        now=now,
    )
