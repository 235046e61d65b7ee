"""Copies the browser files named here out of node_modules, so that running the shop needs no Node.

`npm ci && python -m frontend.vendoring` refreshes them; the versions come from
package.json, the result is committed, and a manifest of SHA-256 sums says what it should be.
"""

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
BROWSER = ROOT / "frontend" / "static" / "vendor"
TESTS = ROOT / "tests" / "journeys" / "vendor"
MANIFEST = BROWSER / "manifest.json"


@dataclass(frozen=True)
class Vendored:
    """Files of one npm package and the folder that receives them as `<name>-<version>`."""

    package: str
    name: str
    files: tuple[str, ...]
    home: Path = BROWSER


VENDORED = (
    Vendored("htmx.org", "htmx", ("dist/htmx.min.js", "dist/ext/hx-sse.min.js")),
    Vendored(
        "@fontsource-variable/inter",
        "inter",
        ("files/inter-latin-wght-normal.woff2", "files/inter-latin-ext-wght-normal.woff2"),
    ),
    Vendored(
        "@fontsource-variable/fraunces", "fraunces", ("files/fraunces-latin-opsz-normal.woff2",)
    ),
    Vendored(
        "swagger-ui-dist",
        "swagger-ui",
        (
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui.css",
            "swagger-ui.css.map",
            "NOTICE",
        ),
    ),
    Vendored("axe-core", "axe-core", ("axe.min.js",), TESTS),
)

# The shop's word for a picture, and lucide's name of it.
ICONS = {
    "account": "user",
    "alert": "triangle-alert",
    "back": "arrow-left",
    "bag": "shopping-bag",
    "calendar": "calendar",
    "card": "credit-card",
    "check": "check",
    "clock": "clock",
    "close": "x",
    "compare": "git-compare",
    "copy": "copy",
    "down": "chevron-down",
    "download": "download",
    "edit": "pencil",
    "error": "circle-alert",
    "explore": "activity",
    "external": "external-link",
    "filter": "sliders-horizontal",
    "forward": "arrow-right",
    "heart": "heart",
    "history": "history",
    "image": "image",
    "info": "info",
    "ledger": "scale",
    "link": "link",
    "lock": "lock",
    "mail": "mail",
    "menu": "menu",
    "minus": "minus",
    "next": "chevron-right",
    "orders": "receipt",
    "package": "package",
    "pin": "map-pin",
    "plus": "plus",
    "previous": "chevron-left",
    "printer": "printer",
    "remove": "trash-2",
    "return": "undo-2",
    "search": "search",
    "shield": "shield-check",
    "sign-out": "log-out",
    "star": "star",
    "stock": "boxes",
    "success": "circle-check",
    "tag": "tag",
    "truck": "truck",
    "view": "eye",
    "zoom": "zoom-in",
}


class VendoringError(Exception):
    """node_modules does not hold what package.json asks for."""


def pinned_versions() -> dict[str, str]:
    """Returns the exact version of every package named in package.json."""
    declared = json.loads((ROOT / "package.json").read_text())
    versions: dict[str, str] = {**declared["dependencies"], **declared["devDependencies"]}
    return versions


def package_folder(package: str) -> Path:
    """Returns where npm put a package, after checking that it is the pinned version.

    Raises:
        VendoringError: the package is missing, or another version is installed.
    """
    folder = PACKAGES / package
    wanted = pinned_versions()[package]
    described = folder / "package.json"
    found = json.loads(described.read_text())["version"] if described.exists() else "nothing"
    if found != wanted:
        raise VendoringError(f"{package} {wanted} is wanted, {found} is there: run `npm ci`")
    return folder


def copy_package(vendored: Vendored) -> list[Path]:
    """Copies one package's files and its licence; returns what was written."""
    source = package_folder(vendored.package)
    target = vendored.home / f"{vendored.name}-{pinned_versions()[vendored.package]}"
    for old in vendored.home.glob(f"{vendored.name}-*"):
        shutil.rmtree(old)
    target.mkdir(parents=True)
    written = [target / Path(name).name for name in (*vendored.files, "LICENSE")]
    for name, path in zip((*vendored.files, "LICENSE"), written, strict=True):
        shutil.copyfile(source / name, path)
    return written


def symbol(word: str, svg: str) -> str:
    """Returns one lucide file as a `<symbol>`; stroke and colour are left to the stylesheet."""
    shapes = svg.split(">", 2)[2].rsplit("</svg>", 1)[0]
    lines = "".join(line.strip() for line in shapes.splitlines())
    return f'<symbol id="{word}" viewBox="0 0 24 24">{lines}</symbol>'


def build_sprite() -> list[Path]:
    """Writes the icons the pages use into one sprite.svg beside lucide's licence."""
    source = package_folder("lucide-static")
    for old in BROWSER.glob("lucide-*"):
        shutil.rmtree(old)
    target = BROWSER / f"lucide-{pinned_versions()['lucide-static']}"
    target.mkdir(parents=True)
    symbols = [
        symbol(word, (source / "icons" / f"{name}.svg").read_text())
        for word, name in sorted(ICONS.items())
    ]
    sprite, licence = target / "sprite.svg", target / "LICENSE"
    sprite.write_text(
        "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]) + "\n"
    )
    shutil.copyfile(source / "LICENSE", licence)
    return [sprite, licence]


def digest(path: Path) -> str:
    """Returns a file's SHA-256 in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vendor() -> dict[str, str]:
    """Refreshes every vendored file; returns and writes the manifest of path to SHA-256.

    Raises:
        VendoringError: node_modules does not hold the pinned versions.
    """
    written = [path for vendored in VENDORED for path in copy_package(vendored)] + build_sprite()
    manifest = {path.relative_to(ROOT).as_posix(): digest(path) for path in sorted(written)}
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{len(vendor())} files vendored\n")
    except VendoringError as error:
        sys.exit(str(error))
