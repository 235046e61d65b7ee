"""Staff read every mail as customers get it, in every language."""

import pytest
from django.test import Client

from modules.notifications.contracts import Kind
from modules.notifications.selectors import KINDS, LANGUAGES, mail_preview
from tests.frontend.staff.people import text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_in_every_language(staff: Client, kind: Kind) -> None:
    for language in LANGUAGES:
        words = text(staff.get(f"/staff/mails/?kind={kind}&language={language}"))
        assert mail_preview(kind, language).subject in words
        page = staff.get(f"/staff/mails/{kind}/{language}/").content.decode()
        assert f'<html lang="{language}">' in page


@pytest.mark.parametrize("path", ["?kind=nonsense", "?language=xx", "refunded/xx/", "no/en/"])
def test_what_there_is_not_is_not_found(staff: Client, path: str) -> None:
    assert staff.get(f"/staff/mails/{path}").status_code == 404
