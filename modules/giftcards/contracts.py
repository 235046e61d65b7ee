"""Gift cards: money that was paid before, held in trust until something is bought with it.

A card is opened by its code, of which only a keyed digest is kept. Its balance is the sum of its
**movements**, which are never changed. Paying with a card is a way to pay, not a discount: the
price and its tax stay what they are (Directive 2006/112/EC, article 30b, multi-purpose vouchers).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.kernel.errors import Conflict, NotFound
from modules.kernel.money import Money

PROVIDER = "giftcard"


class GiftCardNotFound(NotFound):
    """No gift card of this id or code."""

    code = "gift-card-not-found"


class GiftCardRefused(Conflict):
    """An amount or a validity that no gift card has. Field: `field`."""

    code = "gift-card-refused"


class GiftCardUsed(Conflict):
    """Something was paid with the card, or it was taken back already. Field: `hint`."""

    code = "gift-card-used"


class GiftCardSpent(Conflict):
    """The card does not hold so much (any more). Fields: `hint`, `wanted_minor`."""

    code = "gift-card-spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCard:
    """A card; `hint` is the end of its code, to tell it from others. `sold`: not a present."""

    id: UUID
    hint: str
    balance: Money
    issued: Money
    valid_until: datetime | None
    blocked: bool
    note: str
    issued_at: datetime
    sold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMovement:
    """`amount_minor` is added to the balance; `reference` is the payment it belongs to, if any."""

    kind: Literal["issued", "redeemed", "returned", "voided"]
    amount_minor: int
    reference: UUID | None
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueGiftCard:
    """Makes a card of this amount; `note` says for what, and names nobody.

    `sold`: somebody paid for it; otherwise it is a present of the shop's.
    """

    amount: Money
    note: str = ""
    sold: bool = False
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedGiftCard:
    """The only moment at which the code can be read."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemGiftCard:
    """Takes `amount_minor` off the card for the payment `reference`; twice for one is once."""

    card_id: UUID
    reference: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToGiftCard:
    """Puts money of the payment `reference` back where it came from; `key` makes it once.

    `amount_minor` None: all that is not back yet.
    """

    reference: UUID
    key: UUID
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardFact:
    """`amount_minor` in minor units of `currency`, above zero."""

    card_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardIssued(GiftCardFact):
    """Money is held in trust; `sold`: it came from a buyer, not from the shop."""

    sold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardVoided(GiftCardFact):
    """An unused card was taken back; what was paid for it is given back."""

    sold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardRedeemed(GiftCardFact):
    """It pays for something: `reference` is the payment."""

    reference: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardReturned(GiftCardFact):
    """It came back, because what it paid for was not sold after all."""

    reference: UUID
