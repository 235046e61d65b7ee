"""The environment is judged as a whole, before anything starts."""

import json
import os
import subprocess
import sys

import pytest

from config.environment import EnvironmentRefused, read_environment

SELLER = """{"name": "Shop", "line1": "1 Quay", "postcode": "69001", "city": "Lyon",
"country": "FR", "vat_id": "FR61954506077", "email": "books@shop.example"}"""
PRODUCTION = {
    "MODE": "production",
    "DATABASE_URL": "postgresql://shop:hidden@db.internal/shop",
    "REDIS_URL": "redis://cache.internal:6379/0",
    "SECRET_KEY": "k" * 50,
    "PII_KEY": "k" * 43,
    "ERASURE_DIRECTORY": "/srv/erasures",
    "PUBLIC_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
    "MAIL_URL": "smtp://shop:hidden@mail.internal:587",
    "MAIL_FROM": "Shop <orders@shop.example>",
    "CHECKPOINT_SINKS": "mailto:auditor@shop.example",
    "INVOICE_SELLER": SELLER,
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name not in ("PATH", "HOME"):
            monkeypatch.delenv(name)


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentRefused) as caught:
        read_environment()
    return {problem.variable: str(problem) for problem in caught.value.problems}


def test_an_empty_environment_is_the_demo_shop() -> None:
    found = read_environment()
    assert found.mode == "demo"
    assert found.database_url == ""
    assert found.origin == "http://127.0.0.1:8000"


def test_empty_variables_count_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert read_environment().port == 8000


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("Shop, Lyon", "is not JSON"),
        ('["Shop"]', "is not a JSON object of texts"),
        ('{"name": 5}', "is not a JSON object of texts"),
        (SELLER.replace("city", "town"), "has what no invoice shows: town"),
        ('{"name": "Shop"}', "lacks line1, postcode, city, country, vat_id, email"),
    ],
)
def test_a_seller_that_no_invoice_could_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, said: str, complaint: str
) -> None:
    assert complaint in refused(monkeypatch, INVOICE_SELLER=said)["INVOICE_SELLER"]


def test_invoices_name_the_seller_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_SELLER", SELLER)
    seller = read_environment().seller
    assert (seller["name"], seller["iban"]) == ("Shop", "")


def test_all_malformed_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(
        monkeypatch,
        DATABASE_URL="mysql://u:hidden@h/d",
        REDIS_URL="redis://h:notaport/0",
        PORT="eighty",
        PUBLIC_URL="https://shop.example/some/path",
        DEBUG="perhaps",
        MODE="staging",
    )
    assert set(problems) == {"DATABASE_URL", "REDIS_URL", "PORT", "PUBLIC_URL", "DEBUG", "MODE"}


def test_each_complaint_says_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(monkeypatch, DATABASE_URL="mysql://u:hidden@h/d", PORT="0")
    assert "does not start with postgresql://" in problems["DATABASE_URL"]
    assert "'0'" in problems["PORT"]
    assert "Port of pages" in problems["PORT"]


def test_no_complaint_repeats_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(monkeypatch, DATABASE_URL="mysql://u:hidden@h/d", MAIL_URL="hidden")
    assert "hidden" not in "".join(problems.values())


def test_a_complete_production_environment_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    assert read_environment().mode == "production"


def test_production_names_every_demo_default_left(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(monkeypatch, MODE="production")
    assert set(problems) == set(PRODUCTION) - {"MODE"}


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"MODE"}))
def test_production_refuses_one_missing_variable(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert set(refused(monkeypatch, **{**PRODUCTION, name: ""})) == {name}


def test_production_reports_malformed_and_missing_together(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = refused(monkeypatch, **{**PRODUCTION, "PORT": "many", "SECRET_KEY": "short"})
    assert set(problems) == {"PORT", "SECRET_KEY"}


def test_production_refuses_debug_and_local_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {"DEBUG": "yes", "PUBLIC_URL": "https://127.0.0.1", "ALLOWED_HOSTS": "localhost"}
    problems = refused(monkeypatch, **{**PRODUCTION, **local})
    assert set(problems) == set(local)


def test_stripe_is_switched_on_by_a_key_of_stripes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = refused(monkeypatch, STRIPE_SECRET_KEY="pk_live_published")
    assert "sk_ or rk_" in refusals["STRIPE_SECRET_KEY"]


def test_stripe_in_production_needs_the_secret_of_its_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusals = refused(monkeypatch, **PRODUCTION, STRIPE_SECRET_KEY="sk_live_1")
    assert list(refusals) == ["STRIPE_WEBHOOK_SECRETS"]
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "whsec_new, whsec_old")
    assert read_environment().stripe_secrets == ("whsec_new", "whsec_old")


@pytest.mark.parametrize(
    ("key", "providers", "forms_lead_to"),
    [
        ("", ["TestBank", "Invoice", "GiftCardPayment"], ["'self'"]),
        (
            "sk_test_1",
            ["Stripe", "TestBank", "Invoice", "GiftCardPayment"],
            ["'self'", "https://checkout.stripe.com"],
        ),
        (
            "sk_live_1",
            ["Stripe", "Invoice", "GiftCardPayment"],
            ["'self'", "https://checkout.stripe.com"],
        ),
    ],
)
def test_the_key_decides_who_takes_money_and_where_forms_may_lead(
    key: str, providers: list[str], forms_lead_to: list[str]
) -> None:
    script = (
        "import json; from config import settings as s; print(json.dumps("
        "[[p.rpartition('.')[2] for p in s.PAYMENT_PROVIDERS], s.SECURE_CSP['form-action']]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "STRIPE_SECRET_KEY": key},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [providers, forms_lead_to]
