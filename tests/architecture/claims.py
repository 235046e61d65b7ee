"""Which test shows which numbered acceptance scenario, as `tests/scenarios/claims.csv` lists it.

The list is written by `just claims` from the names of the tests; the numbers themselves are held by
hand in `NUMBERS`, so that a scenario without a test cannot fall off the list unseen.
"""

import csv
import io
import re

from tests.architecture.source import ROOT, functions, python_files

LIST = ROOT / "tests" / "scenarios" / "claims.csv"
NAMED = re.compile(r"test_scenario_(\d+)_")

# The numbering of the catalogue of scenarios has holes on purpose.
HOLES = {4, 7, 15, 17, 21, 28, 41, 43, 48, 50, 53, 62, 67, 69, 73, 75, 76}
NUMBERS = {number for number in range(1, 78) if number not in HOLES}


def shown() -> list[tuple[int, str]]:
    """Returns (number, file::test) of every test named after a scenario, in order."""
    found = []
    for path in python_files("tests"):
        for function in functions(path):
            if match := NAMED.match(function.name):
                where = path.relative_to(ROOT).as_posix()
                found.append((int(match[1]), f"{where}::{function.name}"))
    return sorted(found)


def written() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("scenario", "test"))
    writer.writerows(shown())
    return text.getvalue()


if __name__ == "__main__":
    LIST.write_text(written())
