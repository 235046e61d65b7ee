"""What proofs cost: signing the log, exporting it, verifying it offline, and single proofs."""

import json
import subprocess
import sys
from typing import Any

from tests.bench.append import migrated, variables
from tests.bench.figures import ratio, typical
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.support.servers import ROOT

EVENTS, FEW_EVENTS = 100_000, 10_000
GOAL = 100_000


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps events a second of every step, and the bytes of a bundle."""
    events = FEW_EVENTS if bench.pace == QUICK else EVENTS
    with migrated(bench, "proof") as url:
        found = proved(bench, url, events)
    rows = [[each["what"], each["per_second"], None] for each in found["figures"]]
    rows.append(["verify.py, the whole bundle", typical(found["rounds"], "verifier"), GOAL])
    rows.append(["SHA-256 alone over the same lines", typical(found["rounds"], "sha256"), None])
    report.table(
        f"Proofs over {events:,} events, median of {bench.pace.rounds} rounds",
        ["what", "per second", "goal"],
        rows,
    )
    part = ratio(found["rounds"], "verifier", "sha256")
    report.say(f"The verifier does {part:.1%} of what SHA-256 alone would, in the same round.")
    report.say(
        f"A bundle takes {found['bundle_bytes_per_event']:.0f} bytes an event,"
        f" as a zip file {found['zip_bytes_per_event']:.0f}."
    )
    report.keep("proof", found)


def proved(bench: Bench, url: str, events: int) -> dict[str, Any]:
    folder = bench.folder / "proofs"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.bench.proving", str(folder), str(events)]
    done = subprocess.run(
        [*command, str(bench.pace.rounds)],
        cwd=ROOT,
        env=variables(bench, url),
        stdout=subprocess.PIPE,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        raise RuntimeError("the figures of proofs were not reached; the reason stands above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
