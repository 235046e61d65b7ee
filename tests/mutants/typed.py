"""Checks the types of all mutants at once: what mypy refuses needs no test to be noticed.

mutmut calls it as its type checker and reads mypy's errors from it, one JSON object a line.
"""

import json
import subprocess
import sys

# What mutmut itself writes around each mutant is not of the shop's strictness.
ITS_OWN = frozenset({"ignore-without-code", "unused-ignore", "no-redef", "has-type"})


def main(paths: list[str]) -> int:
    command = [sys.executable, "-m", "mypy", "--output", "json", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        sys.stderr.write(done.stdout + done.stderr)
        return done.returncode
    for line in done.stdout.splitlines():
        if line and json.loads(line)["code"] not in ITS_OWN:
            print(line)
    return 0


if __name__ == "__main__":
    # The first argument tells mutmut whose words these are.
    assert sys.argv[1] == "mypy"
    sys.exit(main(sys.argv[2:]))
