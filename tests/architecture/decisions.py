"""Writes docs/decisions/README.md, the index of the decision records, from their titles."""

import re
import sys
from pathlib import Path

from tests.architecture.source import ROOT

FOLDER = ROOT / "docs" / "decisions"
INDEX = FOLDER / "README.md"
HEAD = """# Decisions

Half a page each: context, choice, what was rejected, the files concerned. A decision that changes
is not rewritten; a new record says what replaces it. `just decisions` writes this index.

| | |
|---|---|
"""


def records() -> list[Path]:
    return sorted(FOLDER.glob("[0-9]*.md"))


def index() -> str:
    rows = []
    for record in records():
        title = re.sub(r"^[#\d.\s:-]+", "", record.read_text().splitlines()[0])
        rows.append(f"| {record.name[:4]} | [{title}]({record.name}) |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    INDEX.write_text(index())
    sys.stdout.write(f"{INDEX}\n")
