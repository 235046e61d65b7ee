"""`manage.py audit show|replay|stock|row|totals|verify|export`: the record, without the web."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from events.integrity.checkpoints import take
from events.integrity.keys import KeyRefused
from events.integrity.recount import broken_checkpoint
from events.integrity.tree import RecordDamaged
from events.moments import AsOf, past
from events.store import log_head
from modules.audit.contracts import (
    AuditedEvent,
    NothingRecordedYet,
    StreamHead,
    VerificationReport,
)
from modules.audit.exporting import Folder, Zip, write_bundle
from modules.audit.invariants import INVARIANTS, examine_log, unnumbered
from modules.audit.management.past import PAST, add_moment, add_past, moment_of
from modules.audit.receipts import write_receipt
from modules.audit.selectors import (
    count_streams,
    family,
    find,
    state_at,
    stream,
    verify,
    verify_all,
)
from modules.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Shows an order's events, replays them to a moment, verifies chains, exports proofs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="every event of an order and its payments")
        replay = actions.add_parser("replay", help="the state of an order at a moment")
        check = actions.add_parser("verify", help="recompute the hash chains")
        rules = actions.add_parser("invariants", help="what must hold after every event")
        rules.add_argument("--json", action="store_true", help="for machines")
        for each in (show, replay):
            each.add_argument("order", help="order number, order id or payment id")
            add_moment(each)
        add_past(actions)
        check.add_argument("order", nargs="?", help="one order; all streams without it")
        moment = replay.add_mutually_exclusive_group()
        moment.add_argument("--at", help="a time such as 2026-11-21T14:30:00Z")
        moment.add_argument("--version", type=int, help="after this many events")
        replay.add_argument(
            "--by",
            choices=("recorded", "effective"),
            default="recorded",
            help="what the shop knew at that time, or what had happened by then",
        )
        export = actions.add_parser("export", help="write the bundle that verify.py verifies")
        export.add_argument("path", type=Path, help="a new folder, or a new file ending in .zip")
        export.add_argument("--order", help="only the receipt of one order, as a .json file")
        export.add_argument(
            "--since",
            type=int,
            action="append",
            default=[],
            metavar="SIZE",
            help="prove that the checkpoint of so many events is where the last one comes from",
        )
        for each in (show, replay, check):
            each.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, highlight=False, soft_wrap=False)  # type: ignore[arg-type]
        try:
            match options["action"]:
                case "show":
                    show(console, options)
                case action if action in PAST:
                    PAST[action](console, options)
                case "replay":
                    replay(console, options)
                case "invariants":
                    examine(console, as_data=options["json"])
                case "export":
                    export(console, options)
                case _:
                    self.verify(console, options)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        except OSError as error:
            raise CommandError(f"Nothing was written: {error}") from None

    def verify(self, console: Console, options: dict[str, Any]) -> None:
        report = verification(options)
        if options["json"]:
            console.print_json(data=as_json(report))
        else:
            console.print(f"{report.streams} streams, {report.events} events recomputed.")
            for each in report.broken:
                console.print(f"[red]{each.kind} {each.stream_id}: {each.reason}[/red]")
            if not report.broken:
                console.print("[green]Every chain is whole.[/green]")
        if report.broken:
            raise CommandError(f"{len(report.broken)} of {report.streams} chains are broken.")
        if not options["order"] and (size := broken_checkpoint()) is not None:
            # Streams rewritten with fitting hashes have whole chains, and another root.
            raise CommandError(
                f"The checkpoint of {size} events was signed over other events than these."
                " `audit export` and verify.py name the first bad position."
            )


def examine(console: Console, *, as_data: bool) -> None:
    with Progress(console=console, transient=True, disable=as_data) as progress:
        task = progress.add_task("Examining the log", total=log_head() or None)
        found = examine_log(lambda position: progress.update(task, completed=position))
    if as_data:
        console.print_json(data=[asdict(each) for each in found], default=str)
    else:
        for each in found:
            console.print(
                f"[red]{each.position} {each.invariant}[/red] {each.topic} of {each.stream_id}"
                f" by {each.actor}: {each.message}"
            )
        console.print(f"{log_head()} events, {len(INVARIANTS)} invariants.")
        if left := unnumbered():
            console.print(
                f"{left} events have no position yet and were not examined: in a copy, run"
                " `manage.py adopt_restore` with the right to write first."
            )
    if found:
        raise CommandError(f"{len(found)} times an invariant did not hold.")
    if not as_data:
        console.print("[green]All held after every event.[/green]")


def show(console: Console, options: dict[str, Any]) -> None:
    moment = moment_of(options)
    heads = family(find(options["order"]))
    found = {head.stream_id: events_of(head, moment) for head in heads}
    # An order is there before its payments are.
    if not found[heads[0].stream_id]:
        stream(heads[0].stream_id, moment)
    if options["json"]:
        console.print_json(data=[event_json(each) for events in found.values() for each in events])
        return
    if moment:
        console.print(str(moment).capitalize())
    for head in heads:
        if not found[head.stream_id]:
            continue
        table = Table(title=f"{head.kind} {head.stream_id}", title_justify="left")
        for column in ("#", "recorded", "event", "actor", "hash"):
            table.add_column(column, overflow="fold")
        for each in found[head.stream_id]:
            table.add_row(
                str(each.version),
                each.recorded_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z",
                each.title,
                each.actor,
                each.hash[:16],
            )
        console.print(table)


def events_of(head: StreamHead, moment: AsOf | None) -> tuple[AuditedEvent, ...]:
    try:
        return stream(head.stream_id, moment)
    except NothingRecordedYet:
        return ()


def replay(console: Console, options: dict[str, Any]) -> None:
    at = past(parsed(options["at"]), "--at") if options["at"] else None
    found = state_at(
        find(options["order"]),
        version=options["version"],
        at=at,
        by=options["by"],
        as_of=moment_of(options),
    )
    if options["json"]:
        console.print_json(data={"version": found.version, "state": found.state}, default=str)
        return
    table = Table(
        title=f"{found.kind} {found.stream_id} after event {found.version} of {found.versions}",
        title_justify="left",
    )
    for column in ("field", "before", "after"):
        table.add_column(column, overflow="fold")
    for row in found.changes:
        style = "bold" if row.changed else "dim"
        table.add_row(row.field, row.before, row.after, style=style)
    console.print(table)


def export(console: Console, options: dict[str, Any]) -> None:
    path: Path = options["path"]
    if path.exists():
        raise CommandError(f"{path} exists; name a new folder or file.")
    sign_what_is_new(console)
    if options["order"]:
        found = family(find(options["order"]))
        since = options["since"][-1] if options["since"] else 0
        text = write_receipt(found[0].label, [each.stream_id for each in found], since)
        path.write_text(text, encoding="utf-8")
        console.print(f"The receipt of {found[0].label} is in {path}.")
    else:
        with Progress(transient=True) as progress:
            task = progress.add_task("Writing events", total=log_head())
            target = Zip(path) if path.suffix == ".zip" else Folder(path)
            last = write_bundle(
                target, options["since"], lambda done: progress.update(task, completed=done)
            )
        console.print(f"{last.size} events of {last.origin} are in {path}.")
    advice = f"Verify it anywhere, offline: python3 verify.py {path} --key KEY"
    console.print(advice, soft_wrap=True)


def sign_what_is_new(console: Console) -> None:
    """Brings the last checkpoint up to now, where that is possible; what was signed counts."""
    try:
        while take() is not None:
            pass
    except (KeyRefused, RecordDamaged) as error:
        console.print(f"[yellow]No new checkpoint: {error}.[/yellow]")


def parsed(text: str) -> datetime:
    """Reads a time; one without a zone is taken as UTC."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"“{text}” is not a time; write it like 2026-11-21T14:30:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def verification(options: dict[str, Any]) -> VerificationReport:
    if options["order"]:
        outcomes = [verify(head.stream_id) for head in family(find(options["order"]))]
        return VerificationReport(
            streams=len(outcomes),
            events=sum(each.events for each in outcomes),
            broken=tuple(each for each in outcomes if not each.whole),
        )
    if options["json"]:
        return verify_all()
    with Progress(transient=True) as progress:
        task = progress.add_task("Recomputing chains", total=count_streams())
        return verify_all(lambda done: progress.update(task, completed=done))


def event_json(event: AuditedEvent) -> dict[str, object]:
    return {
        "stream_id": str(event.stream_id),
        "version": event.version,
        "topic": event.topic,
        "recorded_at": event.recorded_at.isoformat(),
        "effective_at": event.effective_at.isoformat(),
        "actor": event.actor,
        "event_id": str(event.event_id),
        "correlation_id": str(event.correlation_id),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
        "payload": json.loads(event.payload),
    }


def as_json(report: VerificationReport) -> dict[str, object]:
    return {
        "streams": report.streams,
        "events": report.events,
        "broken": [
            {"stream_id": str(each.stream_id), "version": each.bad_version, "reason": each.reason}
            for each in report.broken
        ],
    }
