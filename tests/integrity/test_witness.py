"""The witness follows c2sp.org/tlog-witness, and never cosigns two histories of one log."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import verify
from events.integrity.merkle import Frontier, Subtree, consistency, leaf_hash, node_hash, proof
from events.integrity.notes import SigningKey, checkpoint_body, encoded, signed_note
from tests.integrity.witnesses import new_witness, serving
from tests.support.servers import ROOT
from tests.support.waiting import LIMIT_SECONDS
from witness import Reply, Witness, main, read_secret

ORIGIN = "shop.test/log"
KEY = SigningKey.generate(ORIGIN)


class Log:
    """A tree in memory, and requests about it."""

    def __init__(self, leaves: int, salt: bytes = b"") -> None:
        self.events = [salt + bytes([number]) * 32 for number in range(leaves)]

    def note(self, size: int, key: SigningKey = KEY) -> str:
        frontier = Frontier()
        frontier.extend(self.events[:size])
        return signed_note(checkpoint_body(key.name, size, frontier.root()), [key])

    def request(self, old: int, size: int, key: SigningKey = KEY) -> bytes:
        hashes: dict[Subtree, bytes] = {}
        row = [leaf_hash(each) for each in self.events]
        for level in range(8):
            hashes |= {Subtree(level, place): each for place, each in enumerate(row)}
            row = [node_hash(*row[n : n + 2]) for n in range(0, len(row) - 1, 2)]
        lines = "".join(f"{encoded(each)}\n" for each in proof(consistency(old, size), hashes))
        return f"old {old}\n{lines}\n{self.note(size, key)}".encode()


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    found = Witness(new_witness(), [verify.read_key(KEY.verifier.text)], tmp_path / "state")
    yield found
    found.owner.close()


def cosigned(witness: Witness, reply: Reply, note: str) -> bool:
    if reply.status != 200:
        return False
    return verify.read_note(note + reply.text).cosigned(witness.key.public) is not None


def test_a_growing_log_is_cosigned_step_by_step(witness: Witness) -> None:
    log = Log(20)
    for old, new in ((0, 3), (3, 8), (8, 8), (8, 20)):
        assert cosigned(witness, witness.add_checkpoint(log.request(old, new)), log.note(new))


def test_another_old_size_is_answered_with_the_right_one(witness: Witness) -> None:
    log = Log(20)
    witness.add_checkpoint(log.request(0, 8))
    for old in (0, 7, 9):
        assert witness.add_checkpoint(log.request(old, 12)) == (409, "8\n", "text/x.tlog.size")


def test_a_second_history_is_never_cosigned(witness: Witness) -> None:
    one, two = Log(20), Log(20, salt=b"other")
    assert witness.add_checkpoint(one.request(0, 8)).status == 200
    assert witness.add_checkpoint(two.request(8, 8)).status == 409
    assert witness.add_checkpoint(two.request(8, 20)).status == 422
    assert witness.add_checkpoint(one.request(8, 20)).status == 200


def test_a_restart_forgets_nothing(witness: Witness, tmp_path: Path) -> None:
    log = Log(20)
    witness.add_checkpoint(log.request(0, 8))
    witness.owner.close()
    again = Witness(witness.key, witness.logs, tmp_path / "state")
    assert again.add_checkpoint(log.request(0, 12)).status == 409
    assert again.add_checkpoint(log.request(8, 12)).status == 200
    again.owner.close()


def test_two_witnesses_never_share_a_memory(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(verify.Unusable, match="another witness"):
        Witness(witness.key, witness.logs, tmp_path / "state")


def test_strangers_are_refused(witness: Witness) -> None:
    log = Log(4)
    other = SigningKey.generate("other.test/log")
    assert witness.add_checkpoint(log.request(0, 4, other)).status == 404
    imposter = SigningKey.generate(ORIGIN)
    assert witness.add_checkpoint(log.request(0, 4, imposter)).status == 403
    forged = log.request(0, 4).replace(b"\n4\n", b"\n5\n")
    assert witness.add_checkpoint(forged).status == 403


def test_a_note_may_carry_signatures_of_strangers_too(witness: Witness) -> None:
    log = Log(4)
    note = log.note(4)
    stranger = SigningKey.generate(ORIGIN).signature_line(verify.read_note(note).body)
    reply = witness.add_checkpoint(log.request(0, 4) + stranger.encode())
    assert cosigned(witness, reply, note)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n",
        b"old x\n\n",
        b"old -1\n\n",
        b"new 0\n\n",
        b"old 0\n\nno checkpoint\n",
        b"old 0\nAAAA\n\n",
        b"old 0\n\xff\n\n",
        b"old 0\n" + b"A\n" * 64 + b"\n",
    ],
)
def test_what_is_no_request_is_refused(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == 400
    assert witness.add_checkpoint(body + Log(4).note(4).encode()).status in (200, 400)


def test_an_old_size_beyond_the_new_one_is_no_request(witness: Witness) -> None:
    request = Log(8).request(4, 8).replace(b"old 4", b"old 9")
    assert witness.add_checkpoint(request).status == 400


@pytest.mark.parametrize("cut", [b"", b"AAAA", b"more"])
def test_a_proof_that_does_not_lead_there_is_refused(witness: Witness, cut: bytes) -> None:
    log = Log(20)
    witness.add_checkpoint(log.request(0, 7))
    head, _, note = log.request(7, 20).partition(b"\n\n")
    first, *lines = head.split(b"\n")
    changed = {b"": lines[:-1], b"AAAA": [lines[1], lines[0], *lines[2:]], b"more": lines * 2}[cut]
    body = b"\n".join([first, *changed]) + b"\n\n" + note
    assert witness.add_checkpoint(body).status == 422


def test_a_damaged_memory_cosigns_nothing(witness: Witness) -> None:
    log = Log(8)
    witness.add_checkpoint(log.request(0, 4))
    witness.file(ORIGIN).write_text("damaged")
    with pytest.raises(verify.Bad):
        witness.add_checkpoint(log.request(0, 8))


def test_over_http_it_speaks_as_the_protocol_says(tmp_path: Path) -> None:
    log = Log(8)
    with serving(new_witness(), [KEY.verifier.text], tmp_path / "state") as address:
        url = address.removeprefix("witness+").partition("#")[0] + "/add-checkpoint"
        answer = httpx.post(url, content=log.request(0, 4), timeout=LIMIT_SECONDS)
        assert (answer.status_code, answer.text[:2]) == (200, "— ")
        answer = httpx.post(url, content=log.request(0, 8), timeout=LIMIT_SECONDS)
        assert (answer.status_code, answer.text) == (409, "4\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
        assert httpx.post(f"{url}/other", content=b"", timeout=LIMIT_SECONDS).status_code == 404
        assert httpx.post(url, content=b"x" * (1 << 18), timeout=LIMIT_SECONDS).status_code == 413
        assert httpx.get(url, timeout=LIMIT_SECONDS).status_code == 501


def test_the_program_runs_by_itself_from_an_empty_folder(tmp_path: Path) -> None:
    def run(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(ROOT / "witness.py"), *arguments]
        environment = {"PATH": os.environ.get("PATH", "")}
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
        )

    public = run("keygen", "witness.test/w1", "key").communicate(timeout=LIMIT_SECONDS)[0].strip()
    assert verify.read_key(public).kind == verify.COSIGNATURE
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    serve = ("serve", "--key", "key", "--state", "state", "--port", "0")
    process = run(*serve, "--log", KEY.verifier.text)
    assert process.stdout is not None
    words = process.stdout.readline().split()
    try:
        assert words[1] == public
        answer = httpx.post(
            f"http://{words[-1]}/add-checkpoint",
            content=Log(4).request(0, 4),
            timeout=LIMIT_SECONDS,
        )
        assert answer.status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 0


def test_a_wrong_command_is_answered_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    assert main(["keygen", "no good name", str(key)]) == 2
    assert main(["keygen", "witness.test/w1", str(key)]) == 0
    assert main(["keygen", "witness.test/w1", str(key)]) == 2
    assert read_secret(key).name == "witness.test/w1"
    serve = ["serve", "--state", str(tmp_path / "state"), "--key"]
    assert main([*serve, str(key), "--log", "no key"]) == 2
    assert main([*serve, str(tmp_path), "--log", KEY.verifier.text]) == 2
    assert "keygen" in capsys.readouterr().err
