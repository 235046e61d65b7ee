"""Keys for machines: shown once, kept as a hash, refused alike whatever is wrong with them."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from modules.customers.commands import issue_api_key, revoke_api_key
from modules.customers.contracts import ApiKeyRefused, IssueApiKey, ScopeUnknown
from modules.customers.selectors import api_key, api_keys
from modules.kernel import clock

pytestmark = pytest.mark.django_db

READING = IssueApiKey(name="Warehouse", scopes=("orders:read",))


def test_a_key_opens_what_its_scopes_allow() -> None:
    issued = issue_api_key(READING)
    key = api_key(issued.secret, "orders:read")
    assert (key.id, key.name, key.scopes) == (issued.id, "Warehouse", ("orders:read",))
    with pytest.raises(ApiKeyRefused) as refusal:
        api_key(issued.secret, "stock:write")
    assert refusal.value.fields == {"scope": "stock:write"}


def test_the_secret_is_long_and_stored_nowhere() -> None:
    secret = issue_api_key(READING).secret
    assert len(secret) >= 43
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, ' ') FROM customers_apikey AS k")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT coalesce(string_agg(c::text, ' '), '') FROM es.command AS c")
        stored += cursor.fetchone()[0]
    assert secret not in stored
    assert secret[12:] not in stored


def test_unknown_revoked_and_expired_keys_are_refused_in_the_same_words() -> None:
    revoked = issue_api_key(READING)
    revoke_api_key(revoked.id)
    expiring = issue_api_key(
        IssueApiKey(name="", scopes=(), expires_at=clock.now() + timedelta(days=1))
    )
    assert api_key(expiring.secret).name == ""
    words = set()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        for secret in ("", "cfk_unknown", revoked.secret, expiring.secret, "\x00é"):
            with pytest.raises(ApiKeyRefused) as refusal:
                api_key(secret)
            words.add(refusal.value.message)
    assert len(words) == 1


def test_a_key_revoked_twice_keeps_its_first_end() -> None:
    issued = issue_api_key(READING)
    revoke_api_key(issued.id)
    ended = api_keys()[0].revoked_at
    revoke_api_key(issued.id)
    assert api_keys()[0].revoked_at == ended


def test_a_scope_nobody_knows_is_refused() -> None:
    with pytest.raises(ScopeUnknown):
        issue_api_key(IssueApiKey(name="", scopes=("everything",)))


def test_a_key_is_checked_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    secret = issue_api_key(READING).secret
    with django_assert_num_queries(1):
        api_key(secret, "orders:read")


def test_the_command_line_issues_a_key_that_works() -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "api_key", "Robot", "--scope=orders:read", "--scope=stock:write", stdout=out, stderr=err
    )
    key = api_key(out.getvalue().strip(), "stock:write")
    assert (key.name, key.scopes) == ("Robot", ("orders:read", "stock:write"))
    assert out.getvalue().strip() not in err.getvalue()


@pytest.mark.parametrize("wrong", [["--scope=everything"], [], ["--scope=audit:read", "--days=0"]])
def test_the_command_line_refuses_what_makes_no_key(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("api_key", "Robot", *wrong, stderr=io.StringIO())
