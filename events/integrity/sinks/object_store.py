"""Checkpoints to an object store with the interface of S3, signed by AWS Signature Version 4.

With `lock_days` each object is put under the bucket's retention lock in compliance mode: nobody,
the account's owner included, deletes or replaces it before that time.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, quote, unquote, urlsplit
from uuid import UUID

import httpx

from events.integrity.shipping import Forked, SinkRefused
from modules.kernel.clock import now

TIMEOUT_SECONDS = 15
EXAMPLE = "s3+https://ACCESS:SECRET@host/bucket/prefix?region=eu-west-3&lock_days=3650"


class StoreRefused(Exception):
    """The object store did not take the object; the message has its status and words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An access key and the region that its signatures are for."""

    access: str
    secret: str
    region: str


class ObjectStore:
    """One object a checkpoint, addressed by path, never written twice."""

    every_seconds = 0

    def __init__(self, address: str) -> None:
        parts = urlsplit(address.partition("+")[2])
        query = parse_qs(parts.query)
        days = query.get("lock_days", ["0"])[0]
        if not (parts.hostname and parts.username and parts.password and days.isdecimal()):
            raise SinkRefused(f"an object store is written {EXAMPLE}")
        if parts.path.strip("/") == "":
            raise SinkRefused(f"no bucket is named; an object store is written {EXAMPLE}")
        self.credentials = Credentials(
            access=unquote(parts.username),
            secret=unquote(parts.password),
            region=query.get("region", ["us-east-1"])[0],
        )
        self.lock_days = int(days)
        self.host = parts.netloc.rpartition("@")[2]
        self.path = parts.path.rstrip("/")
        self.scheme = parts.scheme
        self.name = f"s3+{parts.scheme}://{self.host}{self.path}"

    def ship(self, size: int, note: str, effect_id: UUID) -> list[tuple[str, str]]:
        """Raises: Forked: the store has another checkpoint of this size. StoreRefused: see it."""
        path = quote(f"{self.path}/{size:020d}.txt")
        # Two attempts may write at once; only the first finds nothing there.
        response = self.ask("PUT", path, note.encode(), {"if-none-match": "*"} | self.lock())
        if response.status_code == httpx.codes.PRECONDITION_FAILED:
            held = self.ask("GET", path, b"", {})
            if held.status_code == httpx.codes.OK and held.content != note.encode():
                raise Forked(f"{self.name} holds another checkpoint of {size} events")
            response = held
        if not response.is_success:
            raise StoreRefused(
                f"{self.name} answered {response.status_code}: {response.text[:200].strip()}"
            )
        return []

    def lock(self) -> dict[str, str]:
        if not self.lock_days:
            return {}
        until = now() + timedelta(days=self.lock_days)
        return {
            "x-amz-object-lock-mode": "COMPLIANCE",
            "x-amz-object-lock-retain-until-date": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def ask(self, method: str, path: str, body: bytes, extra: Mapping[str, str]) -> httpx.Response:
        headers = {"host": self.host, **extra}
        if body:
            headers["content-type"] = "text/plain; charset=utf-8"
            # Required beside a retention lock.
            headers["x-amz-checksum-sha256"] = base64.b64encode(sha256(body).digest()).decode()
        signed = signed_headers(method, path, headers, body, self.credentials, now())
        return httpx.request(
            method,
            f"{self.scheme}://{self.host}{path}",
            content=body,
            headers=signed,
            timeout=TIMEOUT_SECONDS,
        )


def signed_headers(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    moment: datetime,
) -> dict[str, str]:
    """Returns the headers, in lower case, with those that sign them all.

    After "Signature Calculations for the Authorization Header" of Amazon S3's API reference; the
    path is quoted already, and there is no query.
    """
    stamp, day = moment.strftime("%Y%m%dT%H%M%SZ"), moment.strftime("%Y%m%d")
    digest = sha256(body).hexdigest()
    every = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(every))
    lines = "".join(f"{name}:{every[name].strip()}\n" for name in sorted(every))
    request = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{day}/{credentials.region}/s3/aws4_request"
    wanted = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, wanted.encode(), "sha256").hex()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access}/{scope},"
        f"SignedHeaders={names},Signature={signature}"
    )
    return {**every, "authorization": authorization}
