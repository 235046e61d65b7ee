"""`just mutants [MODULE ...]`: changes one thing at a time in the rules and runs their tests.

A change (a mutant) that no test notices has survived. Prints the score of each module and each
survivor with its change; those that change nothing that matters are explained in survivors.toml.
mutmut works on a copy under var/mutants, where it keeps what it found: a mutant that was killed
runs again only when its function has changed, a survivor runs again every time.
"""

import argparse
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from mutmut.__main__ import create_file_mutants
from mutmut.utils.file_utils import walk_source_files

from tests.mutants.results import found, inside, report
from tests.mutants.survivors import explained
from tests.support.servers import ROOT

FOLDER = ROOT / "var" / "mutants"
COPIED = ("modules", "events", "config", "frontend", "tests", "manage.py", "explain.py")
MODULES = ("kernel", "ledger", "payments", "pricing", "promotions")
# No test of a mutant may reach a server; the addresses are there so that none is started.
NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "COUNTERFOIL_EXPLAIN_CASES": "60",
    "PYTHONHASHSEED": "0",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="just mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--report", action="store_true", help="print what the last run found")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (2)")
    options = parser.parse_args(arguments)
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"no rules of {', '.join(sorted(unknown))} are mutated; name {MODULES}")
    wanted = options.modules or list(MODULES)
    if not options.report:
        copy()
        generate()
        for module in wanted:
            run(module, options.workers)
    return report({module: found(FOLDER, module) for module in wanted}, explained())


def copy() -> None:
    """Brings the copy to today's state; what mutmut keeps beside it stays."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in (*COPIED, "pyproject.toml"):
        source, target = ROOT / name, FOLDER / name
        if source.is_file():
            shutil.copy2(source, target)
            continue
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    # mutmut leaves deleted tests in its copy, where pytest would still find them.
    shutil.rmtree(FOLDER / "mutants" / "tests", ignore_errors=True)


def generate() -> None:
    """Makes the mutants of every function that changed; what became of all others stays known."""
    with inside(FOLDER), redirect_stdout(StringIO()):
        for path in walk_source_files():
            if problem := create_file_mutants(path).error:
                raise problem


def run(module: str, workers: int) -> None:
    """Runs the new mutants of a module, and once more those that survived."""
    names = [mutant.name for mutant in found(FOLDER, module) if not mutant.is_done]
    if names:
        mutmut(workers, *names)


def mutmut(workers: int, *names: str) -> None:
    program = Path(sys.executable).with_name("mutmut")
    done = subprocess.run(
        [program, "run", "--max-children", str(workers), *names],
        cwd=FOLDER,
        env=os.environ | NOWHERE,
        check=False,
    )
    if done.returncode:
        raise SystemExit("mutmut did not come to its end; what it says stands above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
