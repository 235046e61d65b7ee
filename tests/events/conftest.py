"""The sample's tables, and an empty store around tests that commit."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections

from tests.events.sample import ItemCount, ItemCounts, ParcelRow, Seen
from tests.support.store import empty_store


@pytest.fixture(scope="session", autouse=True)
def _sample_tables(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:  # type: ignore[attr-defined]
        for model in (ParcelRow, ItemCount):
            editor.create_model(model)


@pytest.fixture(autouse=True)
def _forget(request: pytest.FixtureRequest) -> Iterator[None]:
    Seen.versions.clear()
    ItemCounts.poisonous.clear()
    marker = request.node.get_closest_marker("django_db")
    if marker is None:
        yield
        return
    if marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        empty()
        yield
        empty()
    else:
        yield


def empty() -> None:
    empty_store()
    ParcelRow.objects.all().delete()
    ItemCount.objects.all().delete()
    connections["default"].close()
