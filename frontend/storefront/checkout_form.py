"""The form of the one-page checkout: what was typed, what is wrong with it, and in which words."""

from dataclasses import dataclass, field
from uuid import UUID

from django import forms
from django.http import QueryDict

from modules.carts.contracts import Cart
from modules.kernel.address import Address
from modules.payments.contracts import PaymentMethod
from modules.pricing.contracts import VatIdRefused
from modules.pricing.selectors import checked_vat_id
from modules.shipping.selectors import check_address

ADDRESS_FIELDS = ("name", "line1", "line2", "city", "postcode", "region", "country", "phone")
REQUIRED = {
    "name": "Enter a full name",
    "line1": "Enter the street and number",
    "city": "Enter a town or city",
    "postcode": "Enter a postcode",
    "country": "Choose a country",
}


class ContactForm(forms.Form):
    """Only what Django validates well by itself."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.com",
        },
    )


def typed_address(data: QueryDict, prefix: str) -> Address:
    """Returns the address as typed, trimmed and bounded, before it is checked."""
    return Address(
        **{name: data.get(f"{prefix}{name}", "").strip()[:200] for name in ADDRESS_FIELDS}
    )


def address_errors(address: Address, prefix: str) -> dict[str, str]:
    """Returns what to do about each field of an address; empty when it can be delivered to."""
    errors = {name: words for name, words in REQUIRED.items() if not getattr(address, name)}
    if address.country:
        errors = {**check_address(address), **errors}
    return {f"{prefix}{name}": words for name, words in errors.items()}


@dataclass
class CheckoutForm:
    """What the shopper typed; `errors` maps a field's name to what to do about it."""

    data: QueryDict
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return self.data.get("email", "").strip()

    @property
    def delivery_address(self) -> Address:
        return typed_address(self.data, "delivery_")

    @property
    def vat_id(self) -> str:
        """The VAT id as it is written officially; empty when there is none or it cannot be one."""
        try:
            return checked_vat_id(self.typed_vat_id) if self.typed_vat_id else ""
        except VatIdRefused:
            return ""

    @property
    def typed_vat_id(self) -> str:
        return self.data.get("vat_id", "").strip()[:40]

    @property
    def billing_differs(self) -> bool:
        return self.data.get("billing_differs") == "yes"

    @property
    def billing_address(self) -> Address | None:
        return typed_address(self.data, "billing_") if self.billing_differs else None

    @property
    def method_code(self) -> str:
        return self.data.get("method", "")[:50]

    @property
    def payment_method(self) -> str:
        return self.data.get("payment", "")[:50]

    @property
    def expected_total_minor(self) -> int:
        text = self.data.get("total", "")
        return int(text) if text.isdecimal() and len(text) < 16 else -1

    @property
    def expected_left_minor(self) -> int | None:
        """What gift cards left to pay on the page; None where the form says nothing."""
        text = self.data.get("left", "")
        return int(text) if text.isdecimal() and len(text) < 16 else None

    @property
    def order_id(self) -> UUID | None:
        try:
            return UUID(self.data.get("order_id", ""))
        except ValueError:
            return None

    def check(self) -> bool:
        """Fills `errors`; true when the order can be attempted."""
        contact = ContactForm({"email": self.email})
        self.errors = {name: str(words[0]) for name, words in contact.errors.items()}
        self.errors |= address_errors(self.delivery_address, "delivery_")
        if self.billing_address is not None:
            self.errors |= address_errors(self.billing_address, "billing_")
        if self.typed_vat_id and not self.vat_id:
            self.errors["vat_id"] = (
                "Enter a VAT number of an EU country, with the country's two letters, or leave it "
                "empty"
            )
        if not self.method_code:
            self.errors["method"] = "Choose how we should deliver"
        if not self.payment_method:
            self.errors["payment"] = "Choose how you want to pay"
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """A field as the template draws it."""

    id: str
    name: str
    label: str
    value: str
    error: str
    optional: bool
    autocomplete: str
    inputmode: str


LABELS = {
    "name": ("Full name", "name"),
    "line1": ("Street and number", "address-line1"),
    "line2": ("Flat, floor, company", "address-line2"),
    "postcode": ("Postcode", "postal-code"),
    "city": ("Town or city", "address-level2"),
    "region": ("Region or county", "address-level1"),
    "country": ("Country", "country"),
    "phone": ("Telephone, for the carrier", "tel"),
}


def address_fields(
    address: Address | None, errors: dict[str, str], prefix: str, section: str, country: str
) -> list[FieldValue]:
    """Returns the fields of an address in the order people write them."""
    return [
        FieldValue(
            id=f"{prefix}{name}",
            name=name,
            label=label,
            value=(getattr(address, name) if address else "")
            or (country if name == "country" else ""),
            error=errors.get(f"{prefix}{name}", ""),
            optional=name not in REQUIRED,
            autocomplete=f"{section} {autocomplete}".strip(),
            inputmode="tel" if name == "phone" else "",
        )
        for name, (label, autocomplete) in LABELS.items()
    ]


def form_values(
    form: CheckoutForm, cart: Cart, methods: tuple[PaymentMethod, ...]
) -> dict[str, object]:
    """Returns what the fields show: what was typed now, else what the basket remembers."""
    typed = bool(form.data.get("order_id"))
    delivery = form.delivery_address if typed else cart.delivery_address
    billing = form.billing_address if typed else cart.billing_address
    return {
        "email": form.email if typed else cart.email,
        "payment": form.payment_method or (methods[0].code if methods else ""),
        "vat_id": form.typed_vat_id if typed else cart.vat_id,
        "billing_differs": form.billing_differs,
        "delivery_fields": address_fields(
            delivery, form.errors, "delivery_", "shipping", cart.country
        ),
        "billing_fields": address_fields(billing, form.errors, "billing_", "billing", cart.country),
    }
