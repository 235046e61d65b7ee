"""Draws the layers of the import contracts; README shows the drawing and a test compares them."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BEGIN, END = "<!-- layers -->\n```text\n", "```\n<!-- /layers -->"
WIDTH = 88


def layers() -> list[list[str]]:
    """Returns the contract's layers from the top, each with the packages that exist."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [one for one in contracts["contracts"] if one["id"] == "layers"]
    rows = []
    for layer in contract["layers"]:
        names = [name.strip(" ()") for name in layer.split("|")]
        present = [name for name in names if (ROOT / name.replace(".", "/")).is_dir()]
        rows.append([name.removeprefix("modules.") for name in present])
    return [row for row in rows if row]


def draw(rows: list[list[str]]) -> str:
    """Returns one box per layer, what may be called standing lower."""
    lines = ["┌" + "─" * WIDTH + "┐"]
    for index, row in enumerate(rows):
        if index:
            lines.append("├" + "─" * WIDTH + "┤")
        lines.append("│" + " · ".join(row).center(WIDTH) + "│")
    lines.append("└" + "─" * WIDTH + "┘")
    return "\n".join(lines) + "\n"


def replaced(text: str) -> str:
    """Returns README's text with today's drawing between its marks."""
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise SystemExit("README.md has lost the marks around the picture of the layers")
    return before + BEGIN + draw(layers()) + END + after


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(replaced(readme.read_text()))
    sys.stdout.write(draw(layers()))
