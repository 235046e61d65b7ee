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

# The same series says more than the same shelf, and that more than any shared property. So what is
# merely alike is looked for only where series and shelf have too few, and each offers its first 40.
# A long shelf is walked in its order until 40 are found; of a short one, which the walk would not
# find soon, all are read by their index. PostgreSQL cannot know which it is when it plans. Cards
# are written as text outside: inside, PostgreSQL would write those of all candidates.
_RELATED = """
WITH this AS MATERIALIZED (
    SELECT listing.product_id, listing.facets,
        ARRAY['series:' || (listing.card ->> 'series')] AS series,
        ARRAY[coalesce(listing.categories[cardinality(listing.categories)], '')] AS leaf
    FROM catalog_listing AS listing
    JOIN catalog_product AS product ON product.id = listing.product_id
    WHERE product.slug = %(slug)s
), shelved AS MATERIALIZED (
    SELECT coalesce(max(category.product_count), 0) > %(long)s AS many
    FROM this JOIN catalog_category AS category ON category.path = this.leaf[1]
), series AS MATERIALIZED (
    SELECT product_id FROM catalog_listing
    WHERE visible AND facets @> (SELECT series FROM this) ORDER BY position LIMIT 40
), shelf AS MATERIALIZED (
    (
        SELECT product_id FROM catalog_listing
        WHERE visible AND (SELECT leaf[1] FROM this) = ANY (categories)
            AND (SELECT many FROM shelved)
        ORDER BY position LIMIT 40
    ) UNION ALL (
        SELECT product_id FROM (
            SELECT product_id, position FROM catalog_listing
            WHERE visible AND categories @> (SELECT leaf FROM this) OFFSET 0
        ) AS found
        WHERE NOT (SELECT many FROM shelved)
        ORDER BY position LIMIT 40
    )
), nearer AS MATERIALIZED (
    SELECT product_id FROM series UNION SELECT product_id FROM shelf
), candidate AS (
    SELECT product_id FROM nearer
    UNION (
        SELECT product_id FROM catalog_listing
        WHERE visible AND facets && (SELECT facets FROM this)
            AND (
                SELECT count(*) FROM nearer JOIN catalog_listingprice USING (product_id)
                WHERE currency = %(currency)s
            ) <= %(limit)s
        ORDER BY position LIMIT 40
    )
)
SELECT product_id, card::text, availability, lowest_minor, highest_minor, compare_at_minor
FROM (
    SELECT listing.product_id, listing.card, listing.availability,
        price.lowest_minor, price.highest_minor, price.compare_at_minor
    FROM this CROSS JOIN candidate
    JOIN catalog_listing AS listing ON listing.product_id = candidate.product_id
    JOIN catalog_listingprice AS price
        ON price.product_id = listing.product_id AND price.currency = %(currency)s
    WHERE listing.product_id <> this.product_id
    ORDER BY
        (listing.facets @> this.series) DESC,
        (listing.categories @> this.leaf) DESC,
        (SELECT count(*) FROM unnest(listing.facets) AS token WHERE token = ANY (this.facets)) DESC,
        (listing.availability = 'sold-out'), listing.position, listing.product_id
    LIMIT %(limit)s
) AS nearest
"""
# From so many products on, a shelf is walked rather than read whole.
LONG_SHELF = 1_000
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
    asked = {"slug": slug, "currency": currency, "limit": limit, "long": LONG_SHELF}
    return listing_rows(_RELATED, asked)
