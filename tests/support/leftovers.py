"""What a test committed to the event store goes with it; pytest loads this (`-p`).

pytest-django empties Django's own tables after a test that commits, and knows nothing of the event
store beside them. What stays there would be met by whichever test comes next.
"""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.support.store import empty_what_is_left

COMMITTING = {"transactional_db", "live_server"}


def commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    marked = marker is not None and marker.kwargs.get("transaction", False)
    return bool(marked) or not COMMITTING.isdisjoint(request.fixturenames)


@pytest.fixture(autouse=True)
def _nothing_left_in_the_store(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if not commits(request):
        return
    blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        empty_what_is_left()
