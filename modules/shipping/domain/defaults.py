"""Delivery as a small French shop starts with it; prices hold their tax."""

from modules.kernel.money import Money
from modules.shipping.contracts import SaveMethod, SaveRate, SaveZone

EU = "AT BE BG CY CZ DE DK EE ES FI GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"  # not FR
WORLD = "AE AU BR CA CH HK IL IN IS JP KR LI MX MY NO NZ SG TH TW US ZA"

METHODS = (
    SaveMethod(code="standard", title="Standard", carrier="La Poste", position=1),
    SaveMethod(code="express", title="Express", carrier="Chronopost", position=2),
    SaveMethod(code="pickup", title="Pick up at the studio", carrier="Halftone", position=3),
)


def rates(
    method_code: str, days: tuple[int, int], charges: dict[str, tuple[int, int | None]]
) -> tuple[SaveRate, ...]:
    """Returns one rate per currency; `charges` gives charge and threshold in minor units."""
    return tuple(
        SaveRate(
            method_code=method_code,
            charge=Money(charge, currency),
            free_from=None if threshold is None else Money(threshold, currency),
            days_min=days[0],
            days_max=days[1],
        )
        for currency, (charge, threshold) in charges.items()
    )


ZONES = (
    SaveZone(
        code="FR",
        name="France and Monaco",
        countries=("FR", "MC"),
        rates=(
            *rates(
                "standard", (2, 3), {"EUR": (490, 6000), "GBP": (420, 5000), "JPY": (800, 10000)}
            ),
            *rates(
                "express", (1, 1), {"EUR": (990, None), "GBP": (850, None), "JPY": (1600, None)}
            ),
            *rates("pickup", (1, 2), {"EUR": (0, None), "GBP": (0, None), "JPY": (0, None)}),
        ),
    ),
    SaveZone(
        code="EU",
        name="European Union",
        countries=tuple(EU.split(" ")),
        rates=(
            *rates(
                "standard", (3, 6), {"EUR": (890, 9000), "GBP": (760, 7500), "JPY": (1450, 15000)}
            ),
            *rates(
                "express", (2, 3), {"EUR": (1690, None), "GBP": (1450, None), "JPY": (2750, None)}
            ),
        ),
    ),
    SaveZone(
        code="GB",
        name="United Kingdom",
        countries=("GB",),
        rates=(
            *rates(
                "standard",
                (4, 7),
                {"EUR": (1190, 12000), "GBP": (990, 10000), "JPY": (1900, 20000)},
            ),
            *rates(
                "express", (2, 4), {"EUR": (2190, None), "GBP": (1890, None), "JPY": (3550, None)}
            ),
        ),
    ),
    SaveZone(
        code="WORLD",
        name="Rest of the world",
        countries=tuple(WORLD.split(" ")),
        rates=(
            *rates(
                "standard",
                (7, 14),
                {"EUR": (1990, 20000), "GBP": (1690, 17000), "JPY": (3200, 32000)},
            ),
            *rates(
                "express", (3, 6), {"EUR": (3490, None), "GBP": (2990, None), "JPY": (5600, None)}
            ),
        ),
    ),
)
