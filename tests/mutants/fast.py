"""Makes the tests of a mutant quick and the same every time; pytest loads it (`-p`).

A mutant is done with at its first failing test. So generated examples come last, a failing one is
not made smaller, and none is kept for the next mutant. Tests that need a database are left out,
whether they say so themselves or only by a fixture.
"""

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, settings

DATABASE = frozenset({"db", "transactional_db", "django_db_setup"})

settings.register_profile(
    "mutants",
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("mutants")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the tests in a fixed order, those with generated examples last, without a database."""
    left_out = [item for item in items if _needs_a_database(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(
        (item for item in items if item not in left_out),
        key=lambda item: (generates(item), item.nodeid),
    )


def _needs_a_database(item: pytest.Item) -> bool:
    return not DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def generates(item: pytest.Item) -> bool:
    """Tells whether a test makes its own examples."""
    test = getattr(item, "obj", None)
    machine = hasattr(getattr(test, "__self__", None), "settings")
    return machine or is_hypothesis_test(test)
