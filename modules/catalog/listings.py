"""Reads listing rows: the ready cards that lists, baskets and product pages show."""

from collections.abc import Mapping
from typing import Any

from events.database import fetch

_CARDS = """
SELECT listing.product_id, listing.card::text AS card, listing.availability,
    price.lowest_minor, price.highest_minor, price.compare_at_minor
FROM catalog_listing AS listing
JOIN catalog_listingprice AS price
    ON price.product_id = listing.product_id AND price.currency = %(currency)s
JOIN catalog_product AS product ON product.id = listing.product_id
WHERE listing.visible AND product.slug = ANY(%(slugs)s)
"""

# One kind of relation: the first 40 of it, so that a shelf of thousands costs no more than a small
# one.
_FIRST = """
    SELECT product_id FROM catalog_listing AS other
    WHERE visible AND product_id <> (SELECT product_id FROM this) AND EXISTS (
        SELECT FROM catalog_listingprice AS listed
        WHERE listed.product_id = other.product_id AND listed.currency = %(currency)s
    ) AND {} ORDER BY position LIMIT 40
"""
_BY_SERIES = _FIRST.format("facets @> (SELECT series FROM this)")
_BY_SHELF = _FIRST.format(
    "categories @> (SELECT leaf FROM this) AND (SELECT count(*) FROM by_series) < %(limit)s"
)
_ALIKE = _FIRST.format(
    "facets && (SELECT facets FROM this) AND (SELECT count(*) FROM closer) < %(limit)s"
)
# The same series says more than the same shelf, and that more than any shared property: so the next
# kind is looked at only if those before it do not fill the places.
# Cards are written as text outside: inside, PostgreSQL would write those of all candidates.
_RELATED = f"""
WITH this AS MATERIALIZED (
    SELECT listing.product_id, listing.facets,
        ARRAY['series:' || (listing.card ->> 'series')] AS series,
        ARRAY[coalesce(listing.categories[cardinality(listing.categories)], '')] AS leaf
    FROM catalog_listing AS listing
    JOIN catalog_product AS product ON product.id = listing.product_id
    WHERE product.slug = %(slug)s
), by_series AS MATERIALIZED ({_BY_SERIES}
), closer AS MATERIALIZED (
    SELECT product_id FROM by_series UNION ({_BY_SHELF})
), candidate AS (
    SELECT product_id FROM closer UNION ({_ALIKE})
)
SELECT product_id, card::text, availability, lowest_minor, highest_minor, compare_at_minor
FROM (
    SELECT listing.product_id, listing.card, listing.availability,
        price.lowest_minor, price.highest_minor, price.compare_at_minor
    FROM this CROSS JOIN candidate
    JOIN catalog_listing AS listing ON listing.product_id = candidate.product_id
    JOIN catalog_listingprice AS price
        ON price.product_id = listing.product_id AND price.currency = %(currency)s
    ORDER BY
        (listing.facets @> this.series) DESC,
        (listing.categories @> this.leaf) DESC,
        (SELECT count(*) FROM unnest(listing.facets) AS token WHERE token = ANY (this.facets)) DESC,
        (listing.availability = 'sold-out'), listing.position, listing.product_id
    LIMIT %(limit)s
) AS nearest
"""  # noqa: S608
_COLUMNS = (
    "product_id", "card", "availability", "lowest_minor", "highest_minor", "compare_at_minor",
)  # fmt: skip


def listing_rows(statement: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
    """Returns the rows of a statement that selects these columns, the card as its JSON text."""
    return [dict(zip(_COLUMNS, row, strict=True)) for row in fetch(statement, parameters)]


def rows_of(slugs: list[str], *, currency: str) -> list[dict[str, Any]]:
    """Returns the listings of these products that are on sale in the currency, in any order."""
    return listing_rows(_CARDS, {"slugs": slugs, "currency": currency})


def rows_beside(slug: str, *, currency: str, limit: int) -> list[dict[str, Any]]:
    """Returns listings to show beside a product, the closest first; none for an unknown one."""
    return listing_rows(_RELATED, {"slug": slug, "currency": currency, "limit": limit})
