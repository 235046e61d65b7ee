"""Signing in, signing up and what belongs to it, in the look of the shop."""

import pytest
from django.test import Client

from modules.customers.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.frontend.shell.account_urls")]


def html(path: str, client: Client | None = None) -> str:
    response = (client or Client()).get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/bad-key/",
        "/accounts/password/reset/key/done/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/bad-key/",
        "/accounts/inactive/",
    ],
)
def test_a_visitor_page_wears_the_shops_frame(path: str) -> None:
    text = html(path)
    assert text.count("<h1>") == 1
    assert 'class="entrance"' in text
    assert "site-footer" in text


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/change/"])
def test_a_customer_page_has_the_account_navigation(path: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada@example.com", "a-long-passphrase"))
    assert 'class="account-nav"' in html(path, client)


def test_a_wrong_password_is_answered_by_a_summary_that_names_no_account() -> None:
    User.objects.create_user("ada@example.com", "a-long-passphrase")
    answers = []
    for email in ("ada@example.com", "nobody@example.com"):
        response = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        text = response.content.decode()
        assert "error-summary" in text
        answers.append(text.split("error-summary")[1].split("</ul>")[0])
    assert answers[0] == answers[1]


def test_the_way_back_survives_signing_in() -> None:
    assert 'value="/checkout/"' in html("/accounts/login/?next=/checkout/")
