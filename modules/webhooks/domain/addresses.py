"""Which addresses the shop sends to: names of the public internet over https, and nothing else.

An endpoint's address is typed by a person and called by the shop from within its own network, so
that it must never lead to what only the shop can reach (OWASP ASVS 5.0, 1.3.6).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

PORTS = (443, 8443)
LENGTH = 2000
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

# Letters, digits and hyphens: other spellings are where two programs read two different names.
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# What has no other meaning in an address than to be one; RFC 3986 allows no more.
_ADDRESS = re.compile(r"[!-~]+")
# Not all of these are excluded by `is_global`: addresses that hide or reach another one.
_REFUSED = tuple(
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
# All that is routed on the public internet; mapped, translated and local ones lie outside of it.
_GLOBAL_UNICAST = ip_network("2000::/3")


class AddressUnfit(ValueError):
    """The shop does not send to this address; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address taken apart; `host` is in lower case and without brackets."""

    secure: bool
    host: str
    port: int
    path: str
    local: bool

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def target(url: str, *, local: bool = False, ports: Sequence[int] = PORTS) -> Target:
    """Takes an address apart; with `local` this machine may be named too, over http as well.

    Raises:
        AddressUnfit: it is none that the shop sends to.
    """
    if len(url) > LENGTH or not _ADDRESS.fullmatch(url) or "\\" in url:
        raise AddressUnfit(
            f"Write the address in at most {LENGTH} plain characters, without spaces; a name with"
            " other letters is written in its xn-- form."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressUnfit("The address cannot be read: its host or port is malformed.") from None
    if "@" in parts.netloc:
        raise AddressUnfit("The address may not hold a user name or password.")
    if parts.fragment or "#" in url:
        raise AddressUnfit("The address may not end in a fragment (#...).")
    here = local and parts.netloc.lower().removesuffix(f":{port}") in LOCAL_HOSTS
    if parts.scheme.lower() != "https" and not (here and parts.scheme.lower() == "http"):
        raise AddressUnfit("The address begins with https://.")
    secure = parts.scheme.lower() == "https"
    host = (parts.hostname or "").lower()
    if not here:
        _check_name("" if "[" in parts.netloc else host)
    port = port if port is not None else (443 if secure else 80)
    if not here and port not in ports:
        raise AddressUnfit(f"The port is one of {', '.join(map(str, ports))}.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=secure, host=host, port=port, path=path, local=here)


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise AddressUnfit("The address names a host of the internet, such as hooks.example.com.")
    # By whatever number an address is written (decimal, octal, hexadecimal), its last part is one.
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        raise AddressUnfit("Name the host: a numeric address is not accepted.")


def is_public(address: str) -> bool:
    """Tells whether an IP address, as the resolver gives it, is one of the public internet."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (found.scope_id or found not in _GLOBAL_UNICAST):
        return False
    if any(found.version == each.version and found in each for each in _REFUSED):
        return False
    return found.is_global and not found.is_multicast


def is_loopback(address: str) -> bool:
    """Tells whether an IP address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
