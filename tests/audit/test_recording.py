"""What a verification or an export came to is an event, which the next checkpoint signs."""

from base64 import b64encode
from hashlib import sha256
from zipfile import ZipFile

import pytest

from events import relay
from events.context import acting
from events.integrity.checkpoints import latest, take
from events.store import log_head, read_stream
from modules.audit import recording, running
from modules.audit.commands import ask_run
from modules.audit.contracts import AskRun, RunKind
from modules.audit.domain.examination import Examination
from modules.audit.models import Run
from modules.audit.selectors import bundle, recorded, run, verifications, verify_all
from modules.checkout.contracts import Placed
from tests.audit.asking import AUDITOR, asked
from tests.audit.tampering import tamper

pytestmark = pytest.mark.usefixtures("signed")


def test_a_verification_is_recorded_with_who_range_root_checkpoint_and_outcome() -> None:
    size, checkpoint = log_head(), latest()
    assert checkpoint is not None
    run_id = asked("verify")
    (found,) = verifications()
    assert (found.run_id, found.actor, found.position) == (run_id, AUDITOR, log_head())
    assert (found.size, found.checkpoint, found.whole) == (size, checkpoint.size, True)
    # Nothing was recorded since the checkpoint, so the tree is the one that was signed.
    assert found.root == b64encode(checkpoint.root).decode()
    assert recorded(run_id) == found.position


def test_a_break_is_recorded_with_its_first_position(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE version = 2 AND stream_id = %s", order.order_id
    )
    run_id = asked("verify")
    (found,) = verifications()
    assert (found.whole, found.findings) == (False, len(run(run_id).findings))
    assert found.first_position == run(run_id).findings[0].position
    assert "event 2 does not follow" in found.first_finding


def test_what_was_recorded_is_signed_and_verified_like_any_other_fact() -> None:
    first = asked("verify")
    take()
    second = asked("verify")
    assert [each.run_id for each in verifications()] == [second, first]
    newest, oldest = verifications()
    assert newest.checkpoint == newest.size == oldest.position
    assert (newest.whole, verify_all().broken) == (True, ())


def test_an_export_is_recorded_with_the_digest_of_its_manifest() -> None:
    since = log_head()
    run_id = asked("export", str(since))
    (row,) = read_stream(run_id)
    with ZipFile(bundle(run_id)) as whole:
        digest = sha256(whole.read("manifest.json")).hexdigest()
    assert isinstance(row.event, Examination.Exported)
    assert (row.actor, row.event.since, row.event.digest) == (AUDITOR, since, digest)
    assert verifications() == ()


@pytest.mark.parametrize("kind", ["drift", "rebuild"])
def test_work_on_read_models_is_no_examination(kind: RunKind) -> None:
    assert recorded(asked(kind)) is None


def test_an_outcome_that_cannot_be_recorded_is_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(run: Run) -> None:
        raise ValueError("no event fits")

    monkeypatch.setattr(recording, "record", refuse)
    run_id = asked("verify")
    assert (run(run_id).outcome, recorded(run_id)) == ("good", None)
    assert "ValueError" in run(run_id).facts["Not recorded"]


def test_a_step_that_was_handed_out_twice_is_concluded_once() -> None:
    with acting(actor=AUDITOR):
        run_id = ask_run(AskRun(kind="verify"))
    twice = Run.objects.get(id=run_id)
    relay.drain()
    running.end(twice, recording.record)
    assert len(read_stream(run_id)) == 1
