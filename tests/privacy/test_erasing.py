"""Who is erased, who is not, and what a restore from a backup does not bring back."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from events.effects import perform
from events.privacy.erasing import AGAIN, listed, reapply
from events.privacy.keys import stored_keyring
from events.privacy.secrets import guest_subject
from events.store import append, stream_head
from modules.carts.commands import set_delivery
from modules.carts.contracts import SetDelivery
from modules.carts.selectors import cart_by_token
from modules.checkout.commands import place_order
from modules.customers.commands import ensure_role
from modules.customers.contracts import AccountInOffice, CustomerNotFound
from modules.customers.selectors import customer, customer_by_email
from modules.kernel.identity import new_id
from modules.notifications.tasks import send
from modules.orders.domain.order import Order
from modules.orders.models import OrderRow
from modules.orders.selectors import order_detail
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer
from modules.privacy.selectors import person_named, person_of_account
from tests.privacy.planted import DELIVERED, EMAIL, WORDS, trade
from tests.support.trade import buy, checkout, fill_basket, some

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def erase(who: str = EMAIL) -> str:
    said = StringIO()
    call_command("customer_erase", who, "--yes", stdout=said)
    return said.getvalue()


def backup() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pii.key")
        return list(cursor.fetchall())


def restore(rows: list[tuple[Any, ...]]) -> None:
    """Brings back the keys of a backup that was made before somebody was erased."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pii.key; DELETE FROM pii.erasure")
        cursor.executemany("INSERT INTO pii.key VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows)
    stored_keyring.forget()


def email_of(order_id: object) -> str:
    return order_detail(order_id).contact.email  # type: ignore[arg-type]


def test_one_erasure_finds_every_order_of_an_address_however_it_was_typed() -> None:
    first, second, other = trade(), trade(email=EMAIL.upper()), buy()
    assert "2 orders" in erase()
    assert email_of(first.order_id) == email_of(second.order_id) == "erased"
    assert email_of(other.order_id) == "lea@example.org"


def test_the_list_outside_the_database_names_ids_alone_and_belongs_to_its_owner(
    erasures: Path,
) -> None:
    trade()
    erase()
    assert [each.subject for each in listed()] == [guest_subject(EMAIL)]
    assert EMAIL not in erasures.read_text()
    assert erasures.stat().st_mode & 0o777 == 0o600


def test_a_restored_backup_does_not_bring_the_erased_back() -> None:
    placed = trade()
    kept = backup()
    erase()
    restore(kept)
    assert email_of(placed.order_id) == EMAIL
    assert reapply() == 1
    assert email_of(placed.order_id) == "erased"


def test_adopting_a_restored_store_carries_the_list_out_by_itself() -> None:
    placed = trade()
    kept = backup()
    erase()
    restore(kept)
    said = StringIO()
    call_command("adopt_restore", stdout=said)
    assert "1 erasures" in said.getvalue()
    assert email_of(placed.order_id) == "erased"


def test_the_list_spares_what_the_same_person_ordered_later() -> None:
    first = trade()
    erase()
    second = trade()
    call_command("customer_erase", "--reapply", stdout=StringIO())
    assert email_of(first.order_id) == "erased"
    assert email_of(second.order_id) == EMAIL


def test_a_list_that_cannot_be_written_erases_nothing(settings: pytest.FixtureRequest) -> None:
    settings.ERASURE_DIRECTORY = "/proc/none"  # type: ignore[attr-defined]
    placed = trade()
    with pytest.raises(CommandError, match="Nothing was erased"):
        erase()
    assert email_of(placed.order_id) == EMAIL


def test_a_damaged_list_is_named_and_nothing_is_done(erasures: Path) -> None:
    erasures.parent.mkdir()
    erasures.write_text("not json\n")
    with pytest.raises(CommandError, match="is damaged"):
        call_command("customer_erase", "--reapply")


def test_an_account_is_gone_with_all_it_had() -> None:
    customer_id = ensure_role(EMAIL, "a-long-password", "")
    placed = trade(customer_id)
    erase(str(customer_id))
    with pytest.raises(CustomerNotFound):
        customer(customer_id)
    assert email_of(placed.order_id) == "erased"


def test_who_works_for_the_shop_is_not_erased_before_the_role_is_taken_away() -> None:
    staff = ensure_role("sam@shop.test", "a-long-password", "staff")
    with pytest.raises(AccountInOffice):
        erase_customer(EraseCustomer(subjects=frozenset([staff])))
    assert customer_by_email("sam@shop.test") is not None


def test_an_unproven_address_does_not_open_a_stranger_s_orders() -> None:
    stranger = trade()
    thief = ensure_role(EMAIL, "a-long-password", "")
    assert person_of_account(thief).subjects == {thief}
    erase_customer(EraseCustomer(subjects=person_of_account(thief).subjects))
    assert email_of(stranger.order_id) == EMAIL


def test_a_proven_address_brings_its_guest_orders_along() -> None:
    owner = ensure_role(EMAIL, "a-long-password", "")
    EmailAddress.objects.create(user_id=owner, email=EMAIL, verified=True, primary=True)
    assert person_of_account(owner).subjects == {owner, guest_subject(EMAIL)}


def test_a_basket_that_names_the_person_forgets_it() -> None:
    cart = fill_basket()
    set_delivery(SetDelivery(cart_id=cart.id, email=EMAIL, delivery_address=DELIVERED))
    trade()
    erase()
    found = cart_by_token(cart.token)
    assert (found.email, found.delivery_address, len(found.lines)) == ("", None, 2)


def test_an_ordered_basket_keeps_no_address_of_its_own() -> None:
    cart = fill_basket()
    set_delivery(SetDelivery(cart_id=cart.id, email=EMAIL, delivery_address=DELIVERED))
    place_order(checkout(cart))
    with connection.cursor() as cursor:
        cursor.execute("SELECT email, delivery_address FROM carts_cart WHERE id = %s", [cart.id])
        assert cursor.fetchone() == ("", None)


def test_nobody_writes_to_who_was_erased() -> None:
    placed = trade()
    erase()
    mail.outbox.clear()
    send(new_id(), "order-placed", placed.order_id, placed.order_id, 0)
    assert mail.outbox == []


@pytest.mark.parametrize("who", ["nobody@where.org", "nonsense", str(UUID(int=7))])
def test_who_is_unknown_is_said_in_words(who: str) -> None:
    for name in ("customer_erase", "customer_export"):
        with pytest.raises(CommandError, match="Nothing is kept under"):
            call_command(name, who)


def test_an_export_says_all_that_is_kept_and_nothing_of_anybody_else() -> None:
    placed, _ = trade(), buy()
    said = StringIO()
    call_command("customer_export", EMAIL, stdout=said)
    data = json.loads(said.getvalue())
    assert [each["order"]["number"] for each in data["orders"]] == [placed.number]
    assert data["orders"][0]["order"]["contact"]["email"] == EMAIL
    assert data["orders"][0]["history"][0]["title"] == "Order placed"
    assert "lea@example.org" not in said.getvalue()


def test_asking_by_hand_needs_the_name_typed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = trade()
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("customer_erase", EMAIL, stdout=StringIO())
    assert email_of(placed.order_id) == EMAIL
    assert person_named(EMAIL).customer_id is None


def test_words_recorded_without_a_name_are_erased_with_the_order_s_person() -> None:
    placed = trade()
    head = stream_head(placed.order_id)
    assert head is not None
    event = Order.ReturnRequested(
        originator_id=placed.order_id,
        originator_version=head.version + 1,
        return_id=new_id(),
        lines=some(prints=1),
        reason=WORDS,
    )
    append(placed.order_id, Order.kind, [event], expected_version=head.version, previous=head.head)
    assert order_detail(placed.order_id).returns[-1].reason == WORDS
    erase()
    assert order_detail(placed.order_id).returns[-1].reason == "erased"


def test_the_erasure_is_carried_out_once_more_for_those_who_had_read_before() -> None:
    placed = trade()
    erase()
    # What a slow writer in another process would leave behind.
    OrderRow.objects.filter(id=placed.order_id).update(name="Quaxilda Zornwhistle")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM es.outbox WHERE actor = %s AND due_at > now()", [AGAIN])
        (effect,) = cursor.fetchone()
    assert perform(effect, 1)
    assert OrderRow.objects.get(id=placed.order_id).name == "erased"
