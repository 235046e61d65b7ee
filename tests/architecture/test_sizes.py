"""Limits that only shrink, and names that say nothing."""

import json

from tests.architecture.source import (
    ROOT,
    file_lines,
    function_lines,
    functions,
    place,
    python_files,
    tree,
)

# Style's hard stops. `limits.json` records today's worst; `just limits` lowers it, never raises it.
FILE_STOP, FUNCTION_STOP = 500, 70
LIMITS = ROOT / "tests" / "architecture" / "limits.json"
# Django looks for a database's engine in a module of this name.
NAMED_BY_DJANGO = {"config/postgres/base.py"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
ALL = ("config", "events", "frontend", "modules", "tests")


def worst() -> dict[str, tuple[int, str]]:
    """Returns the longest file and the longest function, each with its place."""
    files = ((file_lines(path), place(path)) for path in python_files(*ALL))
    lengths = (
        (function_lines(function), f"{place(path, function.lineno)} {function.name}")
        for path in python_files(*ALL)
        for function in functions(path)
    )
    return {"file_lines": max(files), "function_lines": max(lengths)}


def lower() -> None:
    """Lowers the recorded limits to today's worst."""
    limits = json.loads(LIMITS.read_text())
    for name, (lines, where) in worst().items():
        limits[name] = min(limits[name], lines)
        print(f"{name}: {limits[name]} (today's worst: {lines}, {where})")
    LIMITS.write_text(json.dumps(limits, indent=4) + "\n")


def test_no_file_or_function_passes_the_recorded_limit() -> None:
    limits = json.loads(LIMITS.read_text())
    assert limits["file_lines"] <= FILE_STOP
    assert limits["function_lines"] <= FUNCTION_STOP
    for name, (lines, where) in worst().items():
        assert lines <= limits[name], f"{where} has {lines} lines; split it, the limit only falls"


def test_packages_carry_no_code() -> None:
    with_code = [
        place(path) for path in python_files(*ALL) if path.name == "__init__.py" and tree(path).body
    ]
    assert not with_code


def test_no_file_is_named_for_nothing() -> None:
    hollow = [place(path) for path in python_files(*ALL) if path.stem in EMPTY_NAMES]
    hollow = [each for each in hollow if each not in NAMED_BY_DJANGO]
    hollow += [place(p.parent) for p in python_files(*ALL) if p.parent.name in EMPTY_NAMES]
    assert not hollow, "name it for what it does"


if __name__ == "__main__":
    lower()
