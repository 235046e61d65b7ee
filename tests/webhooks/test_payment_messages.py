"""Whatever a provider does to a payment, messages tell its status: setbacks and disputes too."""

import msgspec
from hypothesis import settings
from hypothesis.stateful import invariant

from events import codec, registry
from modules.payments.selectors import totals_from
from modules.webhooks.domain.making import data_of, type_of
from modules.webhooks.domain.messages import DATA
from tests.payments.story import REFERENCE
from tests.payments.test_machine import Lives
from tests.webhooks.consumer import Payment, fold_payment, payment_status


class Told(Lives):
    """The payments' own machine, with somebody beside it who knows the messages alone."""

    def __init__(self) -> None:
        super().__init__()
        self.known = Payment()
        self.heard = 0

    @invariant()
    def who_has_the_messages_alone_knows_the_status(self) -> None:
        events = list(self.payment.pending_events)
        for event in events[self.heard :]:
            name = type_of(registry.topic_of(type(event)))  # type: ignore[arg-type]
            if name in DATA:
                fields = msgspec.to_builtins(codec.own_fields(event))  # type: ignore[arg-type]
                data = data_of(name, fields, self.payment.id, event.originator_version)
                fold_payment(self.known, name.partition(".")[2], msgspec.to_builtins(data))
        self.heard = len(events)
        told = totals_from(REFERENCE, [self.payment.state]).status
        assert payment_status([self.known]) == told


TestFromMessages = Told.TestCase
TestFromMessages.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
