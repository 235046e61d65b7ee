"""Mails reach a real mail server; what it refuses for now is tried again, for good is parked."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from config.settings import mailer
from events.database import execute, fetch
from events.effects import perform
from events.relay import drain
from events.turns import Overtaken, turn
from modules.notifications.tasks import hand_over
from modules.notifications.writing import mail
from tests.support.mailbox import Mailbox, open_mailbox
from tests.support.trade import buy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

SENDING = "SELECT id, attempts, done_at, failed_at, last_error FROM es.outbox WHERE actor = %s"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    with open_mailbox() as box:
        settings.MAILERS = {"default": mailer(box.url)}
        yield box


def test_a_mail_arrives_with_both_parts_and_its_own_name(mailbox: Mailbox) -> None:
    placed = buy(prints=1)
    drain()
    [message] = mailbox.mails
    [(identifier, *_)] = fetch(SENDING, ("notifications.send",))
    assert placed.number in message["Subject"]
    assert str(identifier) in message["Message-ID"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_mail_that_goes_out_twice_bears_the_same_name(mailbox: Mailbox) -> None:
    buy(prints=1)
    drain()
    [(identifier, attempts, *_)] = fetch(SENDING, ("notifications.send",))
    execute("UPDATE es.outbox SET done_at = NULL WHERE id = %s", (identifier,))
    assert perform(identifier, attempts + 1)
    first, second = mailbox.ids()
    assert first == second


@pytest.mark.parametrize("place", ["answer", "answer_to_recipients"])
def test_a_refusal_for_now_is_tried_again(mailbox: Mailbox, place: str) -> None:
    setattr(mailbox, place, "451 come back later")
    buy(prints=1)
    drain()
    [(identifier, attempts, done_at, failed_at, error)] = fetch(SENDING, ("notifications.send",))
    assert (done_at, failed_at, attempts) == (None, None, 1)
    assert "451" in error
    setattr(mailbox, place, "")
    assert perform(identifier, 2)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("place", ["answer", "answer_to_recipients"])
def test_a_refusal_for_good_is_parked_with_its_cause(mailbox: Mailbox, place: str) -> None:
    setattr(mailbox, place, "550 no such mailbox")
    buy(prints=1)
    drain()
    [(_, attempts, done_at, failed_at, error)] = fetch(SENDING, ("notifications.send",))
    assert (done_at, attempts) == (None, 1)
    assert failed_at is not None
    assert "550 no such mailbox" in error
    assert "lea@example.org" not in error


def test_a_mail_whose_turn_is_over_is_not_sent(mailbox: Mailbox) -> None:
    placed = buy(prints=1)
    [(identifier, *_)] = fetch(SENDING, ("notifications.send",))
    execute("UPDATE es.outbox SET attempts = 2 WHERE id = %s", (identifier,))
    message = mail("order-placed", placed.order_id, placed.order_id, 0, identifier)
    with turn(identifier, 1), pytest.raises(Overtaken):
        hand_over(message)
    with turn(identifier, 2):
        hand_over(message)
    assert len(mailbox.mails) == 1
