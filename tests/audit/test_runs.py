"""Longer work is done by the worker, in steps, and tells how far it is and what came out."""

from pathlib import Path
from uuid import UUID

import pytest
from django.test.utils import override_settings

import verify as verifier
from events import relay
from events.store import log_head
from modules.audit import running
from modules.audit.commands import ask_run
from modules.audit.contracts import (
    AskRun,
    BundleGone,
    RunKind,
    RunRefused,
    RunUnknown,
    RunView,
)
from modules.audit.models import Run
from modules.audit.selectors import bundle, count_streams, run, runs
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.audit.asking import AUDITOR, asked
from tests.audit.tampering import tamper

pytestmark = pytest.mark.usefixtures("signed")


def done(kind: RunKind, subject: str = "") -> RunView:
    return run(asked(kind, subject))


def reasons(found: RunView) -> list[str]:
    return [each.reason for each in found.findings]


def test_a_whole_record_is_verified_with_its_checkpoints() -> None:
    size = log_head()
    found = done("verify")
    assert (found.outcome, found.done, found.total) == ("good", size, size)
    assert found.facts["Checkpoints compared"] == "1"
    assert (found.actor, found.findings) == (AUDITOR, ())
    assert [each.id for each in runs(["verify"])] == [found.id]


def test_an_edited_event_is_named_by_its_position(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE version = 2 AND stream_id = %s", order.order_id
    )
    found = done("verify")
    (finding,) = found.findings
    assert (found.outcome, finding.stream_id) == ("bad", order.order_id)
    assert "event 2 does not follow" in finding.reason
    assert finding.position is not None


def test_a_suffix_rewritten_with_fitting_hashes_is_found_by_the_checkpoint(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET hash = sha256(hash) WHERE version = 3 AND stream_id = %s",
        order.order_id,
    )
    found = reasons(done("verify"))
    assert any("event 3 does not follow" in each for each in found)
    assert any("was signed over other events" in each for each in found)
    assert any("does not say what its last event" in each for each in found)


def test_a_checkpoint_that_its_key_did_not_sign_is_found() -> None:
    tamper("UPDATE es.checkpoint SET note = replace(note, '— shop.test/log ', '— shop.test/log A')")
    assert "does not carry the signature" in reasons(done("verify"))[0]


def test_an_event_and_a_number_that_are_gone_are_named(order: Placed) -> None:
    tamper("DELETE FROM es.event WHERE version = 2 AND stream_id = %s", order.order_id)
    last = log_head()
    tamper("DELETE FROM es.log WHERE position = %s", last)
    found = reasons(done("verify"))
    assert "event 2 was numbered in the log and is gone" in found
    assert "the event before event 3 is gone" in found
    assert f"position {last} of the log is gone" in found


def test_a_run_goes_on_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modules.audit.verifying.BATCH", 1)
    monkeypatch.setattr("modules.audit.exporting.BATCH", 1)
    monkeypatch.setattr(running, "STEP_SECONDS", 0.0)
    size = log_head()
    found = done("verify")
    assert (found.outcome, found.done) == ("good", size)
    assert Run.objects.get(id=found.id).step == size + 1
    assert done("export").outcome == "good"


def test_asked_for_twice_it_is_one_run_until_it_is_finished_or_silent() -> None:
    first = ask_run(AskRun(kind="verify"))
    assert ask_run(AskRun(kind="verify")) == first
    Run.objects.filter(id=first).update(heard_at=now() - 2 * running.SILENCE)
    second = ask_run(AskRun(kind="verify"))
    assert second != first
    assert run(first).outcome == "failed"
    relay.drain()
    assert run(second).outcome == "good"
    assert ask_run(AskRun(kind="verify")) not in (first, second)


def test_a_bundle_made_by_the_worker_satisfies_the_verifier() -> None:
    first = log_head()
    found = done("export", str(first))
    lines = verifier.verify(bundle(found.id), verifier.Question())
    # The stream of the export itself came after it.
    assert f"events: {log_head()}, streams: {count_streams() - 1}" in " ".join(lines)
    assert found.facts["Log"] == "shop.test/log"
    bundle(found.id).unlink()
    with pytest.raises(BundleGone, match="make it anew"):
        bundle(found.id)


def test_what_cannot_be_done_says_why() -> None:
    assert "No checkpoint was signed at 7777" in done("export", "7777").message
    tamper("DELETE FROM es.checkpoint")
    with override_settings(CHECKPOINT_KEY_FILE=Path("/dev/null/none")):
        assert done("export").outcome == "failed"
    with pytest.raises(RunRefused, match="whole number"):
        ask_run(AskRun(kind="export", subject="many"))
    with pytest.raises(RunRefused, match="not parked"):
        ask_run(AskRun(kind="retry", subject=f"orders.orders {new_id()}"))
    with pytest.raises(RunUnknown):
        run(UUID(int=3))


def test_a_defect_ends_a_run_and_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modules.audit.verifying.ends", lambda: 1 / 0)
    found = done("verify")
    assert (found.outcome, found.message) == (
        "failed",
        "It failed (ZeroDivisionError); the worker's log says where.",
    )
