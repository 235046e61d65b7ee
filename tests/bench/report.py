"""What is printed and kept: tables for people, one JSON file for the next comparison."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

QUIET_LOAD = 1.0


class Report:
    """Collects sections; prints each when it is there, writes all at the end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.began = datetime.now(UTC)
        self.sections: dict[str, Any] = {}
        self.load_average = os.getloadavg()[0]

    def open(self) -> None:
        """Says on what machine it runs, and whether that is quiet enough to believe the figures."""
        self.say(f"{machine()['cores']} cores, {machine()['processor']}, load {self.load_average}")
        if self.load_average > QUIET_LOAD:
            self.say(
                f"WARNING: the load average is {self.load_average:.2f}. Above {QUIET_LOAD} others "
                "are at work: absolute figures are noise, ratios are rough."
            )

    def say(self, line: str) -> None:
        self.console.print(line, highlight=False, markup=False)

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.say(f"\n{title}")
        table = Table(box=SIMPLE)
        for place, head in enumerate(heads):
            words = bool(rows) and isinstance(rows[0][place], str)
            table.add_column(head, justify="left" if words else "right")
        for row in rows:
            table.add_row(*map(cell, row))
        self.console.print(table)

    def keep(self, name: str, found: Any) -> None:
        self.sections[name] = found

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.began:%Y-%m-%d-%H%M%S}.json"
        content = {
            "began": self.began.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self.began).total_seconds(), 1),
            "load_average_at_start": self.load_average,
            "machine": machine(),
            **self.sections,
        }
        path.write_text(json.dumps(content, indent=2) + "\n")
        return path


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def cell(value: object) -> str:
    """Returns a figure with three digits that matter, or a text as it is; None is a dash."""
    if value is None:
        return "-"
    if isinstance(value, float):
        if abs(value) >= 100:
            return f"{value:,.0f}"
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
