"""Issuing gift cards, paying with them, and putting money back."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, Sum
from django.db.transaction import atomic

from events.commands import command
from events.context import current_context
from events.facts import publish
from modules.giftcards.contracts import (
    GiftCardIssued,
    GiftCardNotFound,
    GiftCardRedeemed,
    GiftCardRefused,
    GiftCardReturned,
    GiftCardSpent,
    GiftCardUsed,
    GiftCardVoided,
    IssuedGiftCard,
    IssueGiftCard,
    RedeemGiftCard,
    ReturnToGiftCard,
)
from modules.giftcards.models import GiftCard, Movement
from modules.giftcards.selectors import digest
from modules.kernel import clock
from modules.kernel.identity import ALPHABET, new_id

# 16 letters of 5 bits are 80 random bits: nobody finds one by trying.
LETTERS = 16
MOST_MINOR = 10**9


@atomic
def issue_gift_card(message: IssueGiftCard) -> IssuedGiftCard:
    """Makes a card and returns its code, which cannot be read again.

    Not a repeatable command: the answers of those are stored, and a code is not.

    Raises:
        GiftCardRefused: an amount of zero or less or beyond all measure, or an end in the past.
    """
    now = clock.now()
    if not 0 < message.amount.minor <= MOST_MINOR:
        raise GiftCardRefused("Choose an amount above zero that a card can hold.", field="amount")
    if message.valid_until and message.valid_until <= now:
        raise GiftCardRefused("Choose an end that is still to come.", field="valid_until")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    card = GiftCard.objects.create(
        code_digest=digest(code),
        hint=code[-4:],
        currency=message.amount.currency,
        issued_minor=message.amount.minor,
        balance_minor=message.amount.minor,
        valid_until=message.valid_until,
        note=message.note[:200],
        sold=message.sold,
        issued_at=now,
    )
    move(card.id, "issued", message.amount.minor, reference=None, key=card.id, at=now)
    publish(
        GiftCardIssued(
            card_id=card.id,
            amount_minor=message.amount.minor,
            currency=message.amount.currency,
            sold=message.sold,
        )
    )
    return IssuedGiftCard(id=card.id, code="-".join(code[n : n + 4] for n in range(0, LETTERS, 4)))


@command
def block_gift_card(card_id: UUID) -> None:
    """Stops a card from paying, as when it was stolen; what it paid for can still come back.

    Raises:
        GiftCardNotFound: there is none.
    """
    if not GiftCard.objects.filter(id=card_id).update(blocked=True):
        raise GiftCardNotFound("There is no such gift card.")


@command
def void_gift_card(card_id: UUID) -> None:
    """Takes back a card with which nothing was paid: it holds nothing and pays no more.

    The one conditional UPDATE decides between this and a payment at the same moment.

    Raises:
        GiftCardNotFound: there is none.
        GiftCardUsed: something was paid with it, or it was taken back already.
    """
    whole = GiftCard.objects.filter(id=card_id, balance_minor=F("issued_minor"))
    taken = whole.update(balance_minor=0, blocked=True)
    card = GiftCard.objects.filter(id=card_id).first()
    if card is None:
        raise GiftCardNotFound("There is no such gift card.")
    if not taken:
        raise GiftCardUsed(
            "Only a card with which nothing was paid can be taken back.", hint=card.hint
        )
    amount = card.issued_minor
    move(card_id, "voided", -amount, reference=None, key=card_id, at=clock.now())
    publish(
        GiftCardVoided(card_id=card_id, amount_minor=amount, currency=card.currency, sold=card.sold)
    )


@command
def redeem(message: RedeemGiftCard) -> None:
    """Takes an amount off a card, by one conditional UPDATE, so that none is spent twice.

    Raises:
        GiftCardSpent: it holds less, is over, blocked, or in other money.
    """
    if Movement.objects.filter(kind="redeemed", key=message.reference).exists():
        return
    now = clock.now()
    take(message, now)
    move(
        message.card_id,
        "redeemed",
        -message.amount_minor,
        reference=message.reference,
        key=message.reference,
        at=now,
    )
    publish(
        GiftCardRedeemed(
            card_id=message.card_id,
            amount_minor=message.amount_minor,
            currency=message.currency,
            reference=message.reference,
        )
    )


def take(message: RedeemGiftCard, at: datetime) -> None:
    usable = GiftCard.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=at),
        id=message.card_id,
        currency=message.currency,
        blocked=False,
        balance_minor__gte=message.amount_minor,
    )
    left = F("balance_minor") - message.amount_minor
    if message.amount_minor <= 0 or not usable.update(balance_minor=left):
        hints = GiftCard.objects.filter(id=message.card_id).values_list("hint", flat=True)
        raise GiftCardSpent(
            "The gift card does not hold so much any more. Look at what is left to pay again.",
            hint=hints.first() or "",
            wanted_minor=message.amount_minor,
        )


@command
def return_to_gift_card(message: ReturnToGiftCard) -> None:
    """Puts money of a payment back on the card it came from; of other payments: nothing.

    Never more than that payment took.
    """
    taken = Movement.objects.filter(kind="redeemed", reference=message.reference).first()
    if taken is None or Movement.objects.filter(kind="returned", key=message.key).exists():
        return
    # The card's row is the lock under which no two returns count the same money.
    card = GiftCard.objects.select_for_update().get(id=taken.card_id)
    moved = Movement.objects.filter(reference=message.reference).aggregate(sum=Sum("amount_minor"))
    left = -(moved["sum"] or 0)
    amount = left if message.amount_minor is None else min(left, message.amount_minor)
    if amount <= 0:
        return
    GiftCard.objects.filter(id=card.id).update(balance_minor=F("balance_minor") + amount)
    now = clock.now()
    move(card.id, "returned", amount, reference=message.reference, key=message.key, at=now)
    publish(
        GiftCardReturned(
            card_id=card.id,
            amount_minor=amount,
            currency=card.currency,
            reference=message.reference,
        )
    )


def move(
    card_id: UUID, kind: str, amount_minor: int, *, reference: UUID | None, key: UUID, at: datetime
) -> None:
    Movement.objects.create(
        id=new_id(),
        card_id=card_id,
        kind=kind,
        amount_minor=amount_minor,
        reference=reference,
        key=key,
        actor=current_context().actor,
        recorded_at=at,
    )
