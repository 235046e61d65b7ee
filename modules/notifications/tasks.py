"""Sends mails, outside any transaction."""

from uuid import UUID

from events.effects import effect
from events.privacy.sealing import ERASED
from modules.notifications.contracts import SEND, Kind
from modules.notifications.writing import mail


@effect(SEND)
def send(effect_id: UUID, kind: Kind, order_id: UUID, about: UUID, amount_minor: int) -> None:
    message = mail(kind, order_id, about, amount_minor, effect_id)
    # Who was erased since is written to no more.
    if message.to != [ERASED]:
        message.send()
