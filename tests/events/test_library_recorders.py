"""The test cases that the `eventsourcing` library ships for recorders, run against ours."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
)

from events.recorder import LogRecorder, StreamRecorder

pytestmark = pytest.mark.django_db(transaction=True)


class ClosingRecorder(LogRecorder):
    """The library's threads know nothing of Django's connections, so each call closes its own."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        try:
            return super().insert_events(stored_events, **kwargs)
        finally:
            self.close_connection_of_thread()

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        try:
            return super().select_notifications(*args, **kwargs)
        finally:
            self.close_connection_of_thread()

    def close_connection_of_thread(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


class TestStreamRecorder(AggregateRecorderTestCase):
    def create_recorder(self) -> StreamRecorder:
        return StreamRecorder()


class TestLogRecorder(ApplicationRecorderTestCase[LogRecorder]):
    def create_recorder(self) -> LogRecorder:
        return ClosingRecorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


# The library's abstract cases are imported by name and would be collected as tests themselves.
del AggregateRecorderTestCase, ApplicationRecorderTestCase
