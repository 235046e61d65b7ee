"""A real SMTP server that keeps what it takes, and refuses when it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.servers import free_port
from tests.support.waiting import LIMIT_SECONDS


class Mailbox:
    """What arrived, oldest first; `answer` is what the server says to the next mails."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.mails: list[EmailMessage] = []
        self.answer = ""
        self.answer_to_recipients = ""

    async def handle_RCPT(  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_to_recipients:
            return self.answer_to_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer:
            return self.answer
        self.mails.append(BytesParser(policy=default).parsebytes(cast("bytes", envelope.content)))
        return "250 OK"

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def ids(self) -> list[str]:
        """Returns the mails' Message-IDs; one that comes twice is the same mail, doubled."""
        return [str(mail["Message-ID"]) for mail in self.mails]

    def clear(self) -> None:
        self.mails.clear()
        self.answer = self.answer_to_recipients = ""


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=mailbox.port, ready_timeout=LIMIT_SECONDS
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
