"""What the worker does for auditors: the steps of a run, and keeping the log's contents at hand."""

from datetime import timedelta
from uuid import UUID

from events import scratch
from events.effects import effect
from events.timetable import periodic
from modules.audit.bundling import forget_bundles
from modules.audit.commands import carry_on_run
from modules.audit.running import STEP
from modules.audit.stretches import carry_on


@effect(STEP)
def run_step(effect_id: UUID, run_id: UUID, step: int) -> None:
    carry_on_run(run_id, step)


@periodic("audit.stretches", every=timedelta(minutes=5))
def measure_stretches(effect_id: UUID) -> None:
    """Counts what was recorded since, so that whoever opens the log's page finds it counted."""
    carry_on()


@periodic("audit.forget_bundles", every=timedelta(days=1))
def forget(effect_id: UUID) -> None:
    """Deletes bundles that were made for auditors and not fetched lately."""
    forget_bundles()
    scratch.sweep()
