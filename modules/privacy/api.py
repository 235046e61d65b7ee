"""Customers about their own data: a copy of all of it, and its end."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from modules.customers.selectors import confirmed_by_password
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer, NotConfirmed
from modules.privacy.selectors import person_of_account, personal_data
from modules.wire import Body, Called

router = Router(tags=["caller"])


class Deletion(Body):
    """The owner's own word for it."""

    password: str = Field(description="The one that signs in.", max_length=200)


@router.post("/me/data", response=dict[str, Any])
def data(request: Called) -> dict[str, Any]:
    """Give out all that the shop keeps of the signed-in person; never by a mere link."""
    return personal_data(person_of_account(_own_id(request)))


@router.post("/me/erasure", response={204: None})
def erasure(request: Called, body: Deletion) -> HttpResponse:
    """Erase the signed-in person for good; refused while orders are open."""
    account = _own_id(request)
    if not confirmed_by_password(account, body.password):
        raise NotConfirmed("Send the password that this account signs in with.")
    erase_customer(EraseCustomer(subjects=person_of_account(account).subjects))
    return HttpResponse(status=204)


def _own_id(request: Called) -> UUID:
    if request.auth.customer_id is None:
        raise NotConfirmed("Only a person who is signed in has an account to ask about.")
    return request.auth.customer_id
