"""Mutants that no test can kill, each with the reason: survivors.toml beside this file.

A mutant is known by its function and by its change, because its number moves with every edit.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Explained:
    """Changes to a function, as the lines they put in, and why none of them matters."""

    function: str
    changes: tuple[str, ...]
    why: str


def explained() -> list[Explained]:
    """Returns what survivors.toml explains. Raises: KeyError: an entry lacks one of its fields."""
    return [
        Explained(entry["function"], tuple(entry["changes"]), entry["why"])
        for entry in tomllib.loads(FILE.read_text()).get("survivor", [])
    ]


def why(known: Sequence[Explained], function: str, change: str) -> str:
    """Returns why a surviving change does not matter; empty when nothing explains it."""
    added = " ".join(line[1:].strip() for line in change.splitlines() if line.startswith("+"))
    return next(
        (each.why for each in known if each.function == function and added in each.changes), ""
    )
