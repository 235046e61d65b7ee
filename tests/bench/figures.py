"""The arithmetic of the benchmark: percentiles, and ratios that a noisy machine does not bend."""

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """Returns the smallest value that `percent` of all values do not exceed (nearest rank).

    Raises:
        ValueError: no values, or a percentage that is not between 0 and 100.
    """
    if not values:
        raise ValueError("no values, so no percentile")
    if not 0 < percent <= 100:
        raise ValueError(f"{percent} is not a percentage")
    rank = ceil(len(values) * percent / 100)
    return sorted(values)[rank - 1]


def ratio(rounds: Sequence[Mapping[str, float]], name: str, yardstick: str) -> float | None:
    """Returns the median over rounds of one figure over another of the same round.

    A round's figures were measured right after each other, so what slowed one slowed the other.
    None: the yardstick stood still in every round.
    """
    found = [each[name] / each[yardstick] for each in rounds if each[yardstick]]
    return median(found) if found else None


def typical(rounds: Sequence[Mapping[str, float]], name: str) -> float:
    """Returns the median of a figure over all rounds."""
    return median(each[name] for each in rounds)


def per_unit(total: float, units: int) -> float | None:
    return total / units if units else None
