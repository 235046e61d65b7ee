"""The catalogue over HTTP: products, where they are found, and what a few letters may mean."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.catalog import selectors
from modules.catalog.contracts import (
    Browsed,
    BrowseRequest,
    CategoryNode,
    CollectionSummary,
    ProductDetail,
    SellableVariant,
    Suggestion,
)
from modules.wire import (
    DIGITS,
    AddressBoolean,
    Currency,
    MoneyReply,
    Reply,
    Sku,
    Slug,
)

router = Router(tags=["catalogue"])

MAXIMUM_PAGE_SIZE = 100
MAXIMUM_PAGE = 10_000
ChosenFacet = Annotated[str, Field(max_length=130, pattern=r"^[0-9a-z_-]{1,64}:.{1,64}$")]
Price = Annotated[int, Field(ge=0, le=99_999_999_999), DIGITS]


class RenditionReply(Reply):
    """One file of a picture."""

    url: str = Field(description="Where it is.", examples=["/media/pictures/7c/1f00c0de-480.webp"])
    width: int = Field(description="Pixels.", examples=[480])
    height: int = Field(description="Pixels.", examples=[600])
    format: str = Field(description="webp, avif or jpeg.", examples=["webp"])


class PictureReply(Reply):
    """A picture with all its files, smallest first."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    alt: str = Field(description="What it shows, in words.", examples=["Blue tides, framed"])
    colour: str = Field(description="Its mean colour.", examples=["#8aa0b4"])
    width: int = Field(description="Pixels of the largest file.", examples=[1600])
    height: int = Field(description="Pixels of the largest file.", examples=[2000])
    renditions: tuple[RenditionReply, ...] = Field(description="The files.", examples=[[]])


class CategoryReply(Reply):
    """A category with all below it."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    name: str = Field(description="As shown.", examples=["Framed prints"])
    slug: str = Field(description="Last part of the path.", examples=["framed-prints"])
    path: str = Field(description="Place in the tree.", examples=["prints/framed-prints"])
    intro: str = Field(description="A sentence about it; may be empty.", examples=[""])
    depth: int = Field(description="0 for a root.", examples=[1])
    product_count: int = Field(description="Products in it and below.", examples=[24])
    children: tuple["CategoryReply", ...] = Field(description="Those below it.", examples=[[]])


class CollectionReply(Reply):
    """A hand-picked list of products."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    name: str = Field(description="As shown.", examples=["New this week"])
    slug: str = Field(description="Name in addresses.", examples=["new-this-week"])
    intro: str = Field(description="A sentence about it; may be empty.", examples=[""])


class CardReply(Reply):
    """A product in a list."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    slug: str = Field(description="Name in addresses.", examples=["blue-tides"])
    title: str = Field(description="As shown.", examples=["Blue tides"])
    kind: str = Field(description="What it is.", examples=["print"])
    series: str = Field(description="The series it belongs to; may be empty.", examples=["Tides"])
    price: MoneyReply = Field(description="Lowest listed price.")
    price_varies: bool = Field(description="True: say `from`.", examples=[True])
    compare_at: MoneyReply | None = Field(description="The price before, when reduced.")
    availability: str = Field(description="Of its best variant.", examples=["in-stock"])
    picture: PictureReply | None = Field(description="Main picture.")
    hover_picture: PictureReply | None = Field(description="Second picture.")
    single_sku: str = Field(description="The SKU if there is but one.", examples=["TIDES-A4"])


class FacetValueReply(Reply):
    """One value to narrow a list by."""

    value: str = Field(description="To send back as `facet=code:value`.", examples=["a4"])
    label: str = Field(description="As shown.", examples=["A4"])
    count: int = Field(description="Products it would leave.", examples=[12])
    selected: bool = Field(description="True when it is chosen now.", examples=[False])


class FacetReply(Reply):
    """One way to narrow a list."""

    code: str = Field(description="To send back as `facet=code:value`.", examples=["size"])
    label: str = Field(description="As shown.", examples=["Size"])
    values: tuple[FacetValueReply, ...] = Field(description="Values, with counts.", examples=[[]])


class BrowsedReply(Reply):
    """A page of products and how to narrow them."""

    products: tuple[CardReply, ...] = Field(description="The page.", examples=[[]])
    total: int = Field(description="Products over all pages.", examples=[240])
    page: int = Field(description="This page, counted from 1.", examples=[1])
    pages: int = Field(description="How many pages there are.", examples=[10])
    facets: tuple[FacetReply, ...] = Field(description="Ways to narrow it.", examples=[[]])
    corrected_query: str = Field(description="What was searched instead.", examples=[""])


class BrowseQuery(BaseModel):
    """A question to the catalogue."""

    currency: Currency | None = Field(
        None, description="Prices in this currency; the shop's own if left out.", examples=["EUR"]
    )
    category: Slug | None = Field(None, description="Path of a category.", examples=["prints"])
    collection: Slug | None = Field(None, description="Slug of a collection.", examples=["new"])
    q: Annotated[str, Field(max_length=200)] = Field(
        "", description="Words to search for; typing errors are forgiven.", examples=["tides"]
    )
    facet: Annotated[list[ChosenFacet], Field(max_length=50)] = Field(
        [], description="`code:value`; values of one code widen, codes narrow.", examples=[["s:a4"]]
    )
    sort: Literal["featured", "newest", "price", "-price", "relevance"] = Field(
        "featured", description="Order of the list.", examples=["price"]
    )
    price_min: Price | None = Field(None, description="Minor units, at least.", examples=[1000])
    price_max: Price | None = Field(None, description="Minor units, at most.", examples=[9000])
    in_stock_only: AddressBoolean = Field(
        False, description="Leave out what is sold out.", examples=[True]
    )
    page: Annotated[int, Field(ge=1, le=MAXIMUM_PAGE), DIGITS] = Field(
        1, description="Counted from 1.", examples=[1]
    )
    page_size: Annotated[int, Field(ge=1, le=MAXIMUM_PAGE_SIZE), DIGITS] = Field(
        24, description="Products on a page.", examples=[24]
    )

    def request(self) -> BrowseRequest:
        chosen: dict[str, tuple[str, ...]] = {}
        for facet in self.facet:
            code, _, value = facet.partition(":")
            chosen[code] = (*chosen.get(code, ()), value)
        return BrowseRequest(
            currency=self.currency or settings.SHOP_CURRENCY,
            category=self.category or "",
            collection=self.collection or "",
            query=self.q,
            facets=tuple(chosen.items()),
            sort=self.sort,
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock_only=self.in_stock_only,
            page=self.page,
            page_size=self.page_size,
        )


@router.get("/products", response=BrowsedReply, openapi_extra={"x-refusals": [404]})
def products(request: HttpRequest, query: Query[BrowseQuery]) -> Browsed:
    """Browse, search and narrow the products on sale."""
    return selectors.browse(query.request())


class VariantReply(Reply):
    """What is sold; its price is at /api/prices, its stock at /api/availability."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    sku: str = Field(description="What a basket line names.", examples=["TIDES-A4"])
    title: str = Field(description="As shown.", examples=["Blue tides, A4"])
    options: tuple[tuple[str, str], ...] = Field(
        description="Option and value, in the product's order.", examples=[[["Size", "A4"]]]
    )
    attributes: tuple[tuple[str, str | int | bool], ...] = Field(
        description="Attribute code and value.", examples=[[["frame", "oak"]]]
    )
    weight_grams: int = Field(description="For delivery.", examples=[350])
    picture: PictureReply | None = Field(description="Its own picture, if any.")


