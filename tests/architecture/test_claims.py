"""Every acceptance scenario has a test that is named after its claim."""

from tests.architecture.claims import LIST, NUMBERS, shown, written


def test_every_numbered_scenario_is_shown_by_a_test_named_after_it() -> None:
    assert {number for number, _ in shown()} == NUMBERS


def test_the_list_of_scenarios_names_the_tests_that_there_are() -> None:
    assert LIST.read_text() == written(), "run `just claims`"
