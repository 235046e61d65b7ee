"""Gift cards: issuing one, whose code is shown this once, and what each still holds."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from frontend.access import staff_only
from frontend.htmx import page
from frontend.staff.promotion_form import moment
from modules.giftcards.commands import block_gift_card, issue_gift_card, void_gift_card
from modules.giftcards.contracts import GiftCardRefused, IssuedGiftCard, IssueGiftCard
from modules.giftcards.selectors import newest_cards
from modules.kernel.errors import DomainError
from modules.kernel.money import Money, MoneyError


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def gift_card_page(request: HttpRequest) -> HttpResponse:
    issued, problem = None, ""
    if request.method == "POST":
        try:
            issued = issued_as_asked(request)
        except DomainError as refusal:
            problem = refusal.message
    context = {
        "cards": newest_cards(),
        "issued": issued,
        "problem": problem,
        "typed": request.POST,
        "currencies": settings.SHOP_CURRENCIES,
    }
    return page(request, "staff/gift_cards.html", context, status=409 if problem else 200)


def issued_as_asked(request: HttpRequest) -> IssuedGiftCard | None:
    """Issues the card that the form asks for, or blocks or takes back the one it names.

    Raises:
        GiftCardRefused: an amount that cannot be read or be on a card.
        GiftCardUsed: one to be taken back paid for something.
    """
    data = request.POST
    for name, change in (("block", block_gift_card), ("void", void_gift_card)):
        if named := data.get(name, ""):
            found = next((card for card in newest_cards() if str(card.id) == named), None)
            if found:
                change(found.id)
            return None
    currency = data.get("currency", "")
    if currency not in settings.SHOP_CURRENCIES:
        raise GiftCardRefused("Choose one of the shop's currencies.", field="currency")
    try:
        amount = Money.parse(data.get("amount", ""), currency)
    except MoneyError as error:
        raise GiftCardRefused(f"{error}.", field="amount") from None
    return issue_gift_card(
        IssueGiftCard(
            amount=amount,
            note=data.get("note", "").strip(),
            sold=data.get("sold") == "yes",
            valid_until=moment(data.get("valid_until", "")),
        )
    )
