"""Every text of every event is sealed, or known never to say anything of a person, and why."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAliasType, get_args, get_origin, get_type_hints

import msgspec
import pytest

from events.aggregate import Event
from events.privacy.marks import Personal
from tests.architecture.golden import product_events

# By aggregate and field, in the words of what the field is.
NEVER_PERSONAL = {
    "audit.examination": {
        "root": "a hash of hashes",
        "digest": "a hash of a manifest",
        "first_finding": "written by the shop, of versions and positions",
    },
    "ledger.booking": {
        "memo": "written by the shop, of order numbers and names of providers",
        "currency": "an ISO 4217 code",
        "provider": "names a provider",
        "order_number": "made up by the shop at random",
        "legs[].account": "names an account of the chart",
        "evidence{}": "identifiers and amounts, written by the shop",
    },
    "ledger.case": {
        "provider": "names a provider",
        "currency": "an ISO 4217 code",
        "reason": "why an accountant thinks a difference is settled; the form asks to name nobody",
        "evidence{}": "identifiers, amounts and times of a provider's line",
    },
    "invoicing.billing": {
        "document.cites": "the number of an invoice",
        "document.country": "a country alone names nobody; taxes are explained by it",
        "document.currency": "an ISO 4217 code",
        "document.language": "a code of a language",
        "document.number": "counts documents",
        "document.order_number": "made up by the shop at random",
        "document.series": "names a series of numbers",
        "document.lines[].sku": "names goods",
        "document.lines[].tax_code": "names a tax",
        "document.lines[].title": "names goods, as the catalogue has them",
        "document.seller.bic": "of the merchant",
        "document.seller.city": "of the merchant",
        "document.seller.country": "of the merchant",
        "document.seller.email": "of the merchant",
        "document.seller.iban": "of the merchant",
        "document.seller.line1": "of the merchant",
        "document.seller.name": "of the merchant",
        "document.seller.postcode": "of the merchant",
        "document.seller.registration": "of the merchant",
        "document.seller.vat_id": "of the merchant",
        "document.taxes[].code": "names a tax",
        "document.terms.method": "names a way to pay",
    },
    "orders.order": {
        "number": "made up by the shop at random",
        "carrier": "the name of a firm",
        "lines[].sku": "names goods",
        "quote.currency": "an ISO 4217 code",
        "quote.country": "a country alone names nobody; taxes are explained by it",
        "quote.rounding": "the name of a rule",
        "quote.lines[].sku": "names goods",
        "quote.lines[].title": "names goods, as the catalogue has them",
        "quote.lines[].tax_code": "names a tax",
        "quote.delivery.method_code": "names a way to deliver",
        "quote.delivery.title": "names a way to deliver",
        "quote.delivery.tax_code": "names a tax",
        "quote.taxes[].code": "names a tax",
        "quote.taxes[].label": "names a tax",
        **{
            f"quote.{part}{field}": "of the derivation: names of rules, amounts, codes of the shop"
            for part in ("", "lines[].", "delivery.")
            for field in (
                "steps[].rule",
                "steps[].label",
                "steps[].rounding",
                "steps[].inputs{}",
            )
        },
    },
    "payments.payment": {
        "currency": "an ISO 4217 code",
        "description": "the order's number, made by modules.checkout",
        "provider": "the code of a provider",
        "provider_reference": "the provider's own name for a payment, not for a person",
        "redirect_url": "a page of the provider for one attempt, useless after it",
    },
    "adjustments.adjustment": {
        "number": "the number of a document",
        "currency": "an ISO 4217 code",
        "entries[].code": "names goods, or a kind of entry",
        "entries[].reason": "the shop's own ruling, out of a fixed list",
    },
}
EVENTS = dict(product_events())


def texts(kind: Any, path: str = "") -> Iterator[str]:
    """Yields the way to every text within a type that is not sealed."""
    if isinstance(kind, TypeAliasType):
        kind = kind.__value__
    if get_origin(kind) is Annotated:
        if any(isinstance(each, Personal) for each in get_args(kind)[1:]):
            return
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return
    if kind in (str, bytes, Any, object, msgspec.Raw):
        yield path
    elif isinstance(kind, type) and (
        dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)
    ):
        for name, hint in get_type_hints(kind, include_extras=True).items():
            yield from texts(hint, f"{path}.{name}" if path else name)
    else:
        sign = {list: "[]", tuple: "[]", dict: "{}"}.get(get_origin(kind), "")
        for part in get_args(kind):
            yield from texts(part, path + sign)


def unsealed(event_class: type[Event]) -> set[str]:
    return set(texts(event_class))


def aggregate_of(topic: str) -> str:
    return topic.rpartition(".v")[0].rpartition(".")[0]


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_every_text_of_an_event_is_sealed_or_said_to_be_of_nobody(topic: str) -> None:
    known = NEVER_PERSONAL[aggregate_of(topic)]
    new = unsealed(EVENTS[topic]) - known.keys()
    assert not new, (
        "what somebody typed is marked `Annotated[str, Personal(purpose)]`, in a new version of the"
        " event; what can never be of a person is listed here with its reason"
    )


def test_the_list_names_nothing_that_is_not_there() -> None:
    for aggregate, known in NEVER_PERSONAL.items():
        classes = [cls for topic, cls in EVENTS.items() if aggregate_of(topic) == aggregate]
        assert known.keys() == set().union(*map(unsealed, classes))
        assert all(known.values())


def test_a_text_is_found_wherever_it_hides() -> None:
    @dataclasses.dataclass(frozen=True)
    class Within:
        note: str
        code: Annotated[str, Personal("order")]

    class Told(Event, frozen=True):
        kind: Literal["a", "b"]
        who: Annotated[str, Personal("order")]
        free: str | None
        many: tuple[Within, ...]
        by_name: dict[str, list[Within]]

    assert unsealed(Told) == {"free", "many[].note", "by_name{}", "by_name{}[].note"}
