"""Reading credit: commitments in force, what the lists say, one's own organisation."""

from kechuang.credit.queries.commitments import (
    ToSign,
    account_terms,
    commitment,
    commitment_in_force,
    commitments,
    committed,
    require_commitment,
    text_in_force,
    to_sign,
)
from kechuang.credit.queries.lists import (
    Hit,
    daily_hits,
    dishonest,
    entries_of,
    facts,
    imports,
    labels,
    last_import,
    listed,
)
from kechuang.credit.queries.organisation import (
    AccountPage,
    OrganisationSheet,
    account_page,
    confirming_counties,
    organisation,
    waiting_for,
)

__all__ = [
    "AccountPage",
    "Hit",
    "OrganisationSheet",
    "ToSign",
    "account_page",
    "account_terms",
    "commitment",
    "commitment_in_force",
    "commitments",
    "committed",
    "confirming_counties",
    "daily_hits",
    "dishonest",
    "entries_of",
    "facts",
    "imports",
    "labels",
    "last_import",
    "listed",
    "organisation",
    "require_commitment",
    "text_in_force",
    "to_sign",
    "waiting_for",
]
