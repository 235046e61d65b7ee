"""Notes and keys are those of c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature."""

import base64

import pytest

import verify
from events.integrity.notes import (
    COSIGNATURE,
    KeyMalformed,
    SigningKey,
    VerifierKey,
    body_of,
    checkpoint_body,
    signed_note,
)
from tests.integrity.witnesses import new_witness

# A key and a note as published with Go's golang.org/x/mod/sumdb/note.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)


def test_a_published_key_signs_the_published_signature() -> None:
    key = SigningKey.read(PETER)
    assert key.verifier.text == PETER_PUBLIC
    assert key.text == PETER
    assert key.signature_line(TEXT) == SIGNATURE


def test_keys_are_read_as_they_are_written_here_and_there() -> None:
    key = SigningKey.generate("shop.example/log")
    assert SigningKey.read(key.text).verifier == key.verifier
    assert VerifierKey.read(key.verifier.text) == key.verifier
    there = verify.read_key(key.verifier.text)
    assert (there.name, there.id, there.public) == (
        key.name,
        key.verifier.id,
        key.verifier.public,
    )


def test_a_checkpoint_has_three_lines_and_a_signature_for_each_key() -> None:
    keys = [SigningKey.generate("shop.example/log") for _ in range(2)]
    note = signed_note(checkpoint_body("shop.example/log", 7, bytes(32)), keys)
    zero = base64.b64encode(bytes(32)).decode()
    assert note.split("\n")[:4] == ["shop.example/log", "7", zero, ""]
    found = verify.read_note(note)
    assert (found.origin, found.size, found.root) == ("shop.example/log", 7, bytes(32))
    assert body_of(note) == found.body
    for key in keys:
        assert found.signers([verify.read_key(key.verifier.text)])
    assert not found.signers([verify.read_key(SigningKey.generate("other").verifier.text)])


def test_a_false_signature_of_a_known_key_condemns_the_note() -> None:
    key = SigningKey.generate("shop.example/log")
    note = signed_note(checkpoint_body("shop.example/log", 7, bytes(32)), [key])
    forged = verify.read_note(note.replace("\n7\n", "\n8\n"))
    with pytest.raises(verify.Bad, match="is false"):
        forged.signers([verify.read_key(key.verifier.text)])


def test_a_cosignature_is_understood_on_both_sides() -> None:
    key = SigningKey.generate("shop.example/log")
    note = signed_note(checkpoint_body("shop.example/log", 7, bytes(32)), [key])
    witness = new_witness("witness.example/w1")
    line = witness.cosign(verify.read_note(note), 1_700_000_000)
    ours = VerifierKey(witness.name, COSIGNATURE, witness.public.public)
    assert ours.cosigned_at(body_of(note), line) == 1_700_000_000
    assert verify.read_note(note + line).cosigned(witness.public) == 1_700_000_000
    assert ours.cosigned_at(body_of(note).replace("\n7\n", "\n8\n"), line) is None
    assert ours.cosigned_at(body_of(note), line.replace("w1", "w2")) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "a name+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_PUBLIC.replace("c74f20a3", "c74f20a4"),
        PETER_PUBLIC[:-4],
        PETER_PUBLIC + "!",
    ],
)
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyMalformed) as here:
        VerifierKey.read(text)
    with pytest.raises(verify.Unusable) as there:
        verify.read_key(text)
    assert not text or text not in f"{here.value}{there.value}"


@pytest.mark.parametrize("text", ["", "x\n\ny", "o\n1\nAA==\n\n— o AAAA\n", "o\n01\n{}\n\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(verify.Bad, match="no checkpoint"):
        verify.read_note(text.format(base64.b64encode(bytes(32)).decode()))
