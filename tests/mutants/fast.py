"""Makes the tests of a mutant quick and the same every time; pytest loads it (`-p`).

A mutant is done with at its first failing test. So generated examples come last, a failing one is
not made smaller, and none is kept for the next mutant.
"""

import pytest
from hypothesis import Phase, is_hypothesis_test, settings

settings.register_profile(
    "mutants",
    database=None,
    derandomize=True,
    deadline=None,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests in a fixed order, those with generated examples last."""
    items.sort(key=lambda item: (_generates(item), item.nodeid))


def _generates(item: pytest.Item) -> bool:
    test = getattr(item, "obj", None)
    machine = hasattr(getattr(test, "__self__", None), "settings")
    return machine or is_hypothesis_test(test)
