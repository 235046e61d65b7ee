"""Tickets: a page lets its own reader into a live stream, which may have an origin of its own.

A stream's address is all that it is authorised by, because no cookie goes to another origin. So the
page, which knows who reads it, signs for whom and for what. Each connection asks anew whether they
still have the role and the password of then; what a ticket opens stays readable for some hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from events.context import current_context
from modules.customers.selectors import has_role
from modules.kernel.errors import Forbidden

SALT = "counterfoil.live"
# Longer than anybody looks on without opening the page anew, shorter than a day's work.
MAXIMUM_SECONDS = 4 * 60 * 60


class TicketRefused(Forbidden):
    """The address of a stream is not (any more) one that a page of this reader signed."""

    code = "ticket-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """For whom (`auditor:<id>`) and for what: the question of a log, the id of a run."""

    actor: str
    subject: str
    position: int


def live_address(request: HttpRequest, route: str, subject: str, *, position: int = 0) -> str:
    """Returns the address of a stream for whoever reads this page, in the role of the page."""
    signed = signing.dumps(
        {
            "actor": current_context().actor,
            "subject": subject,
            "position": position,
            "mark": mark(request.user.get_session_auth_hash()),  # type: ignore[union-attr]
        },
        salt=f"{SALT}.{route}",
        compress=True,
    )
    return f"{settings.LIVE_URL}{reverse(route, args=[signed])}"


def admitted(route: str, signed: str) -> Ticket:
    """Returns a ticket for a route.

    Raises:
        TicketRefused: nobody signed it, it is too old, or its owner lost the role meanwhile.
    """
    try:
        found: Mapping[str, str | int] = signing.loads(
            signed, salt=f"{SALT}.{route}", max_age=MAXIMUM_SECONDS
        )
    except signing.BadSignature:
        raise refused() from None
    role, _, identifier = str(found["actor"]).partition(":")
    user = get_user_model().objects.filter(pk=UUID(identifier)).first()
    if user is None or not has_role(user, role):
        raise refused()
    if not constant_time_compare(mark(user.get_session_auth_hash()), str(found["mark"])):
        raise refused()
    return Ticket(
        actor=str(found["actor"]), subject=str(found["subject"]), position=int(found["position"])
    )


def mark(session_hash: str) -> str:
    """Returns what changes with somebody's password, and tells nothing of it."""
    return salted_hmac(SALT, session_hash, algorithm="sha256").hexdigest()[:20]


def refused() -> TicketRefused:
    return TicketRefused("This live address is no longer valid: open its page anew.")
