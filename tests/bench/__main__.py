"""`just bench [SECTION ...]`: prints the shop's figures and keeps them under var/bench/."""

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack

from rich.console import Console

from config.embedded import EmbeddedRefused
from tests.bench import (
    append,
    cache,
    flashing,
    flow,
    growth,
    history,
    idle,
    ledger,
    mixed,
    pages,
    proof,
    quoting,
    sizes,
    store,
    webhooks,
)
from tests.bench.report import Report
from tests.bench.running import FOLDER, QUICK, Bench, Pace
from tests.support.servers import ROOT

# In this order: the store while no shop runs, then the shop's two starts, then the running shop.
SECTIONS: dict[str, Callable[[Bench, Report], None]] = {
    "append": append.measure,
    "store": store.measure,
    "proof": proof.measure,
    "quote": quoting.measure,
    "ledger": ledger.measure,
    "idle": idle.measure,
    "pages": pages.measure,
    "flow": flow.measure,
    "webhooks": webhooks.measure,
}
# Asked for by name only: they explain figures and are none.
EXPLAINING = ("statements", "profile")
# Asked for by name only: a year takes minutes, and a crowd takes the whole machine.
LONG: dict[str, Callable[[Bench, Report], None]] = {
    "flash": flashing.measure,
    "mixed": mixed.measure,
    "history": history.measure,
    "growth": growth.measure,
    "sizes": sizes.measure,
    "cache": cache.measure,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="just bench", description=__doc__)
    choices = [*SECTIONS, *LONG, *EXPLAINING]
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"{', '.join(choices)}; default: the first {len(SECTIONS)}",
    )
    parser.add_argument("--quick", action="store_true", help="short rounds, to try it out")
    options = parser.parse_args(arguments)
    wanted: list[str] = options.sections or list(SECTIONS)
    unknown = sorted(set(wanted) - set(choices))
    if unknown:
        parser.error(f"there is no section {', '.join(unknown)}; choose from {', '.join(choices)}")
    # SIGTERM leaves by the same way as everything else, which ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report(Console(width=110))
    report.open()
    try:
        run([name for name in choices if name in wanted], report, quick=options.quick)
    except (RuntimeError, EmbeddedRefused) as error:
        report.say(f"The benchmark could not go on: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if report.sections:
            report.say(f"Kept in {report.write(FOLDER).relative_to(ROOT)}")
    return 0


def run(wanted: list[str], report: Report, *, quick: bool) -> None:
    with ExitStack() as stack:
        bench = Bench(stack, QUICK if quick else Pace())
        for name in wanted:
            if section := (SECTIONS | LONG).get(name):
                section(bench, report)
            else:
                flow.stocked(bench)
                report.say(flow.explained(bench, f"--{name}"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
