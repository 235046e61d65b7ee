"""Reads listing rows: the ready cards that lists, baskets and product pages show."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from modules.catalog.models import Listing

_CARDS = """
SELECT listing.product_id, listing.card::text AS card, listing.availability,
    price.lowest_minor, price.highest_minor, price.compare_at_minor
FROM catalog_listing AS listing
JOIN catalog_listingprice AS price
    ON price.product_id = listing.product_id AND price.currency = %(currency)s
JOIN catalog_product AS product ON product.id = listing.product_id
WHERE listing.visible AND product.slug = ANY(%(slugs)s)
"""

# The same series says more than the same shelf, and that more than any shared property. Each
# kind of relation offers its first 40, so that a shelf of thousands costs no more than a small one.
_RELATED = """
WITH candidate AS (
    (
        SELECT product_id FROM catalog_listing
        WHERE visible AND facets @> ARRAY[%(series)s] ORDER BY position LIMIT 40
    ) UNION (
        SELECT product_id FROM catalog_listing
        WHERE visible AND categories @> ARRAY[%(leaf)s] ORDER BY position LIMIT 40
    ) UNION (
        SELECT product_id FROM catalog_listing
        WHERE visible AND facets && %(facets)s::text[] ORDER BY position LIMIT 40
    )
)
SELECT listing.product_id, listing.card::text AS card, listing.availability,
    price.lowest_minor, price.highest_minor, price.compare_at_minor
FROM candidate
JOIN catalog_listing AS listing ON listing.product_id = candidate.product_id
JOIN catalog_listingprice AS price
    ON price.product_id = listing.product_id AND price.currency = %(currency)s
WHERE listing.product_id <> %(this)s
ORDER BY
    (listing.facets @> ARRAY[%(series)s]) DESC,
    (listing.categories @> ARRAY[%(leaf)s]) DESC,
    cardinality(ARRAY(SELECT unnest(listing.facets) INTERSECT SELECT unnest(%(facets)s::text[])))
        DESC,
    (listing.availability = 'sold-out'), listing.position, listing.product_id
LIMIT %(limit)s
"""


def listing_rows(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the rows of a statement by column name, the card as its JSON text."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rows_of(slugs: list[str], *, currency: str) -> list[dict[str, Any]]:
    """Returns the listings of these products that are on sale in the currency, in any order."""
    return listing_rows(_CARDS, {"slugs": slugs, "currency": currency})


def rows_beside(slug: str, *, currency: str, limit: int) -> list[dict[str, Any]]:
    """Returns listings to show beside a product, the closest first; none for an unknown one."""
    this = Listing.objects.filter(product__slug=slug).first()
    if this is None:
        return []
    parameters = {
        "this": this.product_id,
        "series": f"series:{this.card['series']}",
        "leaf": this.categories[-1] if this.categories else "",
        "facets": this.facets,
        "currency": currency,
        "limit": limit,
    }
    return listing_rows(_RELATED, parameters)
