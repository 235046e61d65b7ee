"""Turns rows of the catalogue into the contracts that selectors answer with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from modules.catalog.contracts import CategoryNode, Picture, ProductCard, Rendition
from modules.catalog.models import Category
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
    """Returns the card of a listing row joined with its price span in `currency`."""
    card = row["card"]
    compare_at = row["compare_at_minor"]
    return ProductCard(
        id=row["product_id"],
        slug=card["slug"],
        title=card["title"],
        kind=card["kind"],
        series=card["series"],
        price=Money(row["lowest_minor"], currency),
        price_varies=row["highest_minor"] > row["lowest_minor"],
        compare_at=None if compare_at is None else Money(compare_at, currency),
        availability=row["availability"],
        picture=picture_from(card["picture"]),
        hover_picture=picture_from(card["hover_picture"]),
        single_sku=card["single_sku"],
    )


def category_nodes(rows: Iterable[Category]) -> tuple[CategoryNode, ...]:
    """Returns the roots of the tree with all below them; siblings by position, then name."""
    below: defaultdict[UUID | None, list[Category]] = defaultdict(list)
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
