"""Orders as claims see them: the facts of `orders` with the names and codes of both sides."""

from dataclasses import dataclass
from datetime import date

from kechuang.claims.models import Claim
from kechuang.claims.rules import ClaimTerms
from kechuang.kernel.money import Fen
from kechuang.orders import queries as orders
from kechuang.orders.states import MACHINE, OrderState
from kechuang.parties.queries import PartyCard, parties
from kechuang.policy.book import InForce, replay


@dataclass(frozen=True, slots=True)
class ClaimOrder:
    """What a claim reads of its order. Amounts are gross; `captured_fen` is the offset net of what was put back."""

    id: str
    number: str
    state_label: str
    title: str
    service: str
    scheme: str
    region: str
    year: int
    voucher_id: str
    holder: PartyCard
    provider: PartyCard
    provider_unit: str
    price_fen: Fen
    captured_fen: Fen
    own_share_fen: Fen
    paid_fen: Fen
    placed_on: date
    settled_on: date | None
    contract_digest: str
    contract_drawn: bool  # drawn here: its text is read on the order's pages; otherwise it is one of the files
    contract_fen: Fen | None


def claim_order(order_id: str) -> ClaimOrder:
    """One order with its two sides; the caller has shown that the actor may see the claim. Raises NotVisible."""
    order = orders.order_for_claim(order_id, papers=False)
    cards = parties([order.holder_id, order.provider_id])
    return ClaimOrder(
        id=order.order_id,
        number=order.number,
        state_label=MACHINE.labels[OrderState(order.state)],
        title=order.title,
        service=order.service,
        scheme=order.scheme,
        region=order.region,
        year=order.year,
        voucher_id=order.voucher_id,
        holder=cards[order.holder_id],
        provider=cards[order.provider_id],
        provider_unit=order.unit_id,
        price_fen=order.price_fen,
        captured_fen=order.voucher_fen,
        own_share_fen=order.own_share_fen,
        paid_fen=order.paid_fen,
        placed_on=order.placed_on or order.settled_on or date.min,
        settled_on=order.settled_on if order.settled else None,
        contract_digest=order.contract_digest,
        contract_drawn=bool(order.contract_digest) and not order.contract_file_id,
        contract_fen=order.contract_fen if order.contract_digest else None,  # as it stands in the sealed contract
    )


def terms_of(claim: Claim) -> InForce[ClaimTerms]:
    """The terms the claim was made under: those in force when its order was placed."""
    return replay(claim.terms, ClaimTerms)
