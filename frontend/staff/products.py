"""Products and their prices: what each costs now, what it ever did, and setting it."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from events.context import acting
from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_name, actor_names
from modules.catalog.contracts import ProductNotFound
from modules.catalog.selectors import sellable_variants, sku_list
from modules.kernel.errors import Conflict, DomainError
from modules.kernel.identity import new_id
from modules.kernel.money import Money, MoneyError
from modules.kernel.wording import written
from modules.pricing.commands import set_price
from modules.pricing.contracts import SetPrice
from modules.pricing.selectors import currencies, listed_prices, price_history


class PriceFormRefused(Conflict):
    """What was typed as a price cannot be read, or was typed beside an older price."""

    code = "form-refused"


@staff_only
def product_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    number = request.GET.get("page", "1")
    found = sku_list(query, page=int(number) if number.isdecimal() and len(number) < 6 else 1)
    variants = sellable_variants(found.skus)
    known = shop_currencies()
    prices = {code: listed_prices(found.skus, code) for code in known}
    address = request.GET.copy()
    address["page"] = str(found.page + 1)
    context = {
        "found": found,
        "query": query,
        "currencies": known,
        "rows": [
            {"variant": variants[sku], "prices": [prices[code].get(sku) for code in known]}
            for sku in found.skus
        ],
        "next_url": f"?{address.urlencode()}" if found.page < found.pages else "",
    }
    return page(request, "staff/products.html", context, partial="rows")


@staff_only
def product_page(request: HttpRequest, sku: str) -> HttpResponse:
    return page(request, "staff/product.html", product_context(sku))


def shop_currencies() -> tuple[str, ...]:
    """Returns the shop's own currency first, then the others that it lists prices in."""
    return tuple(dict.fromkeys((settings.SHOP_CURRENCY, *currencies())))


def product_context(sku: str) -> dict[str, object]:
    variant = sellable_variants([sku]).get(sku)
    if variant is None:
        raise ProductNotFound(f"There is no article {sku}.", slug=sku, withdrawn=False)
    cards = []
    for code in shop_currencies():
        history = price_history(sku, code)
        names = actor_names(each.actor for each in history)
        current = listed_prices([sku], code).get(sku)
        cards.append(
            {
                "currency": code,
                "current": current,
                "version": current.price_version if current else 0,
                "typed_price": amount(current.price) if current else "",
                "typed_compare": amount(current.compare_at) if current else "",
                "history": [(each, names[each.actor]) for each in history],
            }
        )
    return {"variant": variant, "cards": cards, "command_id": new_id()}


def amount(money: Money | None) -> str:
    """Returns an amount as a field takes it: `12.90`."""
    return str(money).split()[0] if money is not None else ""


@require_POST
@staff_only
def change_price(request: HttpRequest, sku: str) -> HttpResponse:
    """Lists a price; a refusal keeps what was typed and says why."""
    data = request.POST
    try:
        message = asked_price(sku, data)
        require_unchanged(message, data.get("seen", ""))
        with acting(command_id=identifier(data)):
            set_price(message)
    except DomainError as refusal:
        context = product_context(sku) | {
            "problem": refusal.message,
            "typed": data,
            "tried": data.get("currency", ""),
        }
        return page(request, "staff/product.html", context, status=409)
    return redirect(request, reverse("staff-product", args=[sku]))


def asked_price(sku: str, data: QueryDict) -> SetPrice:
    """Returns the price that the form asks for; how it is taxed stays as it was.

    Raises:
        PriceFormRefused: an amount or a time that cannot be read, in words for the page.
    """
    currency = data.get("currency", "")
    if currency not in shop_currencies():
        raise PriceFormRefused("This form is out of date: reload the page and try again.")
    current = listed_prices([sku], currency).get(sku)
    compare = data.get("compare_at", "").strip()
    try:
        price = Money.parse(data.get("price", ""), currency)
        compare_at = Money.parse(compare, currency) if compare else None
    except MoneyError as error:
        raise PriceFormRefused(f"{error}.") from None
    return SetPrice(
        sku=sku,
        price=price,
        compare_at=compare_at,
        valid_from=moment(data.get("valid_from", "").strip()),
        tax_class=current.tax_class if current else "standard",
        tax_included=current.tax_included if current else True,
    )


def moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise PriceFormRefused(f"“{text}” is not a time: write it like 2026-12-01T08:00.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def identifier(data: QueryDict) -> UUID:
    try:
        return UUID(data.get("command_id", ""))
    except ValueError:
        raise PriceFormRefused("This form is out of date: reload the page and try again.") from None


def require_unchanged(message: SetPrice, seen: str) -> None:
    """Raises: PriceFormRefused: somebody else set another price since the page was shown."""
    current = listed_prices([message.sku], message.price.currency).get(message.sku)
    if current is None or str(current.price_version) == seen:
        return
    # The same form sent twice finds its own price, and that is no conflict.
    if (current.price, current.compare_at) == (message.price, message.compare_at):
        return
    by = next(
        each.actor
        for each in price_history(message.sku, message.price.currency)
        if each.version == current.price_version
    )
    who = actor_name(by)
    raise PriceFormRefused(
        f"{who[:1].upper()}{who[1:]} set this price to {written(current.price)} since you opened "
        "the page. Nothing of yours was done. Look at it again, then try again."
    )
