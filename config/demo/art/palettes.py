"""The inks of the print room: each palette is a paper, a drawing ink, five tones and one accent.

Tones run from deep to light where the palette is a ramp; in the many-coloured palettes they are
simply five inks that sit well beside each other. A palette is never edited once a print is sold
in it: a changed colour is a new name, or the picture would no longer follow from its recipe.
"""

from dataclasses import dataclass

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)


def from_hex(text: str) -> Rgb:
    """Returns the colour written as `#rrggbb` or `rrggbb`."""
    digits = text.removeprefix("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_hex(colour: Rgb) -> str:
    """Returns six lower-case hex digits, without the hash sign."""
    return "".join(f"{channel:02x}" for channel in colour)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Returns the colour `share` of the way from the first (0) to the second (1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def along(ramp: tuple[Rgb, ...] | list[Rgb], share: float) -> Rgb:
    """Returns the colour `share` of the way (0 to 1) along a ramp of at least two colours."""
    position = min(max(share, 0.0), 1.0) * (len(ramp) - 1)
    step = min(int(position), len(ramp) - 2)
    return mix(ramp[step], ramp[step + 1], position - step)


def brightness(colour: Rgb) -> int:
    """Returns perceived lightness from 0 to 255 (the Rec. 601 weights)."""
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) // 1000


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one print; `family` is what a shopper filters by."""

    name: str
    label: str
    family: str
    paper: Rgb
    ink: Rgb
    tones: tuple[Rgb, Rgb, Rgb, Rgb, Rgb]
    accent: Rgb

    @property
    def is_dark(self) -> bool:
        """Whether the paper is darker than the ink that is drawn on it."""
        return brightness(self.paper) < brightness(self.ink)

    @property
    def inks(self) -> tuple[Rgb, ...]:
        """Everything that may be printed on the paper, deep to light, accent last."""
        return (*self.tones, self.accent)


def _palette(name: str, label: str, family: str, colours: str) -> Palette:
    paper, ink, one, two, three, four, five, accent = (from_hex(part) for part in colours.split())
    return Palette(name, label, family, paper, ink, (one, two, three, four, five), accent)


PALETTES: dict[str, Palette] = {
    palette.name: palette
    for palette in (
        _palette("dusk", "Dusk", "Warm", "f6efe6 2b2438 5b3a5e a34a5f e0775a f4b069 fbdca0 e0654f"),
        _palette("rose", "Rose", "Warm", "fbf2ee 43182f 7d2a4b bb4a6d e3899a f4bcb4 fbe0cf e9a23b"),
        _palette(
            "saffron", "Saffron", "Warm", "fdf6e4 38230f 8f4a14 cb7a1e eba632 f6cb62 fbe7ab d9512c"
        ),
        _palette(
            "ember", "Ember", "Night", "1b1116 f7e8d4 461a25 8b2b2c cf502f f08b3e f9c76d ffd98a"
        ),
        _palette(
            "night", "Night", "Night", "0f1626 f2ead8 1d2a49 30497a 4f6fa6 7f9fcf b9cbe6 e9c46a"
        ),
        _palette(
            "aurora", "Aurora", "Night", "0b1421 e9f3ee 12324c 1b5e6b 2fa08b 8ad7a5 cfeccb f2b8c6"
        ),
        _palette(
            "fjord", "Fjord", "Blue", "eef2f0 14313d 1f5460 3c8286 7fb7ac b3d6c9 dbe9e0 f0b65f"
        ),
        _palette(
            "lagoon", "Lagoon", "Blue", "f4f1e6 0c2a44 0f4c75 1e7d9d 4bb3b2 a2dac8 d9efdb f4925f"
        ),
        _palette(
            "delft", "Delft", "Blue", "f5f4ef 14224f 1f3a8a 3f66b8 7f9fd8 b7c9ea dfe7f5 e4572e"
        ),
        _palette(
            "moss", "Moss", "Green", "f3f1e5 1c2a20 2c4a37 51754c 8ba665 c2cf98 e5e6c4 d98a4e"
        ),
        _palette(
            "orchard", "Orchard", "Green", "faf4e6 2a3326 4c6b3c 88a05a d6b352 cf6a3c e8c9a0 b5432f"
        ),
        _palette(
            "terra", "Terra", "Earth", "f3e9dc 40241a 7a3b26 b55d3a d99b6c 8b9a7b 56705f e2b04a"
        ),
        _palette(
            "lilac", "Lilac", "Violet", "f5f2f8 2a2145 4b3b78 7a62a8 a893cf cfc1e6 e7dcf0 f2a48c"
        ),
        _palette(
            "bauhaus",
            "Bauhaus",
            "Many colours",
            "f4eee1 1d1d22 d5402b f0b323 1f5fa8 7fa6b8 efdcb8 1d1d22",
        ),
        _palette(
            "riso",
            "Riso",
            "Many colours",
            "fbf7ee 20304f ff5c5c ffb84c 3f8efc 18b3a3 f7a6c4 20304f",
        ),
        _palette(
            "ink",
            "Ink",
            "Black and white",
            "f7f5f0 15171c 2c3038 545a66 8a909c c1c5cc e3e4e4 d8563f",
        ),
    )
}
