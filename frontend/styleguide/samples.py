"""What the style guide shows: one made-up value for every component."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from frontend.documents import ShownDocument
from frontend.presenting import NavigationLink
from frontend.styleguide.pictures import PALETTES, sample
from modules.catalog.contracts import Facet, FacetValue
from modules.invoicing.contracts import Link
from modules.kernel.money import Money

NOON = datetime(2026, 11, 17, 9, 16, 4, 37000, tzinfo=UTC)


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", help_text="For the receipt and news of the parcel, nothing else."
    )
    name = forms.CharField(label="Full name")
    company = forms.CharField(label="Company", required=False)
    country = forms.ChoiceField(label="Country", choices=[("FR", "France"), ("DE", "Germany")])
    note = forms.CharField(label="Note for the parcel", required=False, widget=forms.Textarea)
    speed = forms.ChoiceField(
        label="Delivery",
        choices=[("home", "At home, 2 to 3 days"), ("point", "At a parcel point")],
        widget=forms.RadioSelect,
    )
    terms = forms.BooleanField(label="I have read the terms")


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def products(root: str) -> list[dict[str, Any]]:
    names = ["Dune Light", "North Ridge", "Fern Study", "Evening Isobath"]
    notes = ["Framed print · Landscapes", "Mug · Seascapes", "Poster · Botanicals", "Notebook"]
    extra: list[dict[str, Any]] = [
        {"price_varies": True, "badge": "New"},
        {"few_left": 3},
        {"price_before": euros(5200)},
        {"sold_out": True},
    ]
    return [
        {
            "slug": picture,
            "sku": f"SKU-{index}",
            "name": name,
            "note": note,
            "url": "#product-" + picture,
            "price": euros(6900 - index * 1500),
            "picture": sample(picture, root),
            **more,
        }
        for index, (picture, name, note, more) in enumerate(
            zip(PALETTES, names, notes, extra, strict=True)
        )
    ]


def basket(root: str) -> dict[str, Any]:
    lines = [
        {
            "sku": product["sku"],
            "title": product["name"],
            "variant": "40 × 50 cm, oak frame",
            "url": product["url"],
            "picture": product["picture"],
            "quantity": quantity,
            "maximum": 5,
            "total": product["price"] * quantity,
            "problem": problem,
        }
        for product, quantity, problem in zip(
            products(root),
            (1, 2),
            ("", "Only 2 are left, so we lowered your 3 to 2."),
            strict=False,
        )
    ]
    return {
        "quantity": 3,
        "lines": lines,
        "subtotal": euros(17700),
        "free_delivery_left": euros(2300),
        "free_delivery_percent": 88,
    }


def events() -> list[dict[str, Any]]:
    rows = [
        ("Order.Placed", "a.moreau@example.com", "web", "past"),
        ("Payment.Authorised", "webhook evt_71", "provider", "past"),
        ("Order.LineCancelled", "lea@example.com", "staff", "past"),
        ("Payment.Refunded", "lea@example.com", "staff", "now"),
        ("Parcel.Shipped", "webhook dhl_9", "carrier", "future"),
    ]
    return [
        {
            "position": 1040 + index,
            "title": title,
            "actor": actor,
            "channel": channel,
            "state": state,
            "at": NOON + timedelta(minutes=6 * index),
            "hash": f"{index}c8bd4e47f7ca1" * 3,
            "tone": "warn" if "Cancelled" in title else "",
        }
        for index, (title, actor, channel, state) in enumerate(rows, start=1)
    ]


def money_rows() -> list[dict[str, Any]]:
    return [
        {"label": "Two pieces", "amount": euros(17700)},
        {
            "label": "Autumn voucher",
            "note": "10 % off prints",
            "amount": -euros(1770),
            "saving": True,
        },
        {"label": "Delivery to Germany", "amount": euros(590)},
    ]


def documents() -> list[ShownDocument]:
    files = (Link(url="#pdf", label="PDF"), Link(url="#xml", label="XML"))
    return [
        ShownDocument(
            title=title,
            number=number,
            issued_on=NOON.date(),
            order_number="7K3M-9QXA",
            amount=amount,
            url=f"#{number}",
            files=files,
        )
        for title, number, amount in (
            ("Invoice", "INV-2026-000012", euros(13_800)),
            ("Credit note", "CN-2026-000003", euros(-6_900)),
        )
    ]


def orders() -> list[dict[str, Any]]:
    rows = [
        ("1042", "a.moreau@example.com", "captured", "shipped", 14300),
        ("1041", "k.tanaka@example.com", "authorised", "unfulfilled", 6900),
        ("1040", "s.novak@example.com", "declined", "unfulfilled", 4200),
        ("1039", "b.haddad@example.com", "partially-refunded", "delivered", 21150),
    ]
    return [
        {
            "number": number,
            "email": email,
            "payment": payment,
            "fulfilment": fulfilment,
            "total": euros(total),
            "at": NOON,
        }
        for number, email, payment, fulfilment, total in rows
    ]


def everything(root: str) -> dict[str, Any]:
    """Returns the context of the style guide's pages; `root` is where they are mounted."""
    form = AddressForm({"email": "someone", "country": "FR", "company": ""})
    return {
        "products": products(root),
        "basket": basket(root),
        "navigation": [
            NavigationLink(name="Prints", url=root),
            NavigationLink(name="Mugs", url="/products/mugs/"),
            NavigationLink(name="Notebooks", url="/products/notebooks/"),
        ],
        "hero": sample("ridges", root),
        "form": form,
        "plain_form": AddressForm(),
        "facet": Facet(
            code="kind",
            label="Product",
            values=(
                FacetValue(value="print", label="Framed print", count=24, selected=True),
                FacetValue(value="mug", label="Mug", count=12, selected=False),
                FacetValue(value="tote", label="Tote bag", count=0, selected=False),
            ),
        ),
        "chips": [{"label": "Framed print", "url": "?"}, {"label": "Under €50", "url": "?"}],
        "crumbs": [
            {"label": "Shop", "url": "/"},
            {"label": "Prints", "url": "/products/prints/"},
            {"label": "Dune Light", "url": ""},
        ],
        **records(),
    }


