"""Readers, writers, rollbacks and kills in any order: nobody is shown what is out of date.

Two processes read and write beside this one. After each step the model knows what is committed and
answered; every later answer of every process must show that or something newer.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from frontend.caching.front import PageCache
from modules.catalog.models import Product
from tests.caching.asking import Child, Front

pytestmark = pytest.mark.django_db
MOON = "/products/moon/"
# `just caching` plays more of them.
EXAMPLES = int(os.environ.get("COUNTERFOIL_CACHING_CASES", "3"))


def title(number: int) -> str:
    return f"Moon {number} of many"


class Reading(RuleBasedStateMachine):
    """`committed` is the newest title that somebody was told about."""

    pages: PageCache
    children: list[Child]

    def __init__(self) -> None:
        super().__init__()
        self.front = Front(self.pages)
        self.number = 0
        self.open: tuple[Child, str] | None = None
        Product.objects.filter(slug="moon").update(title=title(0))
        self.committed = title(0)

    def next(self) -> str:
        self.number += 1
        return title(self.number)

    def closed(self) -> None:
        """Commits what a child has begun, because its row would make other writers wait."""
        if self.open is not None:
            child, begun = self.open
            child.do(commit=True)
            self.committed, self.open = begun, None

    @rule(number=st.integers(0, 1))
    def another_process_writes(self, number: int) -> None:
        self.closed()
        self.committed = self.next()
        self.children[number].do(title=self.committed)

    @rule()
    def this_process_writes(self) -> None:
        self.closed()
        self.committed = self.next()
        Product.objects.filter(slug="moon").update(title=self.committed)

    @rule(number=st.integers(0, 1))
    def a_write_is_rolled_back(self, number: int) -> None:
        self.closed()
        self.children[number].do(title=self.next(), roll_back=True)

    @rule(number=st.integers(0, 1))
    def a_write_begins(self, number: int) -> None:
        self.closed()
        begun = self.next()
        self.children[number].do(begin=begun)
        self.open = (self.children[number], begun)

    @rule()
    def what_began_is_committed(self) -> None:
        self.closed()

    @rule(number=st.integers(0, 1))
    def a_hook_reads_after_the_commit(self, number: int) -> None:
        """A reader started by `on_commit` runs before the hooks that come later (E2)."""
        self.closed()
        self.committed = self.next()
        seen = self.children[number].do(title=self.committed, read=MOON)
        assert self.committed in seen

    @rule(number=st.integers(0, 1))
    def a_write_commits_while_a_page_is_rendered(self, number: int) -> None:
        """The reader has its rows, the writer commits, the reader keeps its page (E1)."""
        self.closed()
        self.committed = self.next()
        self.children[number].do(during=MOON, title=self.committed)

    @rule(number=st.integers(0, 1))
    def a_writer_is_killed_after_its_commit(self, number: int) -> None:
        """Killed before it could tell anybody: what it wrote is seen all the same (E2b)."""
        self.closed()
        self.committed = self.next()
        self.children[number].send(title=self.committed, die=True)
        with pytest.raises(EOFError):
            self.children[number].answer()
        self.children[number].end()
        self.children[number] = Child()

    @invariant()
    def everybody_sees_what_is_committed(self) -> None:
        wanted = f"<h1>{self.committed}</h1>"
        assert wanted in self.front.get(MOON).text
        for child in self.children:
            # Whoever has a transaction open sees what it wrote itself.
            if self.open is None or self.open[0] is not child:
                assert wanted in child.read(MOON)

    def teardown(self) -> None:
        self.closed()


@pytest.mark.timeout(900 + 60 * EXAMPLES)
def test_nobody_is_ever_shown_what_is_out_of_date(pages: PageCache) -> None:
    children = [Child(), Child()]
    machine = type("Reading", (Reading,), {"pages": pages, "children": children})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=10,
                deadline=None,
                derandomize=EXAMPLES == 3,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        for child in children:
            child.end()
