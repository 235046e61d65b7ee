"""Which providers are switched on, from `settings.PAYMENT_PROVIDERS`."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from modules.payments.contracts import ProviderUnknown
from modules.payments.domain.provider import Gateway


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


@cache
def _load(paths: tuple[str, ...]) -> tuple[Gateway, ...]:
    return tuple(import_string(path)() for path in paths)
