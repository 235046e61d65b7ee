"""Notifications are verified on their raw bytes, stored, and applied at most once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from events.relay import drain
from events.store import read_stream
from modules.kernel.clock import now
from modules.payments.commands import BODY_LIMIT_BYTES, receive_notification
from modules.payments.contracts import NotificationRefused, ProviderUnknown
from modules.payments.gateways.testbank.messages import Message, post
from modules.payments.gateways.testbank.signature import HEADER, sign, verify
from modules.payments.selectors import notifications, parked
from tests.payments.bank import decide, found, letter, opened, start

pytestmark = pytest.mark.django_db


def deliver(message: Message) -> None:
    headers, body = post(message)
    receive_notification("testbank", headers, body)


def outcomes(payment_id: object) -> list[tuple[str, str, int]]:
    from_bank = [each for each in notifications(payment_id) if each.source == "notification"]  # type: ignore[arg-type]
    return [(each.kind, each.outcome, each.times) for each in from_bank]


def test_a_notification_authorises_the_payment() -> None:
    start(payment_id := opened())
    deliver(letter(payment_id))
    assert found(payment_id).status == "authorised"
    assert outcomes(payment_id) == [("authorised", "applied", 1)]
    assert read_stream(payment_id)[-1].actor == "provider:testbank"


def test_scenario_60_the_same_notification_again_is_counted_and_changes_nothing() -> None:
    start(payment_id := opened())
    for _ in range(3):
        deliver(letter(payment_id, occurred_at="2026-11-22T00:00:00+00:00"))
    assert outcomes(payment_id) == [("authorised", "applied", 3)]
    assert [row.topic for row in read_stream(payment_id)].count(
        "payments.payment.authorised.v1"
    ) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": 9_999}, "It says 9999 minor units; 10000 were asked for."),
        ({"currency": "USD"}, "It says USD; the payment is in EUR."),
    ],
)
def test_scenario_60_a_contradiction_is_parked_with_its_reason(
    changes: dict[str, object], reason: str
) -> None:
    start(payment_id := opened())
    deliver(letter(payment_id, **changes))
    assert (found(payment_id).status, found(payment_id).authorised_minor) == ("pending", 0)
    assert [(each.outcome, each.reason) for each in parked()] == [("refused", reason)]


def test_a_known_name_with_other_content_is_parked() -> None:
    start(payment_id := opened())
    deliver(letter(payment_id, type="declined", message="no"))
    deliver(letter(payment_id))
    assert found(payment_id).status == "declined"
    assert [each[1] for each in outcomes(payment_id)] == ["applied", "refused"]


def test_a_notification_about_a_payment_of_nobody_is_parked() -> None:
    start(payment_id := opened())
    stranger = uuid4()
    deliver(letter(payment_id, payment=str(stranger)))
    assert [each.reason for each in notifications(stranger)] == ["The shop has no such payment."]


def test_a_notification_that_comes_before_our_own_record_waits_for_it() -> None:
    start(payment_id := opened())
    early = uuid4()
    deliver(letter(payment_id, attempt=str(early)))
    assert outcomes(payment_id) == [("authorised", "waiting", 1)]
    deliver(letter(payment_id, id="letter-2", type="declined", message="no"))
    start(payment_id, early)
    assert found(payment_id).status == "authorised"
    assert outcomes(payment_id)[0] == ("authorised", "applied", 1)


def test_every_byte_is_signed() -> None:
    start(payment_id := opened())
    headers, body = post(letter(payment_id))
    for place in range(len(body)):
        forged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(NotificationRefused):
            receive_notification("testbank", headers, forged)
    assert notifications(payment_id)[-1].source == "answer"


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1", "v1=aa", "t=x,v1=y", "t=²,v1=é", ","])
def test_an_unreadable_signature_is_refused(header: str) -> None:
    with pytest.raises(NotificationRefused):
        receive_notification("testbank", {HEADER: header}, b"{}")


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-301, False), (-299, True), (299, True), (301, False)]
)
def test_a_stamp_is_good_for_five_minutes_either_way(seconds: int, accepted: bool) -> None:
    moment = now()
    header = sign(b"{}", moment + timedelta(seconds=seconds))
    if accepted:
        verify(header, b"{}", moment)
    else:
        with pytest.raises(NotificationRefused, match="five minutes"):
            verify(header, b"{}", moment)


def test_the_old_secret_is_accepted_while_it_is_changed(settings: Settings) -> None:
    header = sign(b"{}", now())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new-" * 20, [settings.SECRET_KEY]
    verify(header, b"{}", now())
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(NotificationRefused):
        verify(header, b"{}", now())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff", b'{"type":"authorised"}', b"{" * 5_000],
    ids=["empty", "list", "null", "no text", "incomplete", "deep"],
)
def test_a_signed_body_that_says_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(NotificationRefused):
        receive_notification("testbank", {HEADER: sign(body, now())}, body)


def test_a_notification_from_another_mode_is_refused() -> None:
    start(payment_id := opened())
    with pytest.raises(NotificationRefused):
        deliver(letter(payment_id, mode="live"))


def test_a_huge_body_is_refused_before_it_is_read() -> None:
    body = b"x" * (BODY_LIMIT_BYTES + 1)
    with pytest.raises(NotificationRefused, match="at most"):
        receive_notification("testbank", {HEADER: sign(body, now())}, body)


def test_a_stranger_has_nothing_to_say() -> None:
    with pytest.raises(ProviderUnknown):
        receive_notification("nobody", {}, b"{}")
    with pytest.raises(NotificationRefused):
        receive_notification("invoice", {}, b"{}")


def test_approving_twice_authorises_once() -> None:
    decide(start(payment_id := opened()), "approve-twice")
    drain()
    assert found(payment_id).authorised_minor == found(payment_id).amount_minor
    assert outcomes(payment_id) == [("authorised", "applied", 2), ("authorised", "repeated", 1)]


def test_a_message_is_effective_when_the_bank_decided_and_recorded_when_it_came() -> None:
    start(payment_id := opened())
    long_ago = now() - timedelta(days=3)
    deliver(letter(payment_id, occurred_at=long_ago.isoformat()))
    recorded = read_stream(payment_id)[-1]
    assert recorded.effective_at == long_ago
    assert now() - recorded.recorded_at < timedelta(days=1)


def test_a_moment_that_has_not_come_yet_is_not_believed() -> None:
    start(payment_id := opened())
    deliver(letter(payment_id, occurred_at=(now() + timedelta(days=1)).isoformat()))
    assert read_stream(payment_id)[-1].effective_at <= now()
