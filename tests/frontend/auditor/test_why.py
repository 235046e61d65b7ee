"""An auditor sees what one request led to, over all streams, each event under its cause."""

import re

from django.test import Client

from events.store import read_log
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.frontend.staff.people import signed_in, text


def test_what_a_request_led_to_stands_in_lanes_under_its_causes(
    auditor: Client, order: Placed
) -> None:
    told = read_log(0, 100)
    ids = {each.event_id for each in told}
    caused = next(each for each in told if each.causation_id in ids)
    (cause,) = [each for each in told if each.event_id == caused.causation_id]
    page = auditor.get(f"/auditor/why/{caused.correlation_id}/")
    words = text(page)
    together = [each for each in told if each.correlation_id == caused.correlation_id]
    streams = {each.stream_id for each in together}
    assert len(page.context["lanes"]) == len(streams)
    assert [row["event"].position for row in page.context["rows"]] == [
        each.position for each in together
    ]
    assert re.search(rf"↳ .* event {cause.position}\b", words)


def test_the_log_and_the_envelope_lead_to_it(auditor: Client, order: Placed) -> None:
    first = read_log(0, 1)[0]
    path = f"/auditor/why/{first.correlation_id}/"
    assert path in auditor.get("/auditor/log/").content.decode()
    stream = auditor.get(f"/auditor/streams/{first.stream_id}/?as_of=1")
    assert path in stream.content.decode()


def test_what_nothing_came_of_is_not_there(auditor: Client) -> None:
    assert auditor.get(f"/auditor/why/{new_id()}/").status_code == 404
    assert signed_in("staff").get(f"/auditor/why/{new_id()}/").status_code == 403
