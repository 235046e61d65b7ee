"""Sends mails, outside any transaction."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from uuid import UUID

from events.effects import effect
from events.privacy.sealing import ERASED
from events.turns import require_turn
from modules.notifications.contracts import REMIND, SEND, Kind, MailRefused
from modules.notifications.letters import Letter
from modules.notifications.writing import mail
from modules.orders.selectors import order_detail, payable_minor

# With pauses of 15 minutes at most: about a day, for as long as a mail server may be out.
ATTEMPTS = 100
# From here on a reply code of SMTP says that trying again is pointless (RFC 5321, 4.2.1).
PERMANENT = 500


@effect(SEND, max_attempts=ATTEMPTS)
def send(effect_id: UUID, kind: Kind, order_id: UUID, about: UUID, amount_minor: int) -> None:
    hand_over(mail(kind, order_id, about, amount_minor, effect_id))


@effect(REMIND, max_attempts=ATTEMPTS)
def remind(effect_id: UUID, order_id: UUID) -> None:
    """Writes to whoever has not paid yet; an order that went on or ended meanwhile is quiet."""
    open_minor = payable_minor(order_id)
    if open_minor and order_detail(order_id).status == "placed":
        hand_over(mail("payment-reminder", order_id, order_id, open_minor, effect_id))


def hand_over(message: Letter) -> None:
    """Gives a mail to the mail server, unless another attempt is at it by now.

    Raises:
        MailRefused: the server refused it for good.
        OSError, smtplib.SMTPException: it did not take it this time.
    """
    # Who was erased since is written to no more.
    if message.to == [ERASED]:
        return
    require_turn()
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        replies = list(error.recipients.values())
        if all(code >= PERMANENT for code, _ in replies):
            raise refusal(*replies[0]) from error
        raise
    except (SMTPSenderRefused, SMTPDataError) as error:
        if error.smtp_code >= PERMANENT:
            raise refusal(error.smtp_code, error.smtp_error) from error
        raise


def refusal(code: int, words: bytes | str) -> MailRefused:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return MailRefused(f"the mail server refused the mail for good: {code} {said}")
