"""Whoever has not paid half-way through the reservation is reminded, once; nobody else is."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail

from events.relay import drain
from modules.kernel.clock import now
from tests.support.trade import at_bank, begin, buy, cancel, paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

MOMENT = timedelta(seconds=1)


def reminders(after: timedelta) -> list[str]:
    with time_machine.travel(now() + after):
        drain()
    return [str(each.body) for each in mail.outbox if "n'est pas encore payée" in each.subject]


def test_an_unpaid_order_is_reminded_of_once_with_the_open_amount() -> None:
    buy(prints=2, cards=1)
    assert not reminders(settings.PAYMENT_REMINDER_AFTER - timedelta(minutes=1))
    [words] = reminders(settings.PAYMENT_REMINDER_AFTER + MOMENT)
    assert "76,56" in words
    assert reminders(settings.PAYMENT_REMINDER_AFTER + timedelta(minutes=1)) == [words]


def test_a_paid_or_cancelled_order_is_not_reminded_of() -> None:
    paid(prints=1)
    cancel(buy(prints=1))
    assert not reminders(settings.PAYMENT_REMINDER_AFTER + MOMENT)


def test_a_payment_that_waits_for_its_outcome_is_found_first() -> None:
    at_bank(begin(buy(prints=1)))
    assert not reminders(settings.PAYMENT_REMINDER_AFTER + MOMENT)


def test_the_reminder_leaves_time_before_the_order_ends() -> None:
    assert settings.PAYMENT_REMINDER_AFTER < settings.RESERVATION_PERIOD