class ProductReply(Reply):
    """A product as its page shows it."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    slug: str = Field(description="Name in addresses.", examples=["blue-tides"])
    title: str = Field(description="As shown.", examples=["Blue tides"])
    kind: str = Field(description="What it is.", examples=["print"])
    series: str = Field(description="The series; may be empty.", examples=["Tides"])
    description: str = Field(description="What it is like.", examples=["Printed on 240 g paper."])
    story: str = Field(description="How it came about; may be empty.", examples=[""])
    status: str = Field(description="Always `active` here.", examples=["active"])
    breadcrumb: tuple[CategoryReply, ...] = Field(description="Categories above.", examples=[[]])
    collections: tuple[CollectionReply, ...] = Field(description="Lists with it.", examples=[[]])
    option_names: tuple[str, ...] = Field(description="What tells variants apart.", examples=[[]])
    attributes: tuple[tuple[str, str, str | int | bool], ...] = Field(
        description="Code, label and value.", examples=[[["palette", "Palette", "blue"]]]
    )
    variants: tuple[VariantReply, ...] = Field(description="What can be bought.", examples=[[]])
    pictures: tuple[PictureReply, ...] = Field(description="Main picture first.", examples=[[]])
    created_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


@router.get("/products/{slug}", response=ProductReply)
def product(
    request: HttpRequest,
    slug: Annotated[str, Path(max_length=200, description="The product's slug.")],
) -> ProductDetail:
    """Read one product with its variants and pictures."""
    return selectors.product_detail(slug)


@router.get("/categories", response=list[CategoryReply])
def categories(request: HttpRequest) -> tuple[CategoryNode, ...]:
    """List the roots of the category tree with all below them."""
    return selectors.category_tree()


@router.get("/collections", response=list[CollectionReply])
def collections(request: HttpRequest) -> tuple[CollectionSummary, ...]:
    """List the hand-picked collections."""
    return selectors.collections()


class SellableReply(Reply):
    """What a SKU is and whether it can be bought."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    product_slug: str = Field(description="The product's name in addresses.", examples=["tides"])
    title: str = Field(description="The product's title.", examples=["Blue tides"])
    options_text: str = Field(description="Which variant.", examples=["A4, oak"])
    on_sale: bool = Field(description="False once it is withdrawn.", examples=[True])


class VariantsQuery(BaseModel):
    """Which SKUs to look up."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=200)] = Field(
        description="Up to 200 SKUs.", examples=[["TIDES-A4"]]
    )


@router.get("/variants", response=list[SellableReply])
def variants(request: HttpRequest, query: Query[VariantsQuery]) -> tuple[SellableVariant, ...]:
    """Look up SKUs; those that the catalogue does not know are left out."""
    found = selectors.sellable_variants(query.sku)
    return tuple(found[sku] for sku in sorted(found))


class SuggestionReply(Reply):
    """A place that some letters lead to."""

    kind: Literal["product", "category", "term"] = Field(
        description="What it is.", examples=["product"]
    )
    title: str = Field(description="As shown.", examples=["Blue tides"])
    url_path: str = Field(description="Its page in the storefront.", examples=["/products/tides/"])
    picture: PictureReply | None = Field(description="Of a product.")


class SuggestionsQuery(BaseModel):
    """Letters typed so far."""

    q: Annotated[str, Field(max_length=100)] = Field(description="The letters.", examples=["tid"])
    limit: Annotated[int, Field(ge=1, le=20), DIGITS] = Field(
        8, description="At most so many.", examples=[8]
    )


@router.get("/suggestions", response=list[SuggestionReply])
def suggestions(request: HttpRequest, query: Query[SuggestionsQuery]) -> tuple[Suggestion, ...]:
    """Suggest where the letters typed so far lead to."""
    return selectors.suggestions(query.q, limit=query.limit)
