"""Tries mutants inside one run of pytest (`-p tests.mutants.trying`): tests are collected once.

Tests run as they are, and which functions each reaches is kept. Then each mutant gets a fork of
this process, where the tests that reach its function run until one fails: all mutants first by the
quick tests, then those that are left by slow tests and generated examples. Its processor time is
limited, by what the tests take without a change, so that a busy machine kills no mutant.
"""

import gc
import json
import os
import resource
import signal
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

from tests.mutants.fast import generates
from tests.mutants.results import inside

# What the names of the mutants to try are read from, in mutmut's folder: name and file of each.
WANTED = Path("wanted.json")
SURVIVED, KILLED, ENDED, NO_TESTS, TIMEOUT = 0, 1, 3, 33, 36
QUICK_SECONDS = 0.1
SPARE_SECONDS, TIMES_AS_SLOW = 10, 10
# A mutant that sleeps for ever takes no processor time.
LONGEST_SECONDS = 900


@dataclass
class Test:
    """A test, how many processor seconds it takes, and how many mutants it has killed so far."""

    item: pytest.Item
    seconds: float = 0.0
    kills: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


type Reaching = defaultdict[str, list[Test]]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Stands for pytest's own loop. Raises: pytest.UsageError: a test fails without a mutant."""
    if session.testsfailed:
        raise session.Interrupted("Tests that cannot be collected try no mutants.")
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    assert isinstance(terminal, pytest.TerminalReporter)
    wanted: list[tuple[str, str]] = json.loads((Path.cwd().parent / WANTED).read_text())
    given = learned([item for item in session.items if not generates(item)])
    terminal.write_line(f"{len(wanted)} mutants are tried by quick tests", flush=True)
    left = survivors(wanted, only(given, quick=True), terminal)
    terminal.write_line(f"{len(left)} are left and tried by all others", flush=True)
    if left:
        slow = only(given, quick=False)
        for function, tests in learned(list(filter(generates, session.items))).items():
            slow[function] += tests
        left = [each for each in left if slow[mangled_name_from_mutant_name(each[0])]]
        survivors(left, slow, terminal)
    return True


def survivors(
    wanted: list[tuple[str, str]], reaching: Reaching, terminal: pytest.TerminalReporter
) -> list[tuple[str, str]]:
    """Tries mutants and keeps what became of each; returns those that no test noticed."""
    left: list[tuple[str, str]] = []
    for number, (name, path) in enumerate(wanted, start=1):
        function = mangled_name_from_mutant_name(name)
        before = process_time_of_children()
        code = tried(name, function, reaching[function])
        if code in (SURVIVED, NO_TESTS):
            left.append((name, path))
        with inside(Path.cwd().parent):
            keep(name, path, code, process_time_of_children() - before)
        if number % 50 == 0 or number == len(wanted):
            terminal.write_line(f"{number} tried, {len(left)} of them not noticed", flush=True)
    return left


def only(reaching: Reaching, *, quick: bool) -> Reaching:
    found: Reaching = defaultdict(list)
    for function, tests in reaching.items():
        found[function] = [test for test in tests if (test.seconds <= QUICK_SECONDS) is quick]
    return found


def learned(items: list[pytest.Item]) -> Reaching:
    """Runs tests without a mutant; returns by function those that reach it.

    They run a second time the other way round: a test that minds would fail for any mutant.
    """
    reaching: Reaching = defaultdict(list)
    tests = [Test(item) for item in items]
    set_mutant_under_test("stats")
    for test in tests:
        state()._stats.clear()
        prove(test)
        for function in state()._stats:
            reaching[function].append(test)
    set_mutant_under_test("")
    for test in reversed(tests):
        before = process_time()
        prove(test)
        test.seconds = process_time() - before
    # The forks share what is there now, and look for no garbage in it.
    gc.collect()
    gc.freeze()
    return reaching


def prove(test: Test) -> None:
    if failed(test.item):
        raise pytest.UsageError(f"{test.item.nodeid} fails without any mutant: run it by itself")


def failed(item: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def tried(name: str, function: str, tests: list[Test]) -> int:
    """Returns what became of a mutant, in mutmut's numbers."""
    if not tests:
        return NO_TESTS
    # What is quick comes first, and what killed other mutants of the function.
    tests.sort(key=lambda test: test.seconds / (1 + test.kills[function]))
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            limit(sum(test.seconds for test in tests))
            set_mutant_under_test(name)
            os._exit(run(tests, writing))
        finally:
            # Whatever happens here, it must not go on as if it were the parent.
            os._exit(ENDED)
    os.close(writing)
    with os.fdopen(reading) as said:
        killer = said.read()
    _, status = os.waitpid(child, 0)
    if killer:
        tests[int(killer)].kills[function] += 1
    code = os.waitstatus_to_exitcode(status)
    return TIMEOUT if code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM) else code


def limit(seconds: float) -> None:
    """Ends this process when it takes much longer than these processor seconds."""
    most = int(process_time() + SPARE_SECONDS + TIMES_AS_SLOW * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LONGEST_SECONDS)


def run(tests: list[Test], writing: int) -> int:
    """Runs tests until one fails, whose number it writes."""
    for number, test in enumerate(tests):
        if failed(test.item):
            os.write(writing, str(number).encode())
            return KILLED
    return SURVIVED


def keep(name: str, path: str, code: int, seconds: float) -> None:
    data = SourceFileMutationData(path=path)
    data.load()
    data.exit_code_by_key[name] = code
    data.durations_by_key[name] = seconds
    # Who reads or ends a run at this moment finds all of it, before or after.
    kept, data.meta_path = data.meta_path, data.meta_path.with_suffix(".part")
    data.save()
    data.meta_path.replace(kept)


def process_time_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
