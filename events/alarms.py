"""What somebody has to hear of: by mail, once for each thing, and on the desks while it stands.

A mail names what is wrong and where to look; what people wrote or bought stays in the database.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from events.database import fetch
from events.effects import ALARM, effect
from events.outbox import emit
from events.turns import require_turn

MAIL = ALARM
# About a day, for as long as a mail server may be out.
ATTEMPTS = 100
PAGE = "/auditor/projections/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What stands now: streams that a read model could not fold, and cells that drifted."""

    parked: int
    drifted: int

    def __bool__(self) -> bool:
        return bool(self.parked or self.drifted)


def standing() -> Alarms:
    """Returns what stands at this moment; one query on two tables that are empty in good times."""
    parked, drifted = fetch(
        "SELECT (SELECT count(*) FROM es.dead), (SELECT count(*) FROM es.drift)"
    )[0]
    return Alarms(parked=parked, drifted=drifted)


def raise_alarm(key: str, subject: str, text: str) -> None:
    """Has the operators told by mail, in the caller's transaction; of one `key` once for ever.

    Raises:
        NotInTransaction: there is no transaction that the alarm could depend on.
    """
    emit(MAIL, key=key, subject=subject, text=text)


@effect(MAIL, max_attempts=ATTEMPTS)
def mail_alarm(effect_id: UUID, subject: str, text: str, page: str = PAGE) -> None:
    """Sends one alarm. Raises: OSError, smtplib.SMTPException: the mail server took no mail."""
    message = EmailMessage(
        subject=f"[{settings.SHOP_NAME}] {subject}",
        body=f"{text}\n\nLook at {settings.PUBLIC_URL}{page}\n",
        to=[settings.ALARM_MAIL],
        headers={"Message-ID": message_id(effect_id), "Auto-Submitted": "auto-generated"},
    )
    require_turn()
    message.send()


def message_id(effect_id: UUID) -> str:
    """Returns a mail's Message-ID: the same at each attempt, so that a doubled one is known."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{effect_id}@{host}>"