def records() -> dict[str, Any]:
    return {
        "money_rows": money_rows(),
        "total": euros(16520),
        "steps": [
            {"label": "Placed", "note": "We have your order", "state": "done"},
            {"label": "Paid", "note": "Payment captured", "state": "done"},
            {"label": "Packed", "note": "In Lyon", "state": "now"},
            {"label": "Shipped", "note": "With the carrier", "state": "todo"},
            {"label": "Delivered", "note": "", "state": "todo"},
        ],
        "events": events(),
        "ticks": range(1, 8),
        "diff": [
            {"field": "status", "before": "paid", "after": "paid", "changed": False},
            {"field": "refunded", "before": "€0.00", "after": "€69.00", "changed": True},
            {"field": "lines", "before": "2", "after": "1", "changed": True},
        ],
        "states": [
            "pending",
            "authorised",
            "captured",
            "declined",
            "shipped",
            "delivered",
        ],
        "tabs": [
            {"label": "To ship", "url": "?view=ship", "count": 12, "current": True},
            {"label": "To capture", "url": "?view=capture", "count": 3, "current": False},
            {"label": "Problems", "url": "?view=problems", "count": 0, "current": False},
        ],
        "address": {
            "name": "Ada Moreau",
            "lines": ["12 rue des Tables Claudiennes"],
            "postcode": "69001",
            "city": "Lyon",
            "country": "France",
        },
        "orders": orders(),
        "documents": documents(),
        "moment": NOON,
        "yen": Money(6900, "JPY"),
        "dinar": Money(6900, "BHD"),
        "before": euros(5200),
    }
