"""One POST to an address that somebody else chose: checked, pinned, timed, and cut off.

The name is resolved once, every address that it has is judged, and the connection is made to one
of those; so a name that changes its mind in between leads nowhere (DNS rebinding). No redirect is
followed, no proxy of the environment is used, and nothing is sent that was not asked for.
"""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse

from modules.webhooks.domain.addresses import (
    PORTS,
    AddressUnfit,
    Target,
    is_loopback,
    is_public,
    target,
)

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
ANSWER_BYTES = 64 * 1024

# Returns the IP addresses of a name.
type Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status, or the reason why there is none. Time in milliseconds."""

    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    milliseconds: int = 0

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Refused(Exception):
    """The call is not made; the text says why."""


def resolved(host: str, port: int) -> list[str]:
    """Returns the addresses of a name as the system's resolver knows them.

    Raises:
        OSError: it knows none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@cache
def secure_context() -> ssl.SSLContext:
    """Verifies certificates and names, from TLS 1.2 on; reading the authorities takes a while."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How calls are made; tests give it another resolver, and their own idea of what is public."""

    local: bool = False
    resolve: Resolver = resolved
    public: Callable[[str], bool] = is_public
    context: Callable[[], ssl.SSLContext] = secure_context
    ports: Sequence[int] = PORTS
    total_seconds: float = TOTAL_SECONDS

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Sends a message and returns what came of it; whatever goes wrong is an answer too."""
        started = time.monotonic()
        deadline = started + self.total_seconds
        try:
            answer = self._post(
                target(url, local=self.local, ports=self.ports), body, headers, deadline
            )
        except (AddressUnfit, _Refused) as error:
            answer = Answer(error=str(error))
        except ssl.SSLCertVerificationError as error:
            answer = Answer(error=f"The certificate is not valid: {error.verify_message}")
        except (OSError, HTTPException, ValueError) as error:
            late = time.monotonic() >= deadline
            words = f"{type(error).__name__}: {error}"[:300]
            answer = Answer(error=f"No answer in {self.total_seconds:g} s" if late else words)
        milliseconds = round((time.monotonic() - started) * 1000)
        return Answer(
            status=answer.status,
            body=answer.body,
            headers=answer.headers,
            error=answer.error,
            milliseconds=milliseconds,
        )

    def _post(
        self, found: Target, body: bytes, headers: Mapping[str, str], deadline: float
    ) -> Answer:
        plain = self._connected(found, deadline)
        with _cut_off(plain, deadline), plain:
            connection = HTTPConnection(found.host, found.port)
            # Connected already, so that it resolves nothing itself.
            connection.sock = self._secured(plain, found, deadline)
            with connection.sock:
                connection.request("POST", found.path, body, {"Host": found.authority, **headers})
                response = connection.getresponse()
                if time.monotonic() >= deadline:
                    raise TimeoutError("its headers did not end")
                return Answer(
                    status=response.status,
                    body=_read(response),
                    headers={name.lower(): value for name, value in response.getheaders()},
                )

    def _connected(self, found: Target, deadline: float) -> socket.socket:
        """Connects to one of the addresses that were judged.

        Raises:
            _Refused: one of them is not public; then none is called.
            OSError: nobody answers at any of them.
        """
        addresses = self._resolve(found, deadline)
        fit = is_loopback if found.local else self.public
        for each in addresses:
            if not fit(each):
                raise _Refused(f"{found.host} has the address {each}, which is not a public one.")
        until = min(time.monotonic() + CONNECT_SECONDS, deadline)
        failed: OSError = TimeoutError("nobody answers")
        for each in addresses:
            try:
                left = max(until - time.monotonic(), 0.001)
                return socket.create_connection((each, found.port), timeout=left)
            except OSError as error:
                failed = error
        raise failed

    def _resolve(self, found: Target, deadline: float) -> Sequence[str]:
        """Asks the resolver, which knows no time limit of its own, in a thread."""
        outcome: list[Sequence[str] | Exception] = []

        def ask() -> None:
            try:
                outcome.append(self.resolve(found.host, found.port))
            except Exception as error:
                outcome.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(min(CONNECT_SECONDS, max(deadline - time.monotonic(), 0)))
        if not outcome or isinstance(outcome[0], Exception) or not outcome[0]:
            raise _Refused(f"The name {found.host} cannot be resolved.")
        return outcome[0]

    def _secured(self, plain: socket.socket, found: Target, deadline: float) -> socket.socket:
        plain.settimeout(max(deadline - time.monotonic(), 0.001))
        if not found.secure:
            return plain
        return self.context().wrap_socket(plain, server_hostname=found.host)


def _read(response: HTTPResponse) -> bytes:
    """Reads as much as is kept of an answer; the rest is left where it is.

    However the reading ends (cut off, reset), the status has come and counts.
    """
    found = b""
    with suppress(HTTPException, OSError):
        while len(found) < ANSWER_BYTES and (part := response.read1(ANSWER_BYTES - len(found))):
            found += part
    return found


@contextmanager
def _cut_off(plain: socket.socket, deadline: float) -> Iterator[None]:
    """Ends the connection at the deadline, however the other side drips its bytes.

    A socket's own time limit is for each read. TLS takes the socket over, so that it is the same
    connection under another number that is shut.
    """
    double = socket.socket(fileno=os.dup(plain.fileno()))

    def shut() -> None:
        with suppress(OSError):
            double.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        double.close()
