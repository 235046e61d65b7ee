"""The same events come to the same state: wherever, whenever and on whatever they are folded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.determinism.fold import SAMPLE
from tests.determinism.folding import digest_of
from tests.support.servers import ROOT

# `just determinism` makes it, with the shop's packages for another Python.
OTHER_PYTHON = ROOT / "var" / "determinism" / "bin" / "python"
PLACES = {
    "an island a day ahead, in Turkish": {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "1",
    },
    "half an hour off, in no language": {
        "TZ": "America/St_Johns",
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONHASHSEED": "4242",
    },
}


def told(python: Path | str, folder: Path, **place: str) -> str:
    """Returns the digest that a process of its own prints there."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [python, "-m", "tests.determinism.fold"],
        cwd=ROOT,
        env={**inherited, "DATA_DIRECTORY": str(folder), **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.parametrize("place", PLACES)
def test_time_zone_language_and_hash_seed_change_nothing(place: str, tmp_path: Path) -> None:
    assert told(sys.executable, tmp_path, **PLACES[place]) == digest_of(SAMPLE)


def test_another_python_folds_the_same_state(tmp_path: Path) -> None:
    if not OTHER_PYTHON.exists():
        pytest.skip("there is no second Python with the shop's packages: run `just determinism`")
    asked = subprocess.run(
        [OTHER_PYTHON, "-c", "import sys; print(sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() != str(sys.version_info[:2])
    assert told(OTHER_PYTHON, tmp_path, PYTHONHASHSEED="7") == digest_of(SAMPLE)


def test_one_changed_byte_of_one_event_is_another_state(tmp_path: Path) -> None:
    lines = SAMPLE.read_text().splitlines()
    row = json.loads(lines[0])
    row[13] = row[13].replace('"total_minor":', '"total_minor":1', 1)
    changed = tmp_path / "events.jsonl"
    changed.write_text("\n".join([json.dumps(row), *lines[1:]]))
    assert digest_of(changed) != digest_of(SAMPLE)


def test_the_sample_has_orders_that_went_well_and_orders_that_did_not() -> None:
    topics = {json.loads(line)[4] for line in SAMPLE.read_text().splitlines()}
    assert {
        "orders.order.completed.v1",
        "orders.order.cancelled.v1",
        "orders.order.return_received.v1",
        "payments.payment.declined.v2",
        "payments.payment.refunded.v2",
        "payments.payment.voided.v2",
    } <= topics
