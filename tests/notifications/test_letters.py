"""Letters: mails like Django's own, whatever their headers are made by."""

from email.policy import SMTP, default

import pytest
from django.core.mail import EmailMultiAlternatives

from modules.notifications.letters import Letter

HEADERS = {
    "Message-ID": "<one@shop.example>",
    "Date": "Mon, 02 Mar 2026 10:00:00 +0000",
    "Auto-Submitted": "auto-generated",
}


def parts(kind: type[EmailMultiAlternatives], smtp: bool) -> list[bytes]:
    """Returns a mail as it is sent, its boundary aside, which is drawn for each."""
    sender = "Zoés Bilder <zoe@zoé.example>"
    mail = kind("Merci, Zoé", "Ça y est.\n" * 3, sender, ["Ada <ada@example.org>"])
    mail.extra_headers = dict(HEADERS)
    mail.attach_alternative("<p>Ça y est.</p>", "text/html")
    made = mail.message(policy=SMTP if smtp else default)
    return made.as_bytes().split(f"{made.get_boundary()}".encode())


@pytest.mark.parametrize("smtp", [False, True])
def test_a_letter_is_written_as_any_mail_is(smtp: bool) -> None:
    # Twice, because the second one meets what the first has made.
    assert [parts(Letter, smtp), parts(Letter, smtp)] == [parts(EmailMultiAlternatives, smtp)] * 2
