"""The tables of the catalogue: what is sold, how it is arranged, and one row per product to search.

Everything down to `Placement` is written by commands. `Listing`, `ListingPrice` and `Term` are
read models: `projections.py` derives them from the tables above, and they may be thrown away.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression

from modules.catalog.domain.words import trigrams
from modules.kernel.identity import new_id


class Identified(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Category(Identified):
    """A place in the tree; `path` holds the slugs from the root and is what addresses show."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=300, unique=True)
    name = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    position = models.IntegerField(default=0)
    # Active products here and below; kept on the row so that the cached tree needs no counting.
    product_count = models.IntegerField(default=0)


class Attribute(Identified):
    code = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    type = models.CharField(max_length=10)
    facet = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    choices = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="attribute_type_known",
                condition=Q(type__in=("text", "choice", "integer", "boolean")),
            )
        ]


class Product(Identified):
    slug = models.SlugField(max_length=200, unique=True)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=100)
    series = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    story = models.TextField(blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="products")
    status = models.CharField(max_length=10, default="active")
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="product_status_known",
                condition=Q(status__in=("draft", "active", "withdrawn")),
            )
        ]
        # The staff's list, page by page.
        indexes: ClassVar = [models.Index(fields=["title"], name="product_title")]


class Variant(Identified):
    """What is sold. One that a product no longer has stays, off sale, for baskets that hold it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=300)
    weight_grams = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    on_sale = models.BooleanField(default=True)
    availability = models.CharField(max_length=10, default="sold-out")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="variant_availability_known",
                condition=Q(availability__in=("in-stock", "low", "backorder", "sold-out")),
            ),
            models.CheckConstraint(
                name="variant_weight_not_negative", condition=Q(weight_grams__gte=0)
            ),
        ]


class VariantPrice(Identified):
    """The catalogue's copy of a listed price, to sort and filter by; it charges nobody."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("variant", "currency", name="one_price_per_currency"),
            models.CheckConstraint(
                name="variant_price_not_negative", condition=Q(price_minor__gte=0)
            ),
        ]


class ProductOption(Identified):
    product = models.ForeignKey(Product, models.CASCADE, related_name="options")
    name = models.CharField(max_length=100)
    position = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("product", "name", name="option_names_differ")
        ]


class VariantOption(Identified):
    """The value that a variant has for an option of its product."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="options")
    option = models.ForeignKey(ProductOption, models.CASCADE, related_name="values")
    value = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("variant", "option", name="one_value_per_option")
        ]


class AttributeValue(Identified):
    """A value of a product, or of one variant of it, in the column of its attribute's type."""

    attribute = models.ForeignKey(Attribute, models.PROTECT, related_name="values")
    product = models.ForeignKey(Product, models.CASCADE, related_name="attribute_values")
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="attribute_values")
    text = models.TextField(null=True)
    integer = models.BigIntegerField(null=True)
    boolean = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "product",
                "variant",
                "attribute",
                name="one_value_per_attribute",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="exactly_one_typed_value",
                condition=(
                    Q(text__isnull=False, integer__isnull=True, boolean__isnull=True)
                    | Q(text__isnull=True, integer__isnull=False, boolean__isnull=True)
                    | Q(text__isnull=True, integer__isnull=True, boolean__isnull=False)
                ),
            ),
        ]


class Collection(Identified):
    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    position = models.IntegerField(default=0)


class CollectionEntry(Identified):
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="entries")
    product = models.ForeignKey(Product, models.CASCADE, related_name="collection_entries")
    position = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("collection", "product", name="a_product_is_listed_once")
        ]


class Picture(Identified):
    """A picture known by its content: `id` is derived from it, so saving it twice stores it once.

    `master` is the path of an uploaded original; empty for pictures that came with their files.
    """

    colour = models.CharField(max_length=7)
    width = models.IntegerField()
    height = models.IntegerField()
    master = models.CharField(max_length=200, blank=True)
    recipe = models.JSONField(default=dict)


class PictureRendition(Identified):
    """One file of a picture; `path` is below the media root and contains its digest."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")
    path = models.CharField(max_length=200)
    width = models.IntegerField()
    height = models.IntegerField()
    format = models.CharField(max_length=4)
    bytes = models.IntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("picture", "width", "format", name="one_file_per_size"),
            models.CheckConstraint(
                name="rendition_format_known", condition=Q(format__in=("webp", "avif", "jpeg"))
            ),
        ]


class Placement(Identified):
    """Where a picture is shown, and what it says there to those who cannot see it."""

    picture = models.ForeignKey(Picture, models.PROTECT, related_name="placements")
    product = models.ForeignKey(Product, models.CASCADE, related_name="placements")
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="placements")
    role = models.CharField(max_length=7)
    alt = models.CharField(max_length=500)
    position = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="placement_role_known", condition=Q(role__in=("main", "hover", "gallery"))
            )
        ]


def _weighted(column: str, weight: str) -> CombinedExpression:
    """Stems serve whole words, unstemmed words serve the beginnings a shopper has typed so far."""
    return SearchVector(column, weight=weight, config="english") + SearchVector(
        column, weight=weight, config="simple"
    )


class Listing(models.Model):
    """A product as lists and searches see it: one row, nothing to join but a price.

    `categories` holds the product's category and all above it, `facets` tokens `code:value`;
    `card` is the ready content of a product card. The texts are folded (`domain.words.fold`).
    """

    product = models.OneToOneField(
        Product, models.CASCADE, primary_key=True, related_name="listing"
    )
    visible = models.BooleanField()
    categories = ArrayField(models.TextField(), default=list)
    facets = ArrayField(models.TextField(), default=list)
    availability = models.CharField(max_length=10, default="sold-out")
    position = models.IntegerField()
    created_at = models.DateTimeField()
    card = models.JSONField()
    text_a = models.TextField()
    text_b = models.TextField()
    text_c = models.TextField()
    words = ArrayField(models.TextField(), default=list)
    document = models.GeneratedField(
        expression=_weighted("text_a", "A") + _weighted("text_b", "B") + _weighted("text_c", "C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes: ClassVar = [
            # One index answers any mix of the three questions.
            GinIndex(fields=["document", "facets", "categories"], name="listing_lookup"),
            models.Index("position", F("created_at").desc(), name="listing_featured"),
            models.Index(F("created_at").desc(), name="listing_newest"),
        ]


class ListingPrice(Identified):
    """The span of a product's listed prices in a currency; `compare_at` is the lowest one's."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="listing_prices")
    currency = models.CharField(max_length=3)
    lowest_minor = models.BigIntegerField()
    highest_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("product", "currency", name="one_span_per_currency")
        ]
        indexes: ClassVar = [
            models.Index(fields=["currency", "lowest_minor"], name="listing_price_order")
        ]


class Term(models.Model):
    """A word that some visible product has, with what finds it when it is typed wrongly."""

    # Collation C compares letters by code, so that a range of the key is a prefix.
    term = models.CharField(max_length=100, primary_key=True, db_collation="C")
    trigrams = ArrayField(models.TextField())
    uses = models.IntegerField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["trigrams"], name="term_trigrams")]

    @classmethod
    def of(cls, term: str, uses: int) -> "Term":
        return cls(term=term, trigrams=trigrams(term), uses=uses)
