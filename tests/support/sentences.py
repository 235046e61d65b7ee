"""Turns pytest's list of tests into a specification: folders, files and claims, indented."""

import sys
from collections.abc import Iterable, Iterator


def sentences(lines: Iterable[str]) -> Iterator[str]:
    """Yields one line per claim; a test with many parameters is one claim."""
    shown: tuple[str, ...] = ()
    for line in lines:
        path, found, name = line.strip().partition("::")
        if not found:
            continue
        parts = path.removeprefix("tests/").removesuffix(".py").split("/")
        claim = name.partition("[")[0].rpartition("::")[2].removeprefix("test_").replace("_", " ")
        heading = tuple(part.removeprefix("test_").replace("_", " ") for part in parts)
        for depth, word in enumerate(heading):
            if shown[: depth + 1] != heading[: depth + 1]:
                yield "  " * depth + word.capitalize()
        if (*heading, claim) != shown:
            yield "  " * len(heading) + claim
        shown = (*heading, claim)


if __name__ == "__main__":
    for sentence in sentences(sys.stdin):
        sys.stdout.write(f"{sentence}\n")
