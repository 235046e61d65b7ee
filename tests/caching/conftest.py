"""A shop whose writes are committed, opened once a module, and processes that read it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from pytest_django.plugin import DjangoDbBlocker

from frontend.caching.front import PageCache
from tests.caching.asking import Child, Front
from tests.support.trade import forget_everything, open_shop


@pytest.fixture
def _django_db_helper() -> None:
    """Opens no transaction around a test and empties no table after it, as pytest-django would.

    What is not committed no other process sees, and emptying all tables takes longer than a test.
    """


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        forget_everything()
        open_shop()
        yield
        forget_everything()


@pytest.fixture
def pages(shop: None) -> PageCache:
    cache.clear()
    return PageCache(get_wsgi_application(), 10_000_000)


@pytest.fixture
def front(pages: PageCache) -> Front:
    return Front(pages)


@pytest.fixture(scope="module")
def other(shop: None) -> Iterator[Child]:
    """A second process; the module's tests share it, because it takes seconds to start."""
    child = Child()
    yield child
    child.end()
