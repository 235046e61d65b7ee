"""An event stored in an older version is shown as it is stored, beside what is read of it today."""

import json
from typing import Any

import pytest
from django.test import Client

from events import registry
from modules.audit.contracts import RecordUnreadable
from modules.audit.selectors import read_today, stream
from modules.checkout.contracts import Placed
from tests.audit.tampering import tamper
from tests.frontend.staff.people import text

SHIPPED = "orders.order.parcel_shipped"


@pytest.fixture
def old(order: Placed, monkeypatch: pytest.MonkeyPatch) -> str:
    """The parcel is stored as version 1 stored it; returns the address of its event."""
    shipped = stream(order.order_id)[-1]
    stored = json.loads(shipped.payload)
    stored |= {"tracking_number": "HT-1", "by": stored.pop("carrier")}
    tamper(
        "UPDATE es.event SET topic = %s, payload = %s WHERE event_id = %s",
        f"{SHIPPED}.v1",
        json.dumps(stored),
        shipped.event_id,
    )

    def renamed(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "carrier": f"carrier {fields.pop('by')}"}

    monkeypatch.setitem(registry._upcasters, (SHIPPED, 1), renamed)
    return f"/auditor/streams/{order.order_id}/?as_of={shipped.version}"


def test_both_forms_of_an_older_event_stand_side_by_side(
    auditor: Client, order: Placed, old: str
) -> None:
    event = stream(order.order_id)[-1]
    found = read_today(event)
    assert found is not None
    changed = {row.field: (row.before, row.after) for row in found.fields if row.changed}
    carrier = json.loads(event.payload)["by"]
    assert (found.stored, found.read) == (f"{SHIPPED}.v1", f"{SHIPPED}.v2")
    assert changed == {"by": (carrier, "—"), "carrier": ("—", f"carrier {carrier}")}
    page = text(auditor.get(old))
    assert "Stored in an older version" in page
    assert f"Stored Read today by {carrier} —" in page


def test_an_event_of_todays_version_has_one_form(auditor: Client, order: Placed) -> None:
    assert [read_today(each) for each in stream(order.order_id)] == [None, None, None]
    assert "older version" not in text(auditor.get(f"/auditor/streams/{order.order_id}/"))


def test_sealed_fields_say_so_in_both_forms(order: Placed, old: str) -> None:
    event = stream(order.order_id)[-1]
    sealed = json.loads(event.payload) | {"tracking_number": {"$sealed": 1, "k": "x", "c": "y"}}
    tamper(
        "UPDATE es.event SET payload = %s WHERE event_id = %s", json.dumps(sealed), event.event_id
    )
    found = read_today(stream(order.order_id)[-1])
    assert found is not None
    rows = {row.field: (row.before, row.after) for row in found.fields}
    assert rows["tracking_number"] == ("sealed", "sealed")


def test_what_no_code_reads_is_told_and_the_page_stands(
    auditor: Client, order: Placed, old: str
) -> None:
    tamper("UPDATE es.event SET payload = '{}' WHERE topic = %s", f"{SHIPPED}.v1")
    with pytest.raises(RecordUnreadable, match="Recompute the chain"):
        read_today(stream(order.order_id)[-1])
    answer = auditor.get(old)
    assert answer.status_code in (200, 422)
    assert "cannot be read any more (KeyError)" in text(answer)
