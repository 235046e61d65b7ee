"""Random lives of one payment: whatever is asked and reported, the sums hold after each step."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import hypothesis.strategies as st
import msgspec
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from modules.kernel.errors import DomainError
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind, fold, release_id
from tests.payments.story import REFERENCE
from tests.support.given import AN_ID

AMOUNT = 1_000
SMALL = st.integers(0, 4)
AMOUNTS = st.integers(-1, AMOUNT + 1) | st.just(AMOUNT // 2)


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.payment = Payment.request(
            AN_ID,
            reference=REFERENCE,
            description="",
            provider="testbank",
            amount_minor=AMOUNT,
            currency="EUR",
        )
        self.said: list[Report] = []

    def attempt(self, step: Callable[[], object]) -> None:
        before = msgspec.json.encode(self.payment.state)
        with suppress(DomainError):
            step()
            return
        assert msgspec.json.encode(self.payment.state) == before, "a refusal changes nothing"

    def report(self, said: Report) -> None:
        self.said.append(said)
        fold(self.payment, said)

    @rule(number=SMALL)
    def start(self, number: int) -> None:
        self.attempt(lambda: self.payment.start(UUID(int=100 + number)))

    @rule(number=SMALL, amount=AMOUNTS | st.none())
    def request_capture(self, number: int, amount: int | None) -> None:
        self.attempt(lambda: self.payment.request_capture(UUID(int=200 + number), amount))

    @rule(number=SMALL, amount=AMOUNTS)
    def request_refund(self, number: int, amount: int) -> None:
        self.attempt(lambda: self.payment.request_refund(UUID(int=300 + number), amount, "why"))

    @rule(expired=st.booleans())
    def request_void(self, expired: bool) -> None:
        self.attempt(lambda: self.payment.request_void("why", expired=expired))

    @rule(
        kind=st.sampled_from(["challenged", "authorised", "declined", "failed"]),
        number=SMALL,
        amount=st.just(AMOUNT) | AMOUNTS,
    )
    def report_attempt(self, kind: ReportKind, number: int, amount: int) -> None:
        self.report(
            Report(
                kind=kind,
                payment_id=AN_ID,
                attempt_id=UUID(int=100 + number),
                amount_minor=amount,
                currency="EUR",
            )
        )

    @rule(data=st.data(), works=st.booleans(), honest=st.booleans())
    def report_operation(self, data: st.DataObject, works: bool, honest: bool) -> None:
        state = self.payment.state
        kinds: dict[UUID, tuple[ReportKind, ReportKind, int | None]] = {}
        kinds |= {c.id: ("captured", "capture-failed", c.amount_minor) for c in state.captures}
        kinds |= {r.id: ("refunded", "refund-failed", r.amount_minor) for r in state.refunds}
        kinds |= {v.id: ("voided", "void-failed", None) for v in state.voids}
        kinds |= {release_id(a): ("voided", "void-failed", None) for a in state.attempts}
        if not kinds:
            return
        operation_id = data.draw(st.sampled_from(sorted(kinds)))
        good, bad, amount = kinds[operation_id]
        self.report(
            Report(
                kind=good if works else bad,
                payment_id=AN_ID,
                operation_id=operation_id,
                amount_minor=amount if honest or amount is None else amount + 1,
                currency="EUR" if honest else "USD",
            )
        )

    @rule(data=st.data(), unasked=st.booleans(), amount=AMOUNTS)
    def report_a_refund_that_came_back(
        self, data: st.DataObject, unasked: bool, amount: int
    ) -> None:
        known = {each.id: each.amount_minor for each in self.payment.state.refunds}
        strange = unasked or not known
        refund_id = UUID(int=400) if strange else data.draw(st.sampled_from(sorted(known)))
        kinds: tuple[ReportKind, ...] = ("refunded", "refund-reversed")
        for kind in data.draw(st.permutations(kinds)):
            self.report(
                Report(
                    kind=kind,
                    payment_id=AN_ID,
                    operation_id=refund_id,
                    amount_minor=known.get(refund_id, amount),
                    currency="EUR",
                    unasked=unasked,
                )
            )

    @rule(
        kind=st.sampled_from(["disputed", "dispute-won", "dispute-lost"]),
        number=SMALL,
        amount=AMOUNTS,
    )
    def report_a_dispute(self, kind: ReportKind, number: int, amount: int) -> None:
        self.report(
            Report(
                kind=kind,
                payment_id=AN_ID,
                operation_id=UUID(int=500 + number),
                amount_minor=amount,
                currency="EUR",
            )
        )

    @rule(kind=st.sampled_from(["lapsed", "adjusted"]), number=SMALL, amount=AMOUNTS)
    def report_the_authorisation(self, kind: ReportKind, number: int, amount: int) -> None:
        self.report(
            Report(
                kind=kind,
                payment_id=AN_ID,
                attempt_id=UUID(int=100 + number),
                amount_minor=amount,
                currency="EUR",
                occurred_at=datetime(2026, 3, 1, 12, number, tzinfo=UTC),
            )
        )

    @rule(data=st.data())
    def repeat_anything(self, data: st.DataObject) -> None:
        if self.said:
            fold(self.payment, data.draw(st.sampled_from(self.said)))

    @invariant()
    def money_is_never_made(self) -> None:
        state = self.payment.state
        gone = state.refunded_minor + state.charged_back_minor
        assert 0 <= gone <= state.captured_minor <= state.authorised_minor <= AMOUNT
        assert state.refunded_minor >= 0
        assert state.charged_back_minor >= 0
        assert state.refundable_minor >= 0
        assert state.open_minor >= 0
        taken = state.captured_minor + state.pending_captures_minor
        given_up = state.voided_minor + state.lapsed_minor
        assert taken + given_up + state.open_minor == state.authorised_minor

    @invariant()
    def one_attempt_counts_and_one_is_in_the_air(self) -> None:
        statuses = [attempt.status for attempt in self.payment.state.attempts]
        assert statuses.count("authorised") <= 1
        assert statuses.count("started") + statuses.count("challenged") <= 1

    @invariant()
    def history_is_the_state(self) -> None:
        again = Payment.fold(AN_ID, self.payment.pending_events)  # type: ignore[arg-type]
        assert again.state == self.payment.state


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
