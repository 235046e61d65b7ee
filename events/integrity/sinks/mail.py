"""Checkpoints by mail: an auditor's mailbox is a host of its own."""

from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from django.core.mail import EmailMessage

from events.integrity.shipping import SinkRefused

DAY_SECONDS = 86_400


class Mail:
    """`mailto:auditor@example.org?every=86400`: one mail a day, or as seldom as `every` says."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.to = unquote(parts.path)
        every = parse_qs(parts.query).get("every", [str(DAY_SECONDS)])[0]
        if "@" not in self.to or not every.isdecimal():
            raise SinkRefused("a mailbox is written mailto:auditor@example.org?every=86400")
        self.every_seconds = int(every)
        self.name = f"mailto:{self.to}"

    def ship(self, size: int, note: str, effect_id: UUID) -> list[tuple[str, str]]:
        """Raises: OSError, smtplib.SMTPException: the mail server took no mail."""
        origin = note.partition("\n")[0]
        message = EmailMessage(
            subject=f"Checkpoint of {origin} at {size} events",
            body=(
                "Keep this. With verify.py and a bundle of the shop's record it shows whether\n"
                f"anything of the first {size} events was changed since.\n\n{note}"
            ),
            to=[self.to],
            headers={
                "Message-ID": f"<{effect_id}@{origin.partition('/')[0]}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach(f"checkpoint-{size}.txt", note, "text/plain")
        message.send()
        return []
