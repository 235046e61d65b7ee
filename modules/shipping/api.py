"""Delivery over HTTP: where the shop ships to; what it costs is in a basket's review."""

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from modules.shipping import selectors
from modules.shipping.contracts import Country
from modules.wire import Reply

router = Router(tags=["delivery"])


class CountryReply(Reply):
    """A country the shop ships to."""

    code: str = Field(description="ISO 3166-1 alpha-2.", examples=["FR"])
    name: str = Field(description="In English.", examples=["France"])
    postcode_pattern: str = Field(
        description="Regular expression; empty: not checked.", examples=["[0-9]{5}"]
    )
    postcode_example: str = Field(description="A postcode as it looks there.", examples=["69002"])


@router.get("/countries", response=list[CountryReply])
def countries(request: HttpRequest) -> tuple[Country, ...]:
    """List the countries the shop ships to."""
    return selectors.countries()
