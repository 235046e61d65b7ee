"""Which providers are switched on, from `settings.PAYMENT_PROVIDERS`.

They are loaded by name, so that the verbs and questions of this module depend on the interface and
on none of the providers behind it.
"""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from modules.payments.contracts import BankSessionNotFound, ProviderUnknown
from modules.payments.domain.provider import Gateway, PretendBank, Settling
from modules.payments.measuring import observed


def gateways() -> tuple[Gateway, ...]:
    """Returns the providers in the order in which checkout shows them."""
    return _load(tuple(settings.PAYMENT_PROVIDERS))


def gateway(code: str) -> Gateway:
    """Returns the provider of this code.

    Raises:
        ProviderUnknown: none is switched on under it.
    """
    for each in gateways():
        if each.code == code:
            return each
    raise ProviderUnknown(f"There is no way to pay called {code!r}.", provider=code)


def settling() -> tuple[Settling, ...]:
    """Returns the providers that show their own books."""
    return tuple(cast("Settling", each) for each in gateways() if hasattr(each, "settlements"))


def pretend_bank() -> PretendBank:
    """Returns the test bank.

    Raises:
        BankSessionNotFound: this shop does not have it switched on.
    """
    for each in gateways():
        if each.code == "testbank":
            return cast("PretendBank", each)
    raise BankSessionNotFound("This shop has no test bank.")


@cache
def _load(paths: tuple[str, ...]) -> tuple[Gateway, ...]:
    return tuple(observed(import_string(path)()) for path in paths)
