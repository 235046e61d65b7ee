"""The log is followed live and a run tells how far it is, to whoever's page signed the address."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.test import Client
from django.test.utils import override_settings

from events import relay
from events.store import log_head
from frontend.live import auditing, tickets
from frontend.live.auditing import Progress, newest
from frontend.live.tickets import Ticket, TicketRefused, admitted
from modules.audit.commands import ask_run
from modules.audit.contracts import AskRun
from modules.checkout.contracts import Placed
from tests.frontend.staff.people import signed_in, text
from tests.support.trade import paid, ship

ADDRESS = re.compile(r'hx-sse:connect="http[^"]*/live/(log|runs)/([^"/]+)/"')


@pytest.fixture(autouse=True)
def _exports(order: Placed, tmp_path: Path) -> Iterator[None]:
    with override_settings(CHECKPOINT_KEY_FILE=tmp_path / "keys", EXPORT_ROOT=tmp_path):
        yield


def signed(client: Client, path: str, **asked: str) -> str:
    """Returns what the page's live address is signed with."""
    found = ADDRESS.search(client.get(path, asked).content.decode())
    assert found is not None
    return found[2]


def followed(client: Client, question: str) -> Ticket:
    return admitted("audit-log-live", signed(client, "/auditor/log/", q=question, follow="on"))


def positions(body: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="event-(\d+)"', body)]


def test_the_log_is_followed_by_a_switch_that_is_a_link(auditor: Client) -> None:
    page = auditor.get("/auditor/log/", {"q": "topic:orders"})
    assert 'href="?q=topic%3Aorders&amp;follow=on"' in page.content.decode()
    assert "hx-sse:connect" not in page.content.decode()
    page = auditor.get("/auditor/log/", {"q": "topic:orders", "follow": "on"})
    assert "Stop following" in text(page)
    assert "look again" in text(page)
    # The next question is followed as well.
    assert '<input type="hidden" name="follow" value="on">' in page.content.decode()
    # The page after the first one is not where new events would appear.
    older = auditor.get("/auditor/log/", {"below": "3", "follow": "on"})
    assert "hx-sse:connect" not in older.content.decode()


def test_new_events_come_on_top_and_answer_the_question_still(auditor: Client) -> None:
    ticket = followed(auditor, "topic:orders.order.placed")
    before = log_head()
    assert newest(ticket, ticket.position) == (before, "", False)
    paid(prints=1)
    seen, body, ended = newest(ticket, ticket.position)
    found = positions(body)
    assert (found, ended) == (sorted(found, reverse=True), False)
    assert (len(found), found[0] > before >= found[1]) == (2, True)
    assert body.count("data-new") == 1
    assert "orders.order.confirmed" not in body
    assert newest(ticket, seen)[1] == ""


def test_events_that_answer_nothing_are_passed_over_once(auditor: Client, order: Placed) -> None:
    ticket = followed(auditor, "topic:payments.payment.refunded")
    ship(order, cards=1)
    seen, body, _ = newest(ticket, ticket.position)
    newest(ticket, seen)
    assert (seen >= ticket.position, body) == (True, "")


def test_an_address_opens_for_its_own_stream_and_reader_alone(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = signed(auditor, "/auditor/log/", follow="on")
    assert admitted("audit-log-live", ticket).actor.startswith("auditor:")
    for route, value in (("audit-run-live", ticket), ("audit-log-live", f"{ticket}x")):
        with pytest.raises(TicketRefused, match="open its page anew"):
            admitted(route, value)
    monkeypatch.setattr(tickets, "MAXIMUM_SECONDS", -1)
    with pytest.raises(TicketRefused):
        admitted("audit-log-live", ticket)


@pytest.mark.parametrize("loss", ["role", "password", "account"])
def test_who_lost_role_password_or_account_is_let_in_no_more(auditor: Client, loss: str) -> None:
    ticket = signed(auditor, "/auditor/log/", follow="on")
    user = get_user_model().objects.get(pk=auditor.session["_auth_user_id"])
    if loss == "role":
        user.groups.clear()
    else:
        user.set_password("quite another one") if loss == "password" else user.delete()
    if loss == "password":
        user.save()
    with pytest.raises(TicketRefused):
        admitted("audit-log-live", ticket)


def test_a_run_tells_how_far_it_is_until_it_has_ended() -> None:
    run_id = ask_run(AskRun(kind="verify"))
    progress = Progress(Ticket(actor="", subject=str(run_id), position=0))
    seen, body, ended = progress(0)
    assert ("Waits for the worker" in body, ended) == (True, False)
    assert progress(seen) == (seen, "", False)
    relay.drain()
    _, body, ended = progress(seen)
    assert ("Whole." in body, "of the log</a>" in body, ended) == (True, True, True)


def test_staff_follow_work_on_read_models_by_an_address_of_their_own() -> None:
    run_id = ask_run(AskRun(kind="drift"))
    ticket = signed(signed_in("staff"), f"/auditor/runs/{run_id}/")
    assert admitted("audit-run-live", ticket).actor.startswith("staff:")


def test_a_page_whose_run_has_ended_waits_for_nothing(auditor: Client) -> None:
    run_id = ask_run(AskRun(kind="verify"))
    relay.drain()
    assert "hx-sse:connect" not in auditor.get(f"/auditor/runs/{run_id}/").content.decode()


def test_pages_own_processes_serve_no_streams(auditor: Client) -> None:
    assert auditor.get("/live/log/anything/").status_code == 421


def test_a_stream_tells_news_alone_and_ends_with_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(3, "", False), (4, "<p>four</p>", False), (4, "", False), (5, "five", True)]
    asked: list[int] = []

    async def listen() -> AsyncIterator[bool]:
        while True:
            yield True

    def look(seen: int) -> tuple[int, str, bool]:
        asked.append(seen)
        return answers[len(asked) - 1]

    async def read() -> list[bytes]:
        return [each async for each in auditing.told(look, 2, every=60.0)]

    monkeypatch.setattr(auditing, "listen", listen)
    monkeypatch.setattr(auditing, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(auditing, "close_old_connections", lambda: None)
    first, second, last = async_to_sync(read)()
    assert first == b"id: 4\ndata: <p>four</p>\n\n"
    assert (second[:6], last[:12]) == (b"id: 5\n", b"event: done\n")
    assert asked == [2, 3, 4, 4]
