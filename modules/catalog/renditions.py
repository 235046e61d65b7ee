"""Makes the files a picture is served as: three formats, five widths, named by their content.

A file named by its digest never changes, so browsers may keep it for ever. Metadata is dropped: a
photograph tells where it was taken.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from PIL import Image, ImageOps, UnidentifiedImageError

from modules.catalog.contracts import PictureFile, PictureUnreadable

WIDTHS = (320, 480, 640, 960, 1280)
MAXIMUM_BYTES = 20_000_000
# A small file can unfold into gigabytes; 50 million pixels are more than any camera at hand takes.
MAXIMUM_PIXELS = 50_000_000
_READABLE = ("JPEG", "PNG", "WEBP", "AVIF")
# Pillow's options per format; AVIF at speed 8 costs a third of the time for a twentieth more bytes.
_FORMATS: dict[str, dict[str, int | bool]] = {
    "avif": {"quality": 60, "speed": 8},
    "webp": {"quality": 82, "method": 4},
    "jpeg": {"quality": 82, "progressive": True, "optimize": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is known of a picture before any file of it is made; `colour` is its mean."""

    width: int
    height: int
    colour: str


def measure(content: bytes) -> Measured:
    """Returns the upright size and mean colour of a picture, after reading all of it.

    Raises:
        PictureUnreadable: no picture, a damaged one, one of another format, or far too large.
    """
    image = _opened(content)
    red, green, blue = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return Measured(
        width=image.width, height=image.height, colour=f"#{red:02x}{green:02x}{blue:02x}"
    )


def render(content: bytes, *, folder: Path) -> Iterator[PictureFile]:
    """Makes and keeps every file of a picture below `folder`; none is wider than the picture.

    Making them again makes the same files.

    Raises:
        PictureUnreadable: as `measure`.
    """
    image = _opened(content)
    widths = [width for width in WIDTHS if width < image.width] + [min(image.width, WIDTHS[-1])]
    for width in dict.fromkeys(widths):
        height = max(1, round(image.height * width / image.width))
        scaled = image.resize((width, height), Image.Resampling.LANCZOS)
        for format_, options in _FORMATS.items():
            made = io.BytesIO()
            scaled.save(made, format_.upper(), **options)
            path, digest = keep(made.getvalue(), folder=folder, suffix=format_)
            yield PictureFile(
                path=path,
                width=width,
                height=height,
                format=format_,
                bytes=len(made.getvalue()),
                sha256=digest,
            )


def keep(content: bytes, *, folder: Path, suffix: str) -> tuple[str, str]:
    """Stores bytes under a name made of their digest; returns the path below `folder` and it.

    The file appears whole or not at all, and one that is there is not written again.
    """
    digest = sha256(content).hexdigest()
    path = f"pictures/{digest[:2]}/{digest[2:34]}.{suffix}"
    target = folder / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, delete=False) as draft:
            draft.write(content)
        Path(draft.name).chmod(0o644)
        os.replace(draft.name, target)
    return path, digest


def _opened(content: bytes) -> Image.Image:
    if len(content) > MAXIMUM_BYTES:
        raise PictureUnreadable(
            f"The picture has {len(content) // 1_000_000} MB; "
            f"{MAXIMUM_BYTES // 1_000_000} MB are enough for any screen"
        )
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as image:
            if image.width * image.height > MAXIMUM_PIXELS:
                raise PictureUnreadable(
                    f"The picture has {image.width} × {image.height} pixels; scale it down first"
                )
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError:
        raise PictureUnreadable(
            f"This is no picture that can be read; send {', '.join(_READABLE)}"
        ) from None
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PictureUnreadable(f"The picture is damaged: {error}") from None
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright).convert("RGB")
