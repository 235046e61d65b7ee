"""A mail is written in the language of the order's invoice, and every language says the same."""

import re

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from pytest_django.fixtures import Settings

from events.relay import drain
from modules.notifications.contracts import Kind, Language
from modules.notifications.selectors import KINDS, LANGUAGES, mail_preview
from tests.support.servers import ROOT
from tests.support.trade import buy

VARIABLE = re.compile(r"\{[{%].*?[}%]\}")
SUBJECTS = {
    "de": "Ihre Bestellung {} ist eingegangen",
    "en": "We have your order {}",
    "fr": "Nous avons votre commande {}",
}
AMOUNTS = {"de": "76,56 €", "en": "€76.56", "fr": "76,56 €"}


def source(kind: Kind, language: Language) -> str:
    folder = ROOT / "modules" / "notifications" / "templates" / "notifications"
    return (folder / language / f"{kind}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_the_same_in_every_language(kind: Kind) -> None:
    said = {language: set(VARIABLE.findall(source(kind, language))) for language in LANGUAGES}
    assert said["de"] == said["en"] == said["fr"]
    assert len({source(kind, language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_a_subject_a_greeting_and_an_address(kind: Kind, language: Language) -> None:
    found = mail_preview(kind, language)
    assert "AB12-CD34" in found.subject
    assert "\n" not in found.subject
    assert "Camille Example" in found.text
    assert "/orders/example/" in found.text
    assert f'<html lang="{language}">' in found.html
    assert "{{" not in found.html


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_is_confirmed_in_the_language_of_its_invoice(
    settings: Settings, language: Language
) -> None:
    settings.INVOICE_LANGUAGES = {"FR": language}
    placed = buy(prints=2, cards=1)
    drain()
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    assert message.subject == SUBJECTS[language].format(placed.number)
    assert AMOUNTS[language] in " ".join(str(message.body).split("\N{NO-BREAK SPACE}"))
    assert message.extra_headers["Content-Language"] == language
