"""What became of each mutant: read from what mutmut keeps, printed as a score and its survivors."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tests.mutants.survivors import Explained, why

KILLED = ("killed", "timeout", "segfault")
REFUSED = "caught by type check"
HEADINGS = (
    f"{'module':<12}{'mutants':>8}{'refused':>9}{'killed':>8}{'explained':>11}"
    f"{'unexplained':>13}{'of tests':>11}{'score':>10}"
)
UNDECIDED = ("not checked", "check was interrupted by user")


@dataclass(frozen=True)
class Mutant:
    """One change to one function; `status` is mutmut's word for what became of it."""

    name: str
    path: str
    status: str
    folder: Path

    @property
    def function(self) -> str:
        """Where the change is: `modules.kernel.money.Money.zero`."""
        function, owner = orig_function_and_class_names_from_key(self.name)
        module = self.name.rpartition(".")[0]
        return ".".join(filter(None, (module, owner, function)))

    @property
    def survived(self) -> bool:
        return self.status not in (*KILLED, REFUSED, *UNDECIDED)

    def change(self) -> str:
        """Returns the lines that it takes away and puts in their place."""
        with inside(self.folder):
            lines = get_diff_for_mutant(self.name, path=self.path).splitlines()
        return "\n".join(
            line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")
        )


def found(folder: Path, module: str) -> list[Mutant]:
    """Returns every mutant of a module that mutmut made, in the order of the files."""
    mutants: list[Mutant] = []
    kept = folder / "mutants" / "modules" / module
    for meta in sorted(kept.rglob("*.meta")):
        path = meta.with_suffix("").relative_to(folder / "mutants")
        with inside(folder):
            data = SourceFileMutationData(path=path)
            data.load()
        mutants += [
            Mutant(name, str(path), status_by_exit_code[code], folder)
            for name, code in data.exit_code_by_key.items()
        ]
    return mutants


def report(mutants: Mapping[str, Sequence[Mutant]], known: Sequence[Explained]) -> int:
    """Prints each survivor that nothing explains and the score; returns how many those are."""
    open_ones = 0
    rows: list[tuple[str, Counter[str]]] = []
    for module, every in mutants.items():
        counted = Counter({"mutants": len(every)})
        for mutant in every:
            kind = judged(mutant, known)
            counted[kind] += 1
            if kind == "unexplained":
                print(f"{mutant.name} ({mutant.status})\n{mutant.change()}\n")
        rows.append((module, counted))
        open_ones += counted["unexplained"] + counted["undecided"]
    print(HEADINGS)
    for module, counted in rows:
        print(line(module, counted))
    print(line("all", sum((counted for _, counted in rows), Counter())))
    return open_ones


def judged(mutant: Mutant, known: Sequence[Explained]) -> str:
    if mutant.status in UNDECIDED:
        return "undecided"
    if not mutant.survived:
        return "refused" if mutant.status == REFUSED else "killed"
    return "explained" if why(known, mutant.function, mutant.change()) else "unexplained"


def line(module: str, counted: Counter[str]) -> str:
    """Returns a row: what mypy refuses, what tests kill, and both shares that are noticed.

    An explained survivor is no kill. `of tests` leaves out what mypy refuses: it is how good the
    tests are by themselves, as far as anybody looked.
    """
    mutants, killed, refused = counted["mutants"], counted["killed"], counted["refused"]
    tests = 100 * killed / max(1, mutants - refused)
    score = 100 * (killed + refused) / max(1, mutants)
    not_run = f"  {counted['undecided']} not run" if counted["undecided"] else ""
    return (
        f"{module:<12}{mutants:>8}{refused:>9}{killed:>8}{counted['explained']:>11}"
        f"{counted['unexplained']:>13}{tests:>9.1f} %{score:>8.1f} %{not_run}"
    )


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Works in a folder: mutmut finds what it keeps from where it stands."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
