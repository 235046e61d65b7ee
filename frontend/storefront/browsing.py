"""What the address of a list says: facets, price range, sorting and page, read leniently.

A stranger's link with a filter that no longer exists shows the list without that filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest, QueryDict

from modules.catalog.contracts import Browsed, BrowseRequest
from modules.kernel.money import Money, MoneyError

type Sort = Literal["featured", "newest", "price", "-price", "relevance"]

SORTS: dict[Sort, str] = {
    "featured": "Featured",
    "newest": "Newest",
    "price": "Price, low to high",
    "-price": "Price, high to low",
}
RESERVED = {"q", "sort", "page", "from", "to", "stock", "sku"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A chosen filter as a chip: its words, and the address without it."""

    label: str
    url: str


class BrowseForm:
    """The query string of a list of products."""

    def __init__(self, data: QueryDict | Mapping[str, str]) -> None:
        self.data = data if isinstance(data, QueryDict) else querydict(data)

    def request(
        self, currency: str, scope: Mapping[str, str] | None = None, *, page_size: int = 24
    ) -> BrowseRequest:
        """Returns the question for the catalogue, within `scope` (category, collection or query).

        What cannot be read is left out.
        """
        scope = scope or {}
        facets = tuple(
            (code, tuple(value for value in values if value))
            for code, values in self.data.lists()
            if code not in RESERVED and any(values)
        )
        sort = self.data.get("sort", "")
        fallback: Sort = "relevance" if scope.get("query") else "featured"
        return BrowseRequest(
            currency=currency,
            category=scope.get("category", ""),
            collection=scope.get("collection", ""),
            query=scope.get("query", ""),
            facets=facets[:20],
            sort=sort if sort in SORTS else fallback,
            price_min=self.amount("from", currency),
            price_max=self.amount("to", currency),
            in_stock_only=self.data.get("stock") == "in",
            page=self.page(),
            page_size=page_size,
        )

    def amount(self, name: str, currency: str) -> int | None:
        try:
            return max(0, Money.parse(self.data.get(name, ""), currency).minor)
        except MoneyError:
            return None

    def page(self) -> int:
        text = self.data.get("page", "1")
        return max(1, int(text)) if text.isdecimal() and len(text) < 5 else 1

    def next_url(self, found: Browsed) -> str:
        """Returns the address of the page after this one; empty on the last."""
        if found.page >= found.pages:
            return ""
        query = self.data.copy()
        query["page"] = str(found.page + 1)
        return f"?{query.urlencode()}"


def querydict(values: Mapping[str, str]) -> QueryDict:
    result = QueryDict(mutable=True)
    result.update(dict(values))
    return result


def without(query: QueryDict, name: str, value: str) -> str:
    """Returns the query string with one value of one name left out, from its first page."""
    rest = query.copy()
    rest.setlist(name, [each for each in rest.getlist(name) if each != value])
    rest.pop("page", None)
    return f"?{rest.urlencode()}" if rest else "?"


def clean_address(request: HttpRequest) -> str:
    """Returns the address of a list without the fields that were left empty."""
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if kept := [value for value in values if value]:
            query.setlist(name, kept)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def shown_filters(request: HttpRequest, found: Browsed) -> tuple[Filter, ...]:
    """Returns the chips of the chosen facet values, price range and stock filter."""
    query = request.GET
    chips = [
        Filter(f"{facet.label}: {value.label}", without(query, facet.code, value.value))
        for facet in found.facets
        for value in facet.values
        if value.selected
    ]
    words = {"from": "From", "to": "Up to"}
    chips += [
        Filter(f"{word} {text}", without(query, name, text))
        for name, word in words.items()
        if (text := query.get(name, ""))
    ]
    if query.get("stock") == "in":
        chips.append(Filter("In stock", without(query, "stock", "in")))
    return tuple(chips)
