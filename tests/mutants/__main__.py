"""`just mutants [MODULE ...]`: changes one thing at a time in the rules and runs their tests.

A change (a mutant) that no test notices has survived. Prints the score of each module and each
survivor with its change; those that change nothing that matters are explained in survivors.toml.
mutmut makes the mutants in a copy under var/mutants, where what was found is kept: a mutant that
was killed or explained runs again only when its function has changed, another survivor every time.
So a run that was ended goes on where it stood.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO

from mutmut.__main__ import create_file_mutants
from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_source_files

from config.environment import ROOT
from tests.mutants.results import REFUSED, UNDECIDED, Mutant, found, inside, judged, report
from tests.mutants.survivors import explained
from tests.mutants.trying import WANTED
from tests.mutants.typed import refused

FOLDER = ROOT / "var" / "mutants"
COPIED = ("modules", "events", "config", "frontend", "tests", "manage.py", "explain.py")
MODULES = ("kernel", "ledger", "payments", "pricing", "promotions")
# Only the plugins that these tests use, and only tests that need no database.
PYTEST = (
    *("-q", "--rootdir=.", "--tb=native", "-o", "addopts=", "--import-mode=importlib"),
    *("-p", "tests.support.servers", "-p", "tests.mutants.fast", "-p", "tests.mutants.trying"),
    *("-p", "pytest_django.plugin", "-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout"),
    *("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-m", "not django_db and not real_data", "--deselect=tests/pricing/test_no_floats.py"),
    *(f"tests/{module}" for module in MODULES),
)
# No test of a mutant may reach a server; the addresses are there so that none is started.
NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "COUNTERFOIL_EXPLAIN_CASES": "60",
    "PYTHONHASHSEED": "0",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}

BY_TYPES = next(code for code, status in status_by_exit_code.items() if status == REFUSED)
NEW = status_by_exit_code[None]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="just mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--report", action="store_true", help="print what the last run found")
    options = parser.parse_args(arguments)
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"no rules of {', '.join(sorted(unknown))} are mutated; name {MODULES}")
    wanted = options.modules or list(MODULES)
    if not options.report:
        copy()
        generate()
        refuse()
        run([mutant for module in wanted for mutant in found(FOLDER, module)])
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
        copy_src_dir()
        copy_also_copy_files()
        for path in walk_source_files():
            if problem := create_file_mutants(path).error:
                raise problem


def refuse() -> None:
    """Settles what mypy refuses among the mutants that are new."""
    every = [mutant for module in MODULES for mutant in found(FOLDER, module)]
    paths = sorted({mutant.path for mutant in every if mutant.status == NEW})
    if not paths:
        return
    print(f"mypy checks the mutants of {len(paths)} files ...", flush=True)
    with inside(FOLDER):
        reasons = refused(paths)
        for path in paths:
            data = SourceFileMutationData(path=path)
            data.load()
            for name in data.exit_code_by_key.keys() & reasons.keys():
                data.exit_code_by_key[name] = BY_TYPES
                data.type_check_error_by_key[name] = reasons[name]
            data.save()


def run(mutants: Sequence[Mutant]) -> None:
    """Tries once more those that survived without a reason, and then the new mutants.

    Raises: SystemExit: the tests do not run, or fail without any mutant.
    """
    known = explained()
    tried = [mutant for mutant in mutants if judged(mutant, known) == "unexplained"]
    new = [mutant for mutant in mutants if mutant.status in UNDECIDED]
    wanted = [(mutant.name, mutant.path) for mutant in (*tried, *new)]
    if not wanted:
        return
    (FOLDER / WANTED).write_text(json.dumps(wanted))
    command = [sys.executable, "-m", "pytest", *PYTEST]
    done = subprocess.run(command, cwd=FOLDER / "mutants", env=os.environ | NOWHERE, check=False)
    # 5: pytest saw no test pass, as each ran in a fork of it.
    if done.returncode not in (0, 5):
        raise SystemExit("The mutants were not all tried; what pytest says stands above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
