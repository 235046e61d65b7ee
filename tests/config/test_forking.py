"""A forked process is a process of its own: it ends by itself, and holds nothing of its parent."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.mould import before_forking
from tests.support.servers import ROOT
from tests.support.waiting import LIMIT_SECONDS

BEGIN = """
import fcntl, os, signal, sys, time
from pathlib import Path
from config.processes import Forked
log = Path(sys.argv[1])
"""


def run(script: str, log: Path) -> str:
    """Runs a script that forks, apart from the threads of the tests; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script, str(log)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("lambda: None", 0),
        ("lambda: sys.exit(3)", 3),
        ("lambda: sys.exit('a reason')", 1),
        ("lambda: 1 / 0", 1),
        ("lambda: os.kill(os.getpid(), signal.SIGKILL)", -9),
    ],
)
def test_the_end_of_a_fork_is_told_as_that_of_a_program(
    body: str, code: int, tmp_path: Path
) -> None:
    said = run(f"print(Forked('test', {body}, lambda: None, log).wait())", tmp_path / "log")
    assert said == f"{code}\n"


def test_what_a_fork_says_last_is_in_its_log(tmp_path: Path) -> None:
    run("Forked('test', lambda: 1 / 0, lambda: None, log).wait()", tmp_path / "log")
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_fork_ends_when_it_is_asked_to_although_its_parent_would_not(tmp_path: Path) -> None:
    script = """
signal.signal(signal.SIGTERM, lambda *_: print("the parent's handler"))
child = Forked("test", lambda: time.sleep(600), lambda: None, log)
assert child.wait(0.2) is None
child.terminate()
print(child.wait(60))
"""
    assert run(script, tmp_path / "log") == "-15\n"
    assert (tmp_path / "log").read_text() == ""


def test_a_lock_of_the_parent_ends_with_the_parent(tmp_path: Path) -> None:
    script = """
lock = log.with_name("lock").open("w")
fcntl.flock(lock, fcntl.LOCK_EX)
begun = log.with_name("begun")
child = Forked("test", lambda: (begun.touch(), time.sleep(600)), lock.close, log)
while not begun.exists():
    time.sleep(0.01)
lock.close()
fcntl.flock(log.with_name("lock").open("w"), fcntl.LOCK_EX | fcntl.LOCK_NB)
print("free")
child.terminate()
"""
    assert run(script, tmp_path / "log") == "free\n"


def test_nothing_is_forked_while_a_thread_runs() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="somebody")
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="somebody"):
            before_forking()
    finally:
        end.set()
        thread.join()
