"""The catalogue: products, their variants, where they are found and how they look.

A **product** is what a page shows; a **variant** is what is sold, with its own SKU. **Options**
tell variants of one product apart (size, frame); **attributes** describe a product or variant and
feed the facets. A **category** has one place in a tree; a **collection** is a hand-picked list.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.kernel.errors import Conflict, NotFound, Unavailable
from modules.kernel.money import Money

type AttributeValue = str | int | bool


class ProductNotFound(NotFound):
    """No such product; a withdrawn one carries `withdrawn=True`."""

    code = "product-not-found"


class VariantNotFound(NotFound):
    """No variant on sale with this SKU; field: `sku`."""

    code = "variant-not-found"


class CategoryNotFound(NotFound):
    """No category at this path; field: `path`."""

    code = "category-not-found"


class CollectionNotFound(NotFound):
    """No collection with this slug; field: `slug`."""

    code = "collection-not-found"


class AttributeNotFound(NotFound):
    """A product uses an attribute that is not defined; field: `attribute`."""

    code = "attribute-not-found"


class AttributeMismatch(Conflict):
    """A value is not of its attribute's type, or a type changed under its values.

    Fields: `attribute`, `type`.
    """

    code = "attribute-mismatch"


class VariantsUnclear(Conflict):
    """The variants of a product cannot be told apart by its options; field: `slug`."""

    code = "variants-unclear"


class SkuTaken(Conflict):
    """The SKU is used twice, or by another product; field: `sku`."""

    code = "sku-taken"


class CatalogueBusy(Unavailable):
    """Two people saved the same new product at the same moment; the later one tries again."""

    code = "catalogue-busy"


class PictureUnreadable(Conflict):
    """The uploaded bytes are no picture that can be rendered."""

    code = "picture-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One file of a picture: `url`, its width and height in pixels, `format` webp, avif or jpeg."""

    url: str
    width: int
    height: int
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with all its files, smallest first; `colour` is its mean as `#rrggbb`."""

    id: UUID
    alt: str
    colour: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryNode:
    """A category with its place in the tree; `path` is `prints/framed-prints`."""

    id: UUID
    name: str
    slug: str
    path: str
    intro: str
    depth: int
    product_count: int
    children: tuple["CategoryNode", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSummary:
    id: UUID
    name: str
    slug: str
    intro: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product in a list. `price` is the lowest listed price; `price_varies` says "from"."""

    id: UUID
    slug: str
    title: str
    kind: str
    series: str
    price: Money
    price_varies: bool
    compare_at: Money | None
    availability: str
    picture: Picture | None
    hover_picture: Picture | None
    single_sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One way to narrow a list. Counts are what choosing the value would give."""

    code: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseRequest:
    """A question to the catalogue. `facets` maps a facet code to the chosen values (any of them);
    `page` counts from 1; prices are minor units of `currency`."""

    currency: str
    category: str = ""
    collection: str = ""
    query: str = ""
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: Literal["featured", "newest", "price", "-price", "relevance"] = "featured"
    price_min: int | None = None
    price_max: int | None = None
    in_stock_only: bool = False
    page: int = 1
    page_size: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsed:
    """The answer: cards of the page, the total, facets, and what the query was corrected to."""

    products: tuple[ProductCard, ...]
    total: int
    page: int
    pages: int
    facets: tuple[Facet, ...]
    corrected_query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    kind: Literal["product", "category", "term"]
    title: str
    url_path: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDetail:
    """A variant as the product page needs it; `options` in the product's option order."""

    id: UUID
    sku: str
    title: str
    options: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, AttributeValue], ...]
    weight_grams: int
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetail:
    id: UUID
    slug: str
    title: str
    kind: str
    series: str
    description: str
    story: str
    status: Literal["draft", "active", "withdrawn"]
    category: CategoryNode | None
    breadcrumb: tuple[CategoryNode, ...]
    collections: tuple[CollectionSummary, ...]
    option_names: tuple[str, ...]
    attributes: tuple[tuple[str, str, AttributeValue], ...]
    variants: tuple[VariantDetail, ...]
    pictures: tuple[Picture, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SellableVariant:
    """What basket and checkout need to know about a SKU; `category` is its product's path."""

    sku: str
    product_id: UUID
    product_slug: str
    title: str
    options_text: str
    on_sale: bool
    weight_grams: int
    picture: Picture | None
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuPage:
    """A page of the SKUs of all products, on sale or not."""

    skus: tuple[str, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCategory:
    """Creates or updates the category at `path` (parents must exist)."""

    path: str
    name: str
    intro: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCollection:
    slug: str
    name: str
    intro: str = ""
    product_slugs: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineAttribute:
    """A typed attribute; `facet=True` offers it as a way to narrow lists.

    `choices` lists the values of a choice in the order to show them; empty allows any. An option
    with the attribute's code as its name (`Size` for `size`) feeds the facet too.
    """

    code: str
    label: str
    type: Literal["text", "choice", "integer", "boolean"]
    facet: bool = False
    position: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A finished rendition already stored under the media root at `path`."""

    path: str
    width: int
    height: int
    format: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePicture:
    """A picture with the files it has; `recipe` (generator, version, seed ...) may be empty."""

    alt: str
    colour: str
    role: Literal["main", "hover", "gallery"]
    files: tuple[PictureFile, ...]
    recipe: dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveVariant:
    sku: str
    title: str
    options: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, AttributeValue], ...] = ()
    weight_grams: int = 0
    pictures: tuple[SavePicture, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveProduct:
    """Creates or replaces the product with this slug, its variants and pictures.

    `created_at` says since when it is in the range; None: now, or as it was said before.
    """

    slug: str
    title: str
    kind: str
    series: str = ""
    description: str = ""
    story: str = ""
    category: str = ""
    status: Literal["draft", "active", "withdrawn"] = "active"
    attributes: tuple[tuple[str, AttributeValue], ...] = ()
    variants: tuple[SaveVariant, ...]
    pictures: tuple[SavePicture, ...] = ()
    position: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateListing:
    """The catalogue's own copy of what it must sort and filter by; not used to charge anybody.

    Fields left None stay as they are, except that `compare_at` belongs to the price: a price
    without one clears it.
    """

    sku: str
    price: Money | None = None
    compare_at: Money | None = None
    availability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPicture:
    """Adds an uploaded picture to a product; its files are rendered soon after."""

    product_slug: str
    alt: str
    role: Literal["main", "hover", "gallery"]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRenditions:
    """The files made of an uploaded picture, all stored already."""

    picture_id: UUID
    files: tuple[PictureFile, ...]
