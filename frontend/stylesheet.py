"""Joins the stylesheets into css/site.css, the one file that pages link.

One request instead of forty, without a build step: `python -m frontend.stylesheet` writes the
file, it is committed, and a test compares it with its parts.
"""

from pathlib import Path

CSS = Path(__file__).resolve().parent / "static" / "css"
SITE = CSS / "site.css"
LAYERS = "@layer reset, tokens, base, layout, components, utilities;\n"


def parts() -> list[Path]:
    """Returns the stylesheets in the order of their layers, components by name."""
    components = sorted((CSS / "components").glob("*.css"))
    first = [CSS / f"{name}.css" for name in ("reset", "tokens", "base", "layout")]
    return [*first, *components, CSS / "utilities.css"]


def joined() -> str:
    """Returns what css/site.css should hold."""
    sections = [f"/* {path.relative_to(CSS)} */\n{path.read_text().strip()}\n" for path in parts()]
    return LAYERS + "\n" + "\n".join(sections)


if __name__ == "__main__":
    SITE.write_text(joined())
