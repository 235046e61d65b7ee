"""One call to a stranger: pinned to what was checked, timed, cut off, and led nowhere else."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from modules.webhooks.gateways.http import ANSWER_BYTES, Answer, Sender
from tests.support.certificates import Authority
from tests.support.receiver import Receiver, Reply, receiver

HOST = "hooks.example.com"


def sender(authority: Authority, port: int, **changed: object) -> Sender:
    """A sender for which this machine's own address is a public one of the host's."""
    settings: dict[str, object] = {
        "resolve": lambda host, port: ["127.0.0.1"],
        "public": lambda address: address == "127.0.0.1",
        "context": authority.trusted,
        "ports": (port,),
        **changed,
    }
    return Sender(**settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@contextmanager
def secured(authority: Authority, name: str = HOST) -> Iterator[tuple[Receiver, int, list[str]]]:
    """A receiver behind TLS, its port, and the names that were asked for."""
    asked: list[str] = []
    context = authority.server(name)
    context.sni_callback = lambda tls, host, _: asked.append(host or "")
    with receiver(context) as found:
        yield found, int(found.url.split(":")[2].split("/")[0]), asked


def call(authority: Authority, port: int, **changed: object) -> Answer:
    return sender(authority, port, **changed).post(f"https://{HOST}:{port}/in", b"{}", {"a": "b"})


def test_a_call_goes_to_the_checked_address_under_the_name(authority: Authority) -> None:
    with secured(authority) as (system, port, asked):
        answer = call(authority, port)
        assert answer.accepted, answer
        assert asked == [HOST]
        assert system.received[0].headers["host"] == f"{HOST}:{port}"


def test_a_certificate_of_another_name_is_refused(authority: Authority) -> None:
    with secured(authority, "other.example.com") as (system, port, _):
        answer = call(authority, port)
    assert (answer.status, system.received) == (None, [])
    assert "certificate" in answer.error


def test_a_certificate_that_nobody_vouches_for_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    with secured(Authority(tmp_path)) as (system, port, _):
        assert call(authority, port).status is None
        assert system.received == []


def test_a_name_that_changes_its_mind_is_asked_once(authority: Authority) -> None:
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with secured(authority) as (system, port, _):
        assert call(authority, port, resolve=rebinding).accepted
        assert "which is not a public one" in call(authority, port, resolve=rebinding).error
        assert (len(asked), len(system.received)) == (2, 1)


@pytest.mark.parametrize("inside", ["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::1"])
def test_one_private_address_among_public_ones_is_enough_to_refuse(
    authority: Authority, inside: str
) -> None:
    with secured(authority) as (system, port, _):
        answer = call(authority, port, resolve=lambda host, port: ["127.0.0.1", inside])
        assert (answer.status, system.received) == (None, [])
        assert inside in answer.error


def test_by_default_no_name_leads_to_this_machine() -> None:
    answer = Sender(resolve=lambda host, port: ["127.0.0.1"]).post(f"https://{HOST}/", b"", {})
    assert answer.error == f"{HOST} has the address 127.0.0.1, which is not a public one."


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiver() as inner, receiver() as system:
        system.answering = lambda request: Reply(307, {"Location": inner.url})
        answer = Sender(local=True).post(system.url, b"{}", {})
        assert (answer.status, answer.accepted, inner.received) == (307, False, [])


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as system:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert Sender(local=True).post(system.url, b"{}", {}).accepted
        assert (len(proxy.received), len(system.received)) == (0, 1)


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with receiver() as system:
        system.answering = lambda request: Reply(200, {}, b"x" * (ANSWER_BYTES * 4))
        answer = Sender(local=True).post(system.url, b"{}", {})
        assert len(answer.body) == ANSWER_BYTES


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """A server that says something at once and then a byte now and then, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(first)
                while not over.wait(0.05):
                    connection.sendall(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        listener.close()
        thread.join()


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_whoever_drips_is_cut_off(first: bytes) -> None:
    with dripping(first) as url:
        started = time.process_time()
        answer = Sender(local=True, total_seconds=0.5).post(url, b"{}", {})
        assert answer.status is None
        assert answer.error
        assert time.process_time() - started < 1


def test_a_body_that_drips_is_cut_off_and_the_status_counts() -> None:
    with dripping(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9999\r\n\r\n") as url:
        # Long enough for the status to come from a machine that is busy.
        answer = Sender(local=True, total_seconds=3).post(url, b"{}", {})
        assert answer.accepted
        assert answer.milliseconds >= 3000


def test_a_name_that_is_not_known_is_told() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    answer = Sender(resolve=unknown).post(f"https://{HOST}/", b"", {})
    assert answer.error == f"The name {HOST} cannot be resolved."


def test_certificates_are_verified_by_default() -> None:
    context = Sender().context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
