"""Where invoices are seen: order page, account, staff, API and command; strangers see none."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from frontend.live import streams
from frontend.live.streams import progress
from frontend.staff.invoices import safe
from modules.checkout.contracts import Placed
from modules.customers.commands import issue_api_key
from modules.customers.contracts import IssueApiKey
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.invoicing.gateways import paper
from modules.invoicing.selectors import documents_of
from modules.orders.selectors import order_token
from modules.privacy.selectors import person_named, personal_data
from tests.frontend.staff.people import signed_in, text
from tests.support.trade import paid, refund, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def placed(shop: None) -> Placed:
    """An order that was shipped and of which 1.00 was given back."""
    ship(placed := paid())
    refund(placed, 100)
    issue_documents(IssueDocuments(order_id=placed.order_id))
    return placed


@pytest.fixture
def without_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "missing", lambda: "Pango is not here.")


def numbers(placed: Placed) -> list[str]:
    return [each.number for each in documents_of(placed.order_id)]


def test_the_order_page_leads_to_each_document_and_its_files(placed: Placed) -> None:
    token = order_token(placed.order_id)
    shown = Client().get(f"/orders/{token}/")
    for number in numbers(placed):
        assert f"/orders/{quote(token, safe=':')}/invoices/{number}/" in shown.content.decode()
    invoice = Client().get(f"/orders/{token}/invoices/{numbers(placed)[0]}/")
    assert f"Facture {numbers(placed)[0]}" in text(invoice), "the address is French"
    assert "no-store" in invoice["Cache-Control"] or "private" in invoice["Cache-Control"]
    xml = Client().get(f"/orders/{token}/invoices/{numbers(placed)[0]}.xml")
    assert (xml["Content-Type"], xml.content[:5]) == ("application/xml", b"<?xml")


def test_an_open_order_page_is_told_of_a_document_when_it_is_issued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The test's own connection is the one with the order.
    monkeypatch.setattr(streams, "close_old_connections", lambda: None)
    ship(placed := paid())
    token = order_token(placed.order_id)
    seen, _, _ = progress(placed.order_id, token, 0)
    assert progress(placed.order_id, token, seen) == (seen, "", False)
    (number,) = issue_documents(IssueDocuments(order_id=placed.order_id))
    position, body, _ = progress(placed.order_id, token, seen)
    assert position == seen + 1
    assert f"/invoices/{number}/" in body


def test_a_customers_copy_of_their_data_holds_their_documents(placed: Placed) -> None:
    issued = numbers(placed)
    copy = personal_data(person_named("lea@example.org"))
    (order,) = copy["orders"]
    assert [each["number"] for each in order["documents"]] == issued
    assert order["documents"][0]["buyer"]["name"] == "Lea Martin"


def test_a_pdf_is_downloaded_under_its_number(placed: Placed) -> None:
    address = f"/orders/{order_token(placed.order_id)}/invoices/{numbers(placed)[1]}.pdf"
    answer = Client().get(address)
    assert answer.content.startswith(b"%PDF-1.7")
    assert answer["Content-Disposition"] == f'attachment; filename="{numbers(placed)[1]}.pdf"'


@pytest.mark.usefixtures("without_pango")
def test_without_pango_the_pdf_s_address_shows_the_page_and_the_reason(placed: Placed) -> None:
    address = f"/orders/{order_token(placed.order_id)}/invoices/{numbers(placed)[0]}.pdf"
    answer = Client().get(address)
    assert answer.status_code == 503
    assert "Pango is not here." in text(answer)
    assert numbers(placed)[0] in text(answer)


def test_the_link_of_one_order_opens_no_document_of_another(placed: Placed) -> None:
    other = order_token(paid(prints=1).order_id)
    number = numbers(placed)[0]
    for address in (f"{number}/", f"{number}.pdf", f"{number}.xml", "INV-1999-000001/"):
        assert Client().get(f"/orders/{other}/invoices/{address}").status_code == 404
        assert Client().get(f"/orders/forged/invoices/{address}").status_code == 403


def test_the_account_shows_no_one_else_s_documents(placed: Placed) -> None:
    shown = signed_in("customer").get("/account/invoices/")
    assert "No invoices yet" in text(shown)
    assert Client().get("/account/invoices/").status_code == 302


def test_staff_see_the_documents_of_an_order_and_send_one_again(placed: Placed) -> None:
    staff = signed_in("staff")
    number = numbers(placed)[0]
    assert number in text(staff.get(f"/staff/orders/{placed.order_id}/"))
    assert "Lea Martin" in text(staff.get(f"/staff/invoices/{number}/"))
    sent = staff.post(f"/staff/invoices/{number}/send/")
    assert f"{number} is on its way to the customer again." in text(staff.get(sent["Location"]))
    assert signed_in("customer").get(f"/staff/invoices/{number}/").status_code == 403


def test_the_register_sums_a_period_by_rate(placed: Placed) -> None:
    staff = signed_in("staff")
    shown = text(staff.get("/staff/invoices/"))
    assert "FR S 20 % €90.74 €18.15 €108.89 2" in shown
    for number in numbers(placed):
        assert number in shown
    empty = staff.get("/staff/invoices/?from=1999-01-01&until=1999-12-31")
    assert "No invoices in this period" in text(empty)
    assert staff.get("/staff/invoices/?from=yesterday&until=99-99").status_code == 200


def test_the_register_as_csv_has_a_row_a_rate_and_negative_credit_notes(placed: Placed) -> None:
    answer = signed_in("staff").get("/staff/invoices.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["number"]: (row["kind"], row["gross"]) for row in rows} == {
        numbers(placed)[0]: ("Invoice", "109.89"),
        numbers(placed)[1]: ("Credit note", "-1.00"),
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_the_csv_is_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert safe("7K3M-9QXA") == "7K3M-9QXA"


def test_the_api_opens_documents_to_whoever_may_open_their_order(placed: Placed) -> None:
    key = issue_api_key(IssueApiKey(name="tests", scopes=("orders:read",))).secret
    wrong = issue_api_key(IssueApiKey(name="others", scopes=("stock:write",))).secret
    number = numbers(placed)[0]
    addresses = (f"orders/{placed.order_id}/invoices", f"invoices/{number}.xml")
    for bearer in (key, order_token(placed.order_id)):
        for address in addresses:
            assert _get(address, bearer).status_code == 200
    for bearer in (wrong, order_token(paid(prints=1).order_id)):
        for address in addresses:
            assert _get(address, bearer).status_code == 404
    listed = json.loads(_get(addresses[0], key).content)
    assert [each["kind"] for each in listed] == ["invoice", "credit-note"]
    assert (listed[1]["cites"], listed[1]["total_minor"]) == (number, 100)


@pytest.mark.usefixtures("without_pango")
def test_the_api_says_when_there_is_no_pdf(placed: Placed) -> None:
    answer = _get(f"invoices/{numbers(placed)[0]}.pdf", order_token(placed.order_id))
    assert answer.status_code == 503
    assert "Pango is not here." in json.loads(answer.content)["detail"]


def _get(address: str, bearer: str) -> Any:
    return Client().get(f"/api/{address}", headers={"Authorization": f"Bearer {bearer}"})


def test_the_command_shows_and_writes_a_document(placed: Placed, tmp_path: Path) -> None:
    number = numbers(placed)[0]
    said = io.StringIO()
    call_command("invoice", "show", number.lower(), stdout=said)
    assert number in said.getvalue()
    assert "€109.89" in said.getvalue()
    path = tmp_path / "invoice.xml"
    call_command("invoice", "write", number, str(path), stdout=said)
    assert path.read_bytes().startswith(b"<?xml")
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("invoice", "write", number, str(path))
    with pytest.raises(CommandError, match="neither in"):
        call_command("invoice", "write", number, str(tmp_path / "x.doc"))
    with pytest.raises(CommandError, match="no invoice"):
        call_command("invoice", "show", "INV-1999-1\x00")
