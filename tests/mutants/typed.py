"""Checks the types of all mutants at once: what mypy refuses needs no test to be noticed."""

import json
import subprocess
import sys
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans
from mutmut.utils.format_utils import get_mutant_name

# What mutmut itself writes around each mutant is not of the shop's strictness.
ITS_OWN = frozenset({"ignore-without-code", "unused-ignore", "no-redef", "has-type"})


def refused(paths: list[str]) -> dict[str, str]:
    """Returns the mutants in these files that mypy refuses, by name, each with what it says.

    Works in mutmut's folder. Raises: SystemExit: mypy fails, or refuses what is no mutant.
    """
    command = [sys.executable, "-m", "mypy", "--output", "json", *paths]
    done = subprocess.run(command, cwd="mutants", capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"mypy cannot check the mutants: {done.stdout}{done.stderr}")
    found: dict[str, str] = {}
    for line in done.stdout.splitlines():
        error = json.loads(line) if line.strip() else None
        if not error or error["severity"] != "error" or error["code"] in ITS_OWN:
            continue
        name = mutant_at(error["file"], error["line"])
        if name is None:
            raise SystemExit(f"mypy refuses what is no mutant: {line}")
        found[name] = error["message"]
    return found


def mutant_at(path: str, line: int) -> str | None:
    """Returns the name of the mutant whose lines these are."""
    spans = MutantLineSpans.load(path)
    for function, span in spans.span_by_function_name.items() if spans else ():
        if span.start <= line <= span.end and not function.endswith("_orig"):
            return get_mutant_name(Path(path), function)
    return None
