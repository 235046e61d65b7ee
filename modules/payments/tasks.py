"""Effects of payments: each calls one command."""

from uuid import UUID

from events.effects import effect
from modules.payments import commands, performing, renewing
from modules.payments.gateways.testbank.messages import Message, post


@effect("payments.start", max_attempts=8)
def start(effect_id: UUID, payment_id: UUID) -> None:
    commands.start_unattended(payment_id)


@effect("payments.settle", max_attempts=12)
def settle(effect_id: UUID, payment_id: UUID) -> None:
    performing.perform_outstanding(payment_id)


@effect("payments.ask_again", max_attempts=8)
def ask_again(effect_id: UUID, payment_id: UUID, attempt_id: UUID, number: int) -> None:
    performing.ask_again(payment_id, attempt_id, number)


@effect("payments.check_authorisation", max_attempts=8)
def check_authorisation(effect_id: UUID, payment_id: UUID, attempt_id: UUID, number: int) -> None:
    renewing.check_authorisation(payment_id, attempt_id, number)


@effect("payments.fold", max_attempts=12)
def fold(effect_id: UUID, payment_id: UUID) -> None:
    commands.fold_reports(payment_id)


@effect("payments.deliver_bank_message", max_attempts=8)
def deliver_bank_message(effect_id: UUID, message: Message) -> None:
    headers, body = post(message)
    commands.receive_notification("testbank", headers, body)
