"""verify.py on the command line: alone, offline, in words, never with a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

import verify
from events.integrity.checkpoints import latest
from events.integrity.notes import SigningKey
from tests.integrity.record import bundle, log_keys, tamper, trade
from tests.support.servers import ROOT
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db

ALONE = """
import runpy, sys
sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_path(sys.argv.pop(1), run_name="__main__")
finally:
    strange = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
    print(sorted(each for each in strange if not each.startswith("_")))
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs verify.py in another process that sees nothing of the project but this one file."""
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, ROOT / "verify.py", *map(str, arguments)],
        cwd="/",
        env={"PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    status = verify.main([str(each) for each in arguments])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


def test_it_runs_alone_and_imports_nothing_but_cryptography(tmp_path: Path) -> None:
    trade(20)
    done = run(bundle(tmp_path / "bundle"), "--key", log_keys()[0])
    assert done.stdout.splitlines()[0] == "  events: 20, streams: 5, recorded by shop.test/log."
    assert "GOOD: nothing was changed" in done.stdout
    assert done.stdout.splitlines()[-1] == "['cffi', 'cryptography']" or (
        "['cryptography']" in done.stdout
    )
    assert done.returncode == 0


def test_export_writes_a_zip_that_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(25)
    (tmp_path / "published.txt").write_text("\n".join(log_keys()))
    output = StringIO()
    call_command("audit", "export", str(tmp_path / "b.zip"), "--since", "10", stdout=output)
    # What was recorded after the last checkpoint is signed first.
    assert "25 events of shop.test/log are in" in output.getvalue()
    status, words = said(capsys, tmp_path / "b.zip", "--key", tmp_path / "published.txt")
    assert status == 0
    assert "events: 25, streams: 5" in words
    with pytest.raises(CommandError, match="exists"):
        call_command("audit", "export", str(tmp_path / "b.zip"))
    with pytest.raises(CommandError, match="No checkpoint was signed at 11"):
        call_command("audit", "export", str(tmp_path / "c.zip"), "--since", "11")


def test_the_first_bad_position_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(40)
    tamper("UPDATE es.event SET actor = 'x' WHERE (stream_id, version) ="
           " (SELECT stream_id, version FROM es.log WHERE position = 23)")  # fmt: skip
    status, words = said(capsys, bundle(tmp_path / "b"), "--key", log_keys()[0])
    assert status == 1
    assert "First bad position: 23\n" in words
    tamper("DELETE FROM es.log WHERE position = 15")
    status, words = said(capsys, bundle(tmp_path / "c"), "--key", log_keys()[0])
    assert "First bad position: 15, or one of 11 to 14\n" in words


def test_the_checkpoint_of_the_last_audit_must_still_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(20)
    found = latest()
    assert found is not None
    (tmp_path / "last-audit.txt").write_text(found.note)
    trade(20)
    whole = bundle(tmp_path / "b", since=[20])
    kept = ("--key", log_keys()[0], "--checkpoint", tmp_path / "last-audit.txt")
    assert said(capsys, whole, *kept)[0] == 0
    tamper("DELETE FROM es.checkpoint WHERE size > 10")
    status, words = said(capsys, bundle(tmp_path / "c"), *kept)
    assert status == 1
    assert "cut off: 20 events were signed" in words
    assert "First bad position: 11" in words


def test_a_key_that_did_not_sign_verifies_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(10)
    other = SigningKey.generate("shop.test/log").verifier.text
    status, words = said(capsys, bundle(tmp_path / "b"), "--key", other)
    assert status == 1
    assert "checkpoint 10 is signed by no known key, only by shop.test/log+" in words


def test_a_witness_that_did_not_cosign_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(10)
    witness = SigningKey.generate("witness.test/w1").verifier.text
    status, words = said(capsys, bundle(tmp_path / "b"), "--witness", witness)
    assert status == 1
    assert "no checkpoint is cosigned by witness.test/w1" in words


def test_any_byte_of_any_file_is_missed_when_changed(tmp_path: Path) -> None:
    trade(20, every=5)
    folder = bundle(tmp_path / "b", since=[5])
    random = Random(9)
    for name in ("events.jsonl", "checkpoints.jsonl", "proofs.json", "manifest.json"):
        path = folder / name
        whole = path.read_bytes()
        for place in random.sample(range(len(whole)), 60):
            changed = bytearray(whole)
            changed[place] ^= 1 << random.randrange(8)
            path.write_bytes(changed)
            with pytest.raises((verify.Bad, verify.Unusable)):
                verify.verify(folder, verify.Question([verify.read_key(log_keys()[0])]))
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "events.jsonl").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "checkpoints.jsonl").write_text(""),
        lambda folder: (folder / "checkpoints.jsonl").write_text('{"note": 1}'),
        lambda folder: (folder / "events.jsonl").write_text('[1, "a", "b", 1]\n'),
        lambda folder: (folder / "proofs.json").write_text("{}"),
    ],
)
def test_a_damaged_bundle_is_told_in_words(
    damage: Callable[[Path], object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(10)
    folder = bundle(tmp_path / "b")
    damage(folder)
    status, words = said(capsys, folder)
    assert status == 1
    assert words.startswith("BAD: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.zip"],
        ["{here}/text", "--key", "no key"],
        ["{here}/text", "--checkpoint", "nowhere"],
        ["{here}/text", "--checkpoint", "{here}/text"],
        ["{here}/other.json"],
    ],
)
def test_a_question_that_makes_no_sense_is_told_in_words(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("something")
    (tmp_path / "other.json").write_text('{"format": "other"}')
    status, words = said(capsys, *[each.format(here=tmp_path) for each in arguments])
    assert status == 2
    assert words.startswith("Cannot verify: ")
