"""Fills a range: `python -m tests.bench.stocking PRODUCTS`, over the shop's database."""

import sys
from decimal import Decimal
from itertools import product

import django
from django.utils.module_loading import import_string

COLOURS = ("red", "blue", "green", "ivory", "black", "rose", "amber", "silver", "retro", "vintage")
THINGS = ("mug", "clock", "lantern", "cushion", "teapot", "bunting", "candle", "frame", "bag")
SIGNS = ("heart", "star", "bird", "rabbit", "spot", "stripe", "flower", "paisley", "owl", "tree")
UNITS = 1_000_000


def main(arguments: list[str]) -> None:
    django.setup()
    # Models can be imported from here on.
    goods = import_string("config.importing.gathering.Goods")
    load = import_string("config.importing.loading.load")
    words = [" ".join(each).upper() for each in product(COLOURS, THINGS, SIGNS)]
    wanted = [
        goods(
            code=f"S{number:06d}",
            description=f"{words[number % len(words)]} NO {number // len(words)}",
            price_minor=100 + number % 5_000,
            opening_stock=UNITS,
        )
        for number in range(int(arguments[0]))
    ]
    load(wanted, rates={"EUR": Decimal("1.17")}, advance=lambda step, count: None)


if __name__ == "__main__":
    main(sys.argv[1:])
