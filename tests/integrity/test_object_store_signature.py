"""Requests are signed as the object store's own documentation shows."""

from datetime import UTC, datetime

from events.integrity.sinks.object_store import Credentials, signed_headers

# The credentials and examples of "Authenticating Requests: Using the Authorization Header".
CREDENTIALS = Credentials(
    access="AKIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
)
MOMENT = datetime(2013, 5, 24, tzinfo=UTC)


def test_a_published_get_has_the_published_signature() -> None:
    headers = {"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9"}
    signed = signed_headers("GET", "/test.txt", headers, b"", CREDENTIALS, MOMENT)
    assert signed["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_a_published_put_has_the_published_signature() -> None:
    headers = {
        "date": "Fri, 24 May 2013 00:00:00 GMT",
        "host": "examplebucket.s3.amazonaws.com",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    body = b"Welcome to Amazon S3."
    signed = signed_headers("PUT", "/test%24file.text", headers, body, CREDENTIALS, MOMENT)
    assert signed["authorization"].endswith(
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )
