"""Auditors and staff ask for work on pages; the worker does it, and the pages tell."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.test import Client
from pypdf import PdfReader

from events import relay
from events.database import execute
from events.integrity.checkpoints import take
from events.store import log_head, read_stream
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.audit.tampering import tamper
from tests.frontend.staff.people import signed_in, text
from tests.support.signing import signing


@pytest.fixture(autouse=True)
def _signed(order: Placed, tmp_path: Path) -> Iterator[None]:
    with signing(tmp_path):
        take()
        yield


def asked(client: Client, kind: str, subject: str = "") -> str:
    """Sends the form and returns the address of the run."""
    answer = client.post(f"/auditor/runs/ask/{kind}/", {"subject": subject})
    assert answer.status_code == 303, text(answer)
    return answer["Location"]


def test_verification_waits_for_the_worker_and_then_says_that_all_is_whole(auditor: Client) -> None:
    assert "Never verified here" in text(auditor.get("/auditor/verify/"))
    run = asked(auditor, "verify")
    page = auditor.get(run)
    assert "Waits for the worker" in text(page)
    assert "Under way" in text(auditor.get("/auditor/verify/"))
    assert 'hx-sse:close="done"' in page.content.decode()
    relay.drain()
    page = auditor.get(run)
    assert "Whole." in text(page)
    assert "Asked for by Aude" in text(page)
    assert "hx-sse" not in page.content.decode()
    recorded = re.search(r"as event (\d+) of the log", text(page))
    assert recorded is not None
    words = text(auditor.get("/auditor/verify/"))
    assert re.search(rf"Aude 1 to \d+ .* Whole {recorded[1]}", words)


def test_a_break_is_named_with_its_position_and_leads_to_it(auditor: Client, order: Placed) -> None:
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE version = 2 AND stream_id = %s", order.order_id
    )
    run = asked(auditor, "verify")
    relay.drain()
    page = auditor.get(run)
    assert re.search(r"First at position \d+: event 2 does not follow", text(page))
    assert f"/auditor/streams/{order.order_id}/" in page.content.decode()
    words = text(auditor.get("/auditor/verify/"))
    assert re.search(r"Broken position \d+ : event 2 does not follow", words)


def test_htmx_is_given_the_progress_alone(auditor: Client) -> None:
    run = asked(auditor, "verify")
    part = auditor.get(run, headers={"HX-Request": "true"}).content.decode()
    assert "Waits for the worker" in part
    assert "<h1" not in part


def test_a_bundle_is_made_listed_and_downloaded(auditor: Client) -> None:
    assert "No bundle was made yet" in text(auditor.get("/auditor/export/"))
    run = asked(auditor, "export", str(log_head()))
    relay.drain()
    assert "Download the bundle" in text(auditor.get(run))
    cover = auditor.get(f"{run}cover.pdf")
    pages = PdfReader(BytesIO(cover.content)).pages
    assert len(pages) == 1
    paper = " ".join(" ".join(each.extract_text() for each in pages).split())
    for words in ("The record of shop.test/log", "Aude", "the checkpoint of", "python3 verify.py"):
        assert words in paper
    digest = read_stream(UUID(run.split("/")[-2]))[0].event.digest  # type: ignore[attr-defined]
    assert digest in paper.replace(" ", "")
    assert auditor.get(f"{run}cover.pdf").content == cover.content
    answer = auditor.get(f"{run}bundle/")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as whole:  # type: ignore[attr-defined]
        assert "manifest.json" in whole.namelist()
    assert auditor.get(f"/auditor/runs/{new_id()}/bundle/").status_code == 404


@pytest.mark.parametrize("kind", ["rebuild", "drift", "back", "retry", "verify", "export"])
def test_each_kind_of_work_is_explained_before_it_is_asked_for(auditor: Client, kind: str) -> None:
    page = auditor.get(f"/auditor/runs/ask/{kind}/", {"subject": "orders.orders"})
    assert page.status_code == 200
    assert 'method="post"' in page.content.decode()


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        ("rebuild", "no.such", "there is no projection named no.such"),
        ("export", "many", "is a whole number"),
        ("retry", "orders.orders 7", "not parked any more"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    auditor: Client, kind: str, subject: str, words: str
) -> None:
    answer = auditor.post(f"/auditor/runs/ask/{kind}/", {"subject": subject})
    assert (answer.status_code, words in text(answer)) == (409, True)


def test_unknown_work_is_not_there(auditor: Client) -> None:
    assert auditor.get("/auditor/runs/ask/dance/").status_code == 404
    assert auditor.get(f"/auditor/runs/{new_id()}/").status_code == 404


def test_staff_look_after_read_models_and_auditors_after_the_record() -> None:
    staff, stranger = signed_in("staff"), signed_in("customer")
    assert staff.get("/auditor/projections/").status_code == 200
    run = asked(staff, "rebuild", "orders.orders")
    assert staff.get(run).status_code == 200
    assert "Sascha" in text(staff.get(run))
    for kind in ("verify", "export"):
        assert staff.post(f"/auditor/runs/ask/{kind}/").status_code == 403
    assert stranger.get("/auditor/projections/").status_code == 403
    assert stranger.post("/auditor/runs/ask/rebuild/").status_code == 403
    assert Client().get("/auditor/projections/").status_code == 302


def test_parked_streams_and_drift_are_shown_and_raise_a_banner_on_every_desk(
    auditor: Client, order: Placed
) -> None:
    assert "Read models need somebody" not in text(auditor.get("/auditor/"))
    execute(
        "INSERT INTO es.dead (projection, stream_id, version, position, error)"
        " VALUES ('orders.orders', %s, 2, 4, 'ValueError: no such thing')",
        (order.order_id,),
    )
    execute(
        "INSERT INTO es.drift (projection, table_name, key, column_name, stored, fresh)"
        " VALUES ('orders.orders', 'orders_order', %s, 'email', 'eve@example.org', '')",
        (str(order.order_id),),
    )
    execute("INSERT INTO es.drift_check (checked_at, position) VALUES (now(), 9)")
    page = text(auditor.get("/auditor/projections/"))
    assert "ValueError: no such thing" in page
    assert f"orders_order {order.order_id} email" in page
    assert "eve@example.org" not in page
    for client, path in ((auditor, "/auditor/"), (signed_in("staff"), "/staff/")):
        assert "1 parked stream, 1 cell differs from the events" in text(client.get(path))
