"""Smooth chance: rough skylines and rolling fields, both normalised and repeatable."""

import random
from dataclasses import dataclass

from PIL import Image


def ridge(chance: random.Random, steps: int, *, roughness: float) -> list[float]:
    """Returns a skyline of steps + 1 heights in -1 to 1 by midpoint displacement.

    `steps` is a power of two; roughness from 0.4 (soft hills) to 0.65 (crags).
    """
    heights = [0.0] * (steps + 1)
    heights[0], heights[-1] = chance.uniform(-0.4, 0.4), chance.uniform(-0.4, 0.4)
    step, reach = steps, 1.0
    while step > 1:
        half = step // 2
        for middle in range(half, steps, step):
            mean = (heights[middle - half] + heights[middle + half]) / 2
            heights[middle] = mean + chance.uniform(-reach, reach)
        step, reach = half, reach * roughness
    peak = max(abs(height) for height in heights) or 1.0
    return [height / peak for height in heights]


@dataclass(frozen=True, slots=True)
class Field:
    """A smooth landscape of values from 0 to 1 over a grid, row by row."""

    columns: int
    rows: int
    values: list[float]

    def at(self, across: float, down: float) -> float:
        """Returns the value at a place given as shares (0 to 1) of width and height."""
        x = min(max(across, 0.0), 1.0) * (self.columns - 1)
        y = min(max(down, 0.0), 1.0) * (self.rows - 1)
        column, row = min(int(x), self.columns - 2), min(int(y), self.rows - 2)
        right, below = x - column, y - row
        start = row * self.columns + column
        top = self.values[start] * (1 - right) + self.values[start + 1] * right
        start += self.columns
        low = self.values[start] * (1 - right) + self.values[start + 1] * right
        return top * (1 - below) + low * below

    def picture(self, size: tuple[int, int]) -> Image.Image:
        """Returns the field as a grey image, 0 black to 1 white."""
        grid = Image.new("F", (self.columns, self.rows))
        grid.putdata([value * 255 for value in self.values])
        return grid.resize(size, Image.Resampling.BICUBIC).convert("L")


def field(
    chance: random.Random,
    *,
    aspect: float,
    cells: float,
    octaves: int = 3,
    gain: float = 0.5,
    warp: float = 0,
) -> Field:
    """Returns value noise with about `cells` hills across; aspect is height over width.

    `warp` (a share of the width) bends the field by two others, which hides its square lattice.
    """
    plain = _rolling(chance, aspect, cells, octaves, gain)
    if not warp:
        return plain
    across = _rolling(chance, aspect, cells * 0.8, 2, 0.4).values
    down = _rolling(chance, aspect, cells * 0.8, 2, 0.4).values
    bent = [
        plain.at(
            (place % plain.columns) / plain.columns * (1 - warp) + warp * across[place],
            (place // plain.columns) / plain.rows * (1 - warp) + warp * down[place],
        )
        for place in range(len(plain.values))
    ]
    return _normalised(plain.columns, plain.rows, bent)


def _rolling(
    chance: random.Random, aspect: float, cells: float, octaves: int, gain: float
) -> Field:
    columns, rows = 200, max(2, round(200 * aspect))
    total = [0.0] * (columns * rows)
    weight = 1.0
    for octave in range(octaves):
        across = max(2, round(cells * 2**octave))
        layer = _lattice(chance, across, max(2, round(across * aspect)), (columns, rows))
        total = [sum_ + weight * value for sum_, value in zip(total, layer, strict=True)]
        weight *= gain
    return _normalised(columns, rows, total)


def _normalised(columns: int, rows: int, values: list[float]) -> Field:
    low, high = min(values), max(values)
    return Field(columns, rows, [(value - low) / (high - low) for value in values])


def _lattice(
    chance: random.Random, across: int, down: int, size: tuple[int, int]
) -> tuple[float, ...]:
    grid = Image.new("F", (across + 3, down + 3))
    grid.putdata([chance.random() for _ in range((across + 3) * (down + 3))])
    inner = (1, 1, across + 2, down + 2)
    smooth = grid.resize(size, Image.Resampling.BICUBIC, box=inner)
    return smooth.get_flattened_data()  # type: ignore[return-value]
