"""Writing parties: registering, changing, appointing, payee accounts."""

from kechuang.parties.commands.accounts import (
    confirm_account,
    mark_told,
    propose_account,
    refuse_account,
    retire_account,
)
from kechuang.parties.commands.changes import (
    change_credit_code,
    change_legal_representative,
    merge_parties,
    merge_persons,
    move_region,
    rename,
    set_invoice_title,
    strike_off,
)
from kechuang.parties.commands.decisions import (
    carry_out_decision,
    propose_decision,
    refuse_decision,
    withdraw_decision,
)
from kechuang.parties.commands.devices import forget_devices, note_device
from kechuang.parties.commands.entering import (
    enter,
)
from kechuang.parties.commands.importing import (
    Brought,
    import_organisations,
)
from kechuang.parties.commands.offices import (
    appoint,
    appoint_officer,
    dismiss,
    end_substitution,
    substitute,
)
from kechuang.parties.commands.regions import (
    add_zone,
    change_region,
    import_regions,
    replace_region,
)
from kechuang.parties.commands.registering import (
    add_member,
    add_unit,
    end_member,
    register_maker,
    register_organisation,
    register_person,
    register_team,
    set_password,
    set_shown_password,
)

__all__ = [
    "Brought",
    "add_member",
    "add_unit",
    "add_zone",
    "appoint",
    "appoint_officer",
    "carry_out_decision",
    "change_credit_code",
    "change_legal_representative",
    "change_region",
    "confirm_account",
    "dismiss",
    "end_member",
    "end_substitution",
    "enter",
    "forget_devices",
    "import_organisations",
    "import_regions",
    "mark_told",
    "merge_parties",
    "merge_persons",
    "move_region",
    "note_device",
    "propose_account",
    "propose_decision",
    "refuse_account",
    "refuse_decision",
    "register_maker",
    "register_organisation",
    "register_person",
    "register_team",
    "rename",
    "replace_region",
    "retire_account",
    "set_invoice_title",
    "set_password",
    "set_shown_password",
    "strike_off",
    "substitute",
    "withdraw_decision",
]
