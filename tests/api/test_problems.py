"""Every refusal has a page, and every page says what happened and what to do."""

import pytest
from django.test import Client

from config.problems import CODES, STATUSES, status_of
from frontend.problems.catalogue import explanations, refusals
from modules.kernel.errors import DomainError

KNOWN = sorted(explanations())


@pytest.mark.django_db
@pytest.mark.parametrize("code", KNOWN)
def test_every_problem_has_a_page(code: str) -> None:
    page = Client().get(f"/problems/{code}")
    assert page.status_code == 200
    assert "What happened" in page.content.decode()


@pytest.mark.django_db
def test_the_list_links_to_every_problem() -> None:
    page = Client().get("/problems/").content.decode()
    assert all(f"/problems/{code}" in page for code in KNOWN)


@pytest.mark.django_db
def test_a_problem_that_nobody_knows_has_no_page() -> None:
    assert Client().get("/problems/no-such-problem").status_code == 404


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    shipped = [each for each in explanations().values() if not each.origin.startswith("tests.")]
    for explanation in shipped:
        assert len(explanation.meaning) > 20, explanation.code
        assert len(explanation.advice) > 20, explanation.code


def test_no_two_refusals_share_a_code() -> None:
    found = [
        error
        for error in refusals(DomainError)
        if "code" in error.__dict__ and not error.__module__.startswith("frontend.")
    ]
    by_code = {error.code: error for error in found}
    assert [error for error in found if by_code[error.code].__name__ != error.__name__] == []


def test_every_refusal_is_of_one_of_the_four_kinds_or_our_own_mistake() -> None:
    for error in refusals(DomainError):
        kinds = [kind for kind in STATUSES if issubclass(error, kind)]
        assert len(kinds) <= 1
        assert status_of(error("no")) in {*STATUSES.values(), 429, 500}


def test_every_status_without_a_refusal_has_a_page_too() -> None:
    assert set(CODES.values()) <= set(KNOWN)
