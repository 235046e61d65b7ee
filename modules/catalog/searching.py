"""Answers a browse request: one statement counts facets and total, one reads the page.

A third reads which facets there are. The SQL is constant but for fragments from this file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from events.database import fetch
from modules.catalog.contracts import BrowseRequest, Facet, FacetValue
from modules.catalog.domain.attributes import (
    BUILT_IN_FACETS,
    facet_label,
    facet_rank,
    facet_token,
)
from modules.catalog.listings import listing_rows
from modules.catalog.wording import Wording

_FROM = """
FROM catalog_listing AS listing
JOIN catalog_listingprice AS price
    ON price.product_id = listing.product_id AND price.currency = %(currency)s
"""

# By hand, because every list asks it: naming the question for a cache takes longer than asking it.
_OFFERED = """
SELECT code, label, type, choices FROM catalog_attribute WHERE facet ORDER BY position, label
"""

_JOIN_COLLECTION = """
JOIN catalog_collectionentry AS entry ON entry.product_id = listing.product_id
    AND entry.collection_id = (SELECT id FROM catalog_collection WHERE slug = %(collection)s)
"""

# A row counts for a value when it satisfies every facet but, at most, the value's own: what is
# chosen inside one facet widens the list, so its own choice must not narrow its counts.
_COUNT_FACETS = """
WITH found AS MATERIALIZED (
    SELECT listing.facets, (/*fits*/) AS fits, (/*missed*/) AS missed
    /*from*/ WHERE /*scope*/
)
SELECT token, count(*) FILTER (
    WHERE fits AND (missed = '' OR missed = split_part(token, ':', 1) || ';')
)
FROM found CROSS JOIN unnest(found.facets) AS token
GROUP BY token
UNION ALL
SELECT NULL, count(*) FROM found WHERE fits AND missed = ''
"""

_READ_PAGE = """
SELECT product_id, card::text AS card, availability,
    lowest_minor, highest_minor, compare_at_minor
FROM (
    SELECT listing.product_id, listing.card, listing.availability,
        price.lowest_minor, price.highest_minor, price.compare_at_minor
    /*from*/ WHERE /*scope*/ AND /*fits*/ /*chosen*/
    ORDER BY /*order*/ LIMIT %(limit)s OFFSET %(offset)s
) AS page
"""

_ORDERS = {
    "featured": "listing.position, listing.created_at DESC, listing.product_id",
    "newest": "listing.created_at DESC, listing.position, listing.product_id",
    "price": "price.lowest_minor, listing.position, listing.product_id",
    "-price": "price.lowest_minor DESC, listing.position, listing.product_id",
}
_BY_RELEVANCE = (
    "ts_rank(listing.document, %(tsquery)s::tsquery) DESC, listing.position, listing.product_id"
)
_BY_HAND = "entry.position"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetKind:
    """How the values of a facet are named and ordered."""

    label: str
    type: str = "text"
    choices: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Question:
    """A browse request as fragments of SQL with their parameters."""

    request: BrowseRequest
    wording: Wording
    offered: dict[str, FacetKind] = field(init=False)
    chosen: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.offered = {
            **{code: FacetKind(label=label) for code, label in BUILT_IN_FACETS.items()},
            **{
                code: FacetKind(label=label, type=type_, choices=choices)
                for code, label, type_, choices in fetch(_OFFERED)
            },
        }
        merged: dict[str, list[str]] = {}
        for code, values in self.request.facets:
            tokens = [facet_token(code, value) for value in values]
            merged.setdefault(code, []).extend(tokens)
        # A facet that the shop does not (or no longer) offer could not be taken off on the page.
        self.chosen = {
            code: tokens for code, tokens in merged.items() if tokens and code in self.offered
        }

    def count(self) -> tuple[int, tuple[Facet, ...]]:
        """Returns how many products there are and how each facet would narrow them."""
        missed = " || ".join(
            f"CASE WHEN listing.facets && %(chosen_{n})s::text[] THEN '' "
            f"ELSE %(code_{n})s || ';' END"
            for n in range(len(self.chosen))
        )
        rows = fetch(self._filled(_COUNT_FACETS, missed=missed or "''"), self._parameters())
        total = next(n for token, n in rows if token is None)
        return total, self._facets([row for row in rows if row[0] is not None])

    def page(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Returns the listing rows of one page."""
        chosen = "".join(
            f" AND listing.facets && %(chosen_{n})s::text[]" for n in range(len(self.chosen))
        )
        statement = self._filled(_READ_PAGE, chosen=chosen, order=self._order())
        return listing_rows(statement, self._parameters() | {"limit": limit, "offset": offset})

    def _order(self) -> str:
        sort = self.request.sort
        if self.wording.tsquery and sort in ("relevance", "featured"):
            return _BY_RELEVANCE
        if self.request.collection and sort in ("relevance", "featured"):
            return _BY_HAND
        return _ORDERS.get(sort, _ORDERS["featured"])

    def _filled(self, statement: str, **fragments: str) -> str:
        scope, fits = ["listing.visible"], ["TRUE"]
        if self.request.category:
            scope.append("listing.categories @> ARRAY[%(category)s]::text[]")
        if self.wording.tsquery:
            scope.append("listing.document @@ %(tsquery)s::tsquery")
        elif self.request.query.strip():
            # A question without a single letter or digit finds nothing, instead of everything.
            scope.append("FALSE")
        if self.request.price_min is not None:
            fits.append("price.lowest_minor >= %(price_min)s")
        if self.request.price_max is not None:
            fits.append("price.lowest_minor <= %(price_max)s")
        if self.request.in_stock_only:
            fits.append("listing.availability IN ('in-stock', 'low')")
        fragments |= {
            "from": _FROM + (_JOIN_COLLECTION if self.request.collection else ""),
            "scope": " AND ".join(scope),
            "fits": " AND ".join(fits),
        }
        for name, fragment in fragments.items():
            statement = statement.replace(f"/*{name}*/", fragment)
        return statement

    def _parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "currency": self.request.currency,
            "category": self.request.category,
            "collection": self.request.collection,
            "tsquery": self.wording.tsquery,
            "price_min": self.request.price_min,
            "price_max": self.request.price_max,
        }
        for n, (code, tokens) in enumerate(self.chosen.items()):
            parameters |= {f"code_{n}": code, f"chosen_{n}": tokens}
        return parameters

    def _facets(self, rows: Sequence[Sequence[Any]]) -> tuple[Facet, ...]:
        counts: dict[str, dict[str, int]] = {}
        for token, n in rows:
            code, _, value = token.partition(":")
            counts.setdefault(code, {})[value] = n
        return tuple(
            Facet(code=code, label=kind.label, values=self._values(code, kind, counts[code]))
            for code, kind in self.offered.items()
            if code in counts
        )

    def _values(
        self, code: str, kind: FacetKind, counts: Mapping[str, int]
    ) -> tuple[FacetValue, ...]:
        chosen = {token.removeprefix(f"{code}:") for token in self.chosen.get(code, ())}
        # A value chosen elsewhere stays, with a count of zero, so that it can be taken off again.
        shown = {**counts, **dict.fromkeys(chosen - counts.keys(), 0)}
        return tuple(
            FacetValue(
                value=value,
                label=facet_label(kind.type, value),
                count=shown[value],
                selected=value in chosen,
            )
            for value in sorted(shown, key=lambda value: facet_rank(kind.type, kind.choices, value))
        )
