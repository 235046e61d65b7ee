"""What the importer makes of a year of trade: which codes are goods, and how they are described.

docs/guides/importing.md gives the same rules to people.
"""

import re
from functools import cache

# Codes of services, money and book-keeping, with what the shop has for them instead.
_NO_GOODS: tuple[tuple[str, str], ...] = (
    (r"POST|DOT|C\d|23444", "delivery charge: delivery methods charge it"),
    (r"M", "typed in by hand: it says nothing about what was sold"),
    (r"D", "discount: promotions and price changes give it"),
    (r"S", "samples: nothing that is sold"),
    (r"(ADJUST|TEST)\w*", "booking or test by hand: nothing that is sold"),
    (r"B", "bad debt: the ledger writes it off"),
    (r"BANK CHARGES|AMAZONFEE|CRUK", "fee or commission: an expense, not goods"),
    (r"GIFT(_0001_\d+)?|22016", "gift voucher: money, not goods"),
)

NEVER_PRICED = "never sold at a price of a penny or more"
NEVER_DESCRIBED = "never described by more than a note"
BELOW_A_PENNY = "price finer than a penny"
RETURNED = "return or cancellation: counts neither as price nor as stock"
CORRECTED = "stock correction: only its units count"
UNPRICED = "without a price: only its units count"
RESPELLED = "code written in other letters: merged"

# What people typed into the description field about a parcel on their desk.
_NOTE = re.compile(
    r"\b(adjust\w*|amazon|barcode|broken|cargo|check|counted|cracked|crushed|damage[ds]?|display"
    r"|dotcom(?!giftshop)|ebay|faulty|found|incorrect\w*|label|lost|mailout|mix ?up|missing|mouldy"
    r"|returned|rusty|sample|sold as|test|thrown|throw|to push|unsale?able|wet|wrong\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SMALL_WORDS = frozenset("a an and at by for from in of on or the to with".split(" "))
_CAPITALS = frozenset("LED USB TV FM CD DVD UK XL".split(" "))

# First match wins; the words are those of descriptions, the kind is shown and filtered by.
_SHELVES: tuple[tuple[str, str, str], ...] = (
    (r"CHRISTMAS|XMAS|ADVENT|EASTER|SANTA|REINDEER|BAUBLE", "seasonal", "Seasonal"),
    (r"T-?LIGHTS?|CANDLES?|LANTERN|LAMP|LIGHTS?|INCENSE", "light", "Candles and lights"),
    (r"NECKLACE|EARRINGS?|BRACELET|RING|CHARM|BROOCH|HAIR|BANGLE", "jewellery", "Jewellery"),
    (r"BAGS?|PURSE|WALLET|LUGGAGE|SHOPPER|HANDBAG|TOTE", "bags", "Bags"),
    (
        r"MUG|CUPS?|BOWL|PLATES?|CAKE|TEA|JARS?|JUG|KITCHEN|CUTLERY|TRAY|BOTTLE|LUNCH|EGG|BAKING"
        r"|APRON|SPOON|TEAPOT|COFFEE|GLASS",
        "kitchen",
        "Kitchen",
    ),
    (r"CARDS?|PAPER|NOTEBOOK|PENCILS?|PEN|WRAP|STICKERS?|ENVELOPE|TAPE|RIBBONS?", "paper", "Paper"),
    (r"PARTY|BALLOONS?|BUNTING|GARLAND|BIRTHDAY|NAPKINS?", "party", "Party"),
    (r"GARDEN|PLANT|FLOWERS?|HERB|BIRD|POTS?|WATERING", "garden", "Garden"),
    (r"DOLL|DOLLY|TOY|GAME|CHILDRENS?|CHILDS|GIRLS?|BOYS?|BABY|PUZZLE|SPACEBOY", "children",
     "Children"),
    (
        r"CUSHION|CLOCK|MIRROR|FRAME|SIGN|HOOK|WALL|DOORMAT|DRAWER|CABINET|RUG|CURTAIN|HANGING"
        r"|STORAGE|BOX|TIN",
        "home",
        "Home",
    ),
)  # fmt: skip
ROOT_CATEGORY = "giftware"
OTHER = ("other", "Other gifts")
CATEGORIES: tuple[tuple[str, str], ...] = (*((slug, name) for _, slug, name in _SHELVES), OTHER)


@cache
def merged_code(code: str) -> str:
    """Returns the one spelling of a code: `85123a` and `85123A` are the same thing."""
    return code.strip().upper()


@cache
def no_goods(code: str) -> str | None:
    """Returns why a code cannot be a product, or None for goods."""
    return next((why for pattern, why in _NO_GOODS if re.fullmatch(pattern, code)), None)


@cache
def is_note(description: str) -> bool:
    """Tells a note such as `damaged?` or `found` from what a thing is called.

    Names are in capitals, where the same words are harmless: `CRACKED GLAZE EARRINGS`.
    """
    if "?" in description or not re.search(r"[A-Za-z]{2}", description):
        return True
    return description != description.upper() and bool(_NOTE.search(description))


def title_of(description: str) -> str:
    """Returns a description in shouting capitals as a title: `SET OF 3 MUGS` as `Set of 3 Mugs`."""
    if description != description.upper():
        return description

    def written(match: re.Match[str]) -> str:
        word = match.group()
        if word in _CAPITALS:
            return word
        small = word.lower() in _SMALL_WORDS and match.start() > 0
        return word.lower() if small else word.capitalize()

    return _WORD.sub(written, description)


def shelf_of(description: str) -> tuple[str, str]:
    """Returns the category path and the kind of a thing from the words it is described by."""
    upper = description.upper()
    for pattern, slug, name in _SHELVES:
        if re.search(rf"\b(?:{pattern})\b", upper):
            return f"{ROOT_CATEGORY}/{slug}", name
    return f"{ROOT_CATEGORY}/{OTHER[0]}", OTHER[1]


def slug_of(title: str, code: str) -> str:
    """Returns an address for a product; the code at its end keeps two of one name apart."""
    text = re.sub(r"['’]", "", f"{title}-{code}".lower())
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
