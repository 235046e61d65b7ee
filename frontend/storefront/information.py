"""Delivery, returns, contact, terms and privacy; and what crawlers are told."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape

from frontend.caching.sharing import shared
from modules.catalog.contracts import BrowseRequest, CategoryNode
from modules.catalog.selectors import browse, category_tree, collections


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    lead: str
    parts: tuple[Part, ...]


DOCUMENTS = {
    "delivery": Document(
        "Delivery",
        "We print to order in Lyon and send within two working days.",
        (
            Part(
                "How long it takes",
                "Checkout shows each way of delivery with the days on which to expect it, counted "
                "in working days from today. Framed prints travel flat, posters rolled.",
            ),
            Part(
                "What it costs",
                "The price depends on where it goes and is shown before you pay. From a certain "
                "value on, standard delivery is free; the basket says how far you are from it.",
            ),
            Part(
                "Where it is",
                "Your order has its own page, linked in the confirmation. It changes by itself "
                "when a parcel leaves us.",
            ),
        ),
    ),
    "returns": Document(
        "Returns",
        "You may send anything back within 30 days, for any reason.",
        (
            Part(
                "How",
                "Open the page of your order, choose the pieces and the reason, and send them to "
                "us. When they have arrived you get your money back the way you paid.",
            ),
            Part(
                "Before we ship",
                "Until a parcel has left you can cancel on the same page. What was reserved on "
                "your card is released, what was taken is refunded.",
            ),
            Part(
                "Damaged on arrival",
                "Choose that reason and keep the packaging. We replace the piece or refund it, "
                "delivery included.",
            ),
        ),
    ),
    "contact": Document(
        "Contact",
        "Real people answer, on working days between nine and five in Lyon.",
        (
            Part("E-mail", "hello@halftone.example. Please name your order number."),
            Part("Address", "Halftone, 12 rue des Tables Claudiennes, 69001 Lyon, France"),
        ),
    ),
    "terms": Document(
        "Terms",
        "Short, because there is little to hide. This is a demonstration shop.",
        (
            Part(
                "The contract",
                "Your order is an offer; it is accepted when we confirm it. The price is the one "
                "on the button you pressed. It is stored with the order and never computed again.",
            ),
            Part(
                "Payment",
                "Money is reserved when you order and taken when a parcel leaves us. An order that "
                "stays unpaid is cancelled and its pieces go back on sale.",
            ),
            Part(
                "Your record",
                "Everything that happens to your order is recorded as it happens and never "
                "changed afterwards. You can read it on the order's page.",
            ),
        ),
    ),
    "privacy": Document(
        "Privacy",
        "We keep what an order needs, and nothing to follow you around with.",
        (
            Part(
                "What we store",
                "Your e-mail address, the addresses you give us and what you order. Payment data "
                "stays with the payment provider; we never see a card number.",
            ),
            Part(
                "Cookies",
                "One holds your basket, one protects forms, and one keeps you signed in if you "
                "sign in. There is nothing to consent to because nothing is tracked.",
            ),
            Part(
                "Your rights",
                "Write to privacy@halftone.example to see, correct or erase what we hold. "
                "Invoices are kept as long as the law asks.",
            ),
        ),
    ),
}


@shared
def information(request: HttpRequest, name: str) -> HttpResponse:
    document = DOCUMENTS.get(name)
    if document is None:
        raise Http404
    return render(request, "storefront/information.html", {"document": document})


def robots(request: HttpRequest) -> HttpResponse:
    lines = (
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/cart/", "/checkout/", "/orders/", "/account/")),
        f"Sitemap: {settings.PUBLIC_URL}{reverse('sitemap')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def sitemap(request: HttpRequest) -> HttpResponse:
    """Answers the addresses of everything that may be found from outside (sitemaps.org)."""
    urls = [reverse("home"), *(reverse("information", args=[name]) for name in DOCUMENTS)]
    urls += [reverse("category", args=[path]) for path in paths(category_tree())]
    urls += [reverse("collection", args=[each.slug]) for each in collections()]
    urls += product_urls()
    entries = "".join(f"<url><loc>{escape(settings.PUBLIC_URL + url)}</loc></url>" for url in urls)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    )
    return HttpResponse(body, content_type="application/xml")


def paths(nodes: tuple[CategoryNode, ...]) -> list[str]:
    return [path for node in nodes for path in (node.path, *paths(node.children))]


def product_urls() -> list[str]:
    found: list[str] = []
    number, pages = 1, 1
    while number <= pages:
        answer = browse(BrowseRequest(currency=settings.SHOP_CURRENCY, page=number, page_size=100))
        found += [reverse("product", args=[product.slug]) for product in answer.products]
        number, pages = number + 1, answer.pages
    return found
