"""Turns rows of the catalogue into the contracts that selectors answer with."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from events.database import fetch
from modules.catalog.contracts import CategoryNode, Picture, ProductCard, Rendition
from modules.kernel.money import Money


def picture_from(content: Mapping[str, Any] | None) -> Picture | None:
    """Returns the picture that `projections.picture_content` wrote down."""
    if content is None:
        return None
    return Picture(
        id=UUID(content["id"]),
        alt=content["alt"],
        colour=content["colour"],
        width=content["width"],
        height=content["height"],
        renditions=tuple(
            Rendition(url=f"{settings.MEDIA_URL}{path}", width=width, height=height, format=format_)
            for path, width, height, format_ in content["files"]
        ),
    )


def card_from(row: Mapping[str, Any], currency: str) -> ProductCard:
    """Returns the card of a listing row joined with its price span in `currency`.

    The same row gives the same object, so that whoever draws cards may know it again.
    """
    return _card(currency=currency, **row)


@lru_cache(maxsize=1000)
def _card(
    *,
    currency: str,
    product_id: UUID,
    card: str,
    availability: str,
    lowest_minor: int,
    highest_minor: int,
    compare_at_minor: int | None,
) -> ProductCard:
    content = json.loads(card)
    return ProductCard(
        id=product_id,
        slug=content["slug"],
        title=content["title"],
        kind=content["kind"],
        series=content["series"],
        price=Money(lowest_minor, currency),
        price_varies=highest_minor > lowest_minor,
        compare_at=None if compare_at_minor is None else Money(compare_at_minor, currency),
        availability=availability,
        picture=picture_from(content["picture"]),
        hover_picture=picture_from(content["hover_picture"]),
        single_sku=content["single_sku"],
    )


class CategoryRow(NamedTuple):
    """What the tree is made of."""

    id: UUID
    parent_id: UUID | None
    path: str
    name: str
    intro: str
    position: int
    product_count: int


# By hand, because every page asks it: naming the question for a cache takes longer than asking it.
_CATEGORIES = f"SELECT {', '.join(CategoryRow._fields)} FROM catalog_category"  # noqa: S608


def category_rows() -> tuple[CategoryRow, ...]:
    return tuple(map(CategoryRow._make, fetch(_CATEGORIES)))


@lru_cache(maxsize=4)
def category_nodes(rows: tuple[CategoryRow, ...]) -> tuple[CategoryNode, ...]:
    """Returns the roots of the tree with all below them; siblings by position, then name."""
    below: defaultdict[UUID | None, list[CategoryRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.position, row.name)):
        below[row.parent_id].append(row)

    def nodes(parent: UUID | None, depth: int) -> tuple[CategoryNode, ...]:
        return tuple(
            CategoryNode(
                id=row.id,
                name=row.name,
                slug=row.path.rpartition("/")[2],
                path=row.path,
                intro=row.intro,
                depth=depth,
                product_count=row.product_count,
                children=nodes(row.id, depth + 1),
            )
            for row in below[parent]
        )

    return nodes(None, 0)


def trail(roots: Iterable[CategoryNode], path: str) -> tuple[CategoryNode, ...]:
    """Returns the categories from the root down to `path`; empty when there is none."""
    for node in roots:
        if path == node.path:
            return (node,)
        if path.startswith(f"{node.path}/"):
            below = trail(node.children, path)
            return (node, *below) if below else ()
    return ()
