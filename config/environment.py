"""Every environment variable the shop reads: name, type, default, meaning.

All of them are read and judged at once, so that a start that cannot work says everything that is
missing or malformed in one go, and what to do about it.
"""

import ipaddress
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.judging import address, check_pii_key, pii_keys

ROOT = Path(__file__).resolve().parent.parent

# RFC 7518, section 3.2 asks for a key as long as the digest; 50 characters is what Django checks.
SECRET_KEY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One variable that stops the start: its name, what is wrong, and what to do."""

    variable: str
    complaint: str
    advice: str

    def __str__(self) -> str:
        return f"  {self.variable}: {self.complaint}.\n      {self.advice}"


class EnvironmentRefused(Exception):
    """The environment cannot run the shop; `problems` lists every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        heading = f"{count} environment variable{'s' if count > 1 else ''} cannot be used:"
        return "\n".join([heading, *map(str, self.problems)])


# What stands on an invoice about the seller; the options may be left out.
SELLER_FIELDS = ("name", "line1", "postcode", "city", "country", "vat_id", "email")
SELLER_OPTIONS = ("registration", "iban", "bic")
DEMO_SELLER = {
    "name": "Halftone SAS",
    "line1": "12 rue de la Presse",
    "postcode": "69001",
    "city": "Lyon",
    "country": "FR",
    "vat_id": "FR12000000000",
    "registration": "000000000",
    "email": "invoices@halftone.example",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
}


def check_seller(text: str) -> str:
    if not text:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError("is not a JSON object of texts")
    if unknown := found.keys() - {*SELLER_FIELDS, *SELLER_OPTIONS}:
        raise ValueError(f"has what no invoice shows: {', '.join(sorted(unknown))}")
    if missing := [name for name in SELLER_FIELDS if not found.get(name)]:
        raise ValueError(f"lacks {', '.join(missing)}")
    return text


def check_stripe_key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value()
    if key and not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValueError("is no secret key of Stripe's: those begin with sk_ or rk_")
    return secret


class Environment(BaseSettings):
    """The typed environment, read once at start."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    mode: Literal["demo", "production"] = Field(
        default="demo", description="production refuses to start with any demo default left."
    )
    database_url: Annotated[str, address("postgresql", "postgres")] = Field(
        default="",
        description="PostgreSQL, postgresql://user:password@host:port/name; "
        "empty starts the embedded server under the data directory.",
    )
    redis_url: Annotated[str, address("redis", "rediss", "unix")] = Field(
        default="",
        description="Redis, redis://host:port/0; empty runs effects and caches without Redis.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signing key, 50 characters or more; empty keeps one in the data directory.",
    )
    pii_key: Annotated[SecretStr, AfterValidator(check_pii_key)] = Field(
        default=SecretStr(""),
        description="Protects personal data: 32 bytes in base64url, kept apart from the database "
        "and its backups; several by comma, newest first, and the oldest stays for ever. "
        "Empty keeps one in the data directory.",
    )
    erasure_directory: Path | None = Field(
        default=None,
        description="Where the list of erased persons is kept, outside the database and its "
        "backups; empty: the folder erasures of the data directory.",
    )
    debug: bool = Field(default=False, description="Django's debug pages; never in production.")
    data_directory: Path = Field(
        default=ROOT / "var", description="Where embedded data, media, mail and keys live."
    )
    host: str = Field(default="127.0.0.1", description="The address the servers listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port of pages and APIs.")
    live_port: int = Field(default=8001, ge=1, le=65535, description="Port of live streams.")
    public_url: Annotated[str, address("http", "https", path=False)] = Field(
        default="", description="The origin shoppers type; empty: HOST and PORT."
    )
    live_url: Annotated[str, address("http", "https", path=False)] = Field(
        default="", description="Origin of the live streams; empty: the same as PUBLIC_URL."
    )
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]", description="Comma-separated host names served."
    )
    mail_url: Annotated[str, address("smtp", "smtps")] = Field(
        default="",
        description="smtp://user:password@host:port (smtps:// for TLS from the start); "
        "empty writes mail to files in the data directory.",
    )
    mail_from: str = Field(
        default="Halftone <shop@halftone.example>", description="Sender of the shop's mail."
    )
    alarm_mail: str = Field(
        default="",
        description="Who is told of read models that drifted or could not be folded; empty: the "
        "address in MAIL_FROM.",
    )
    invoice_seller: Annotated[str, AfterValidator(check_seller)] = Field(
        default="",
        description="Who sells, as invoices say it: a JSON object with name, line1, postcode, "
        "city, country, vat_id and email, and if there are any registration, iban and bic; "
        "empty shows an invented one.",
    )
    checkpoint_sinks: str = Field(
        default="",
        description="Where signed checkpoints go, separated by commas: file:, mailto:, s3+https:, "
        "witness+https: (docs/guides/proofs.md); empty writes files in the data directory.",
    )
    checkpoint_key_file: str = Field(
        default="",
        description="The file of the log's signing keys; empty keeps them in the data directory. "
        "Made at the first start.",
    )
    checkpoint_origin: str = Field(
        default="",
        description="The log's name for life, such as shop.example/log; empty: what the signing "
        "key says, at first the host of PUBLIC_URL.",
    )
    stripe_secret_key: Annotated[SecretStr, AfterValidator(check_stripe_key)] = Field(
        default=SecretStr(""),
        description="Switches Stripe on: sk_live_..., or sk_test_... for a sandbox "
        "(docs/guides/payments.md).",
    )
    stripe_webhook_secrets: SecretStr = Field(
        default=SecretStr(""),
        description="Signing secrets of Stripe's endpoint (whsec_...), separated by commas: two "
        "while one is exchanged.",
    )
    stripe_keep_cards: bool = Field(
        default=False,
        description="Whether Stripe keeps the card, so that an authorisation that runs out before "
        "everything is shipped is renewed without the shopper.",
    )
    stripe_api_base: Annotated[str, address("http", "https", path=False)] = Field(
        default="", description="Where Stripe's API is, for a stand-in; empty: Stripe itself."
    )
    guest_limits: bool = Field(
        default=True, description="Whether guests of the API may ask only so often a minute."
    )
    load_demo: bool = Field(
        default=True, description="Whether an empty demo shop is filled with the demo range."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port of /metrics for Prometheus (docs/guides/observability.md); 0: none.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="The address that /metrics listens on; any but this machine's own needs "
        "METRICS_TOKEN.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="What a scrape has to show, as a bearer token."
    )
    otel_exporter_otlp_endpoint: Annotated[str, address("http", "https")] = Field(
        default="",
        description="Where traces are sent by OTLP over HTTP, such as http://localhost:4318; "
        "needs requirements/tracing.txt. Empty: nothing is traced.",
    )
    otel_service_name: str = Field(default="counterfoil", description="The name traces carry.")
    otel_traces_sampler_arg: float = Field(
        default=1.0, ge=0.0, le=1.0, description="The share of requests that is traced."
    )
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes that serve pages.")
    web_threads: int = Field(default=4, ge=1, le=128, description="Threads in each of them.")

    @property
    def origin(self) -> str:
        """The address shoppers type, never empty."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        return [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]

    @property
    def pii_keys(self) -> tuple[bytes, ...]:
        """The keys of personal data, newest first; none where none is given."""
        return pii_keys(self.pii_key.get_secret_value())

    @property
    def stripe_secrets(self) -> tuple[str, ...]:
        """The signing secrets of Stripe's notifications."""
        written = self.stripe_webhook_secrets.get_secret_value().split(",")
        return tuple(each.strip() for each in written if each.strip())

    @property
    def erasures(self) -> Path:
        """Where the list of erased persons is."""
        return self.erasure_directory or self.data_directory / "erasures"

    @property
    def seller(self) -> dict[str, str]:
        """Who sells, every field that an invoice has; the demo's if none is named."""
        named: dict[str, str] = (
            json.loads(self.invoice_seller) if self.invoice_seller else DEMO_SELLER
        )
        return dict.fromkeys(SELLER_OPTIONS, "") | named

    def demo_defaults(self) -> list[Problem]:
        """Lists what may not stay as it is when MODE=production."""
        public = urlsplit(self.public_url)
        rules = [
            (not self.database_url, "database_url", "is empty", "Name the PostgreSQL server"),
            (not self.redis_url, "redis_url", "is empty", "Name the Redis server"),
            (
                len(self.secret_key.get_secret_value()) < SECRET_KEY_LENGTH,
                "secret_key",
                f"is shorter than {SECRET_KEY_LENGTH} characters",
                "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            ),
            (
                not self.pii_keys,
                "pii_key",
                "is empty",
                "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))',"
                " and keep it where no backup of the database is",
            ),
            (
                self.erasure_directory is None,
                "erasure_directory",
                "is empty",
                "Name a folder that a restore of the database does not touch",
            ),
            (self.debug, "debug", "is on", "Leave it out: it shows source and settings to anyone"),
            (
                public.scheme != "https" or is_local(public.hostname or ""),
                "public_url",
                f"is {self.public_url or 'empty'}",
                "Give the address shoppers type, such as https://shop.example",
            ),
            (
                all(is_local(host) for host in self.hosts) or "*" in self.hosts,
                "allowed_hosts",
                f"is {self.allowed_hosts}",
                "Name the shop's own hosts, such as shop.example",
            ),
            (not self.mail_url, "mail_url", "is empty", "Name the mail server"),
            (
                "halftone.example" in self.mail_from,
                "mail_from",
                f"is {self.mail_from}",
                "Give the shop's own sender",
            ),
            (
                bool(self.stripe_secret_key.get_secret_value()) and not self.stripe_secrets,
                "stripe_webhook_secrets",
                "is empty although STRIPE_SECRET_KEY is set",
                "Copy the signing secret of the endpoint from Stripe's dashboard",
            ),
            (
                not self.invoice_seller,
                "invoice_seller",
                "is empty",
                "Say who sells: docs/guides/invoices.md has an example",
            ),
            (
                not self.checkpoint_sinks,
                "checkpoint_sinks",
                "is empty",
                "Name a place on another host: docs/guides/proofs.md lists the kinds",
            ),
        ]
        return [
            Problem(name.upper(), f"{complaint}, which MODE=production does not allow", advice)
            for wrong, name, complaint, advice in rules
            if wrong
        ]


def is_local(host: str) -> bool:
    bare = host.strip("[]")
    if bare in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def conflicts(found: Environment) -> list[Problem]:
    """Lists what each is fine alone and does not work together, in any mode."""
    unguarded = found.metrics_port and not is_local(found.metrics_host)
    problems = []
    if unguarded and not found.metrics_token.get_secret_value():
        problems.append(
            Problem(
                "METRICS_TOKEN",
                f"is empty although METRICS_HOST={found.metrics_host} shows /metrics to others",
                "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        )
    if found.otel_exporter_otlp_endpoint and not can_trace():
        problems.append(
            Problem(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "is set, but the packages that send traces are not installed",
                "Run `just setup-tracing`, or leave it out",
            )
        )
    return problems


def can_trace() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def read_environment() -> Environment:
    """Reads the process environment.

    Raises:
        EnvironmentRefused: lists every variable that is malformed, or missing in production.
    """
    try:
        found = Environment()
    except ValidationError as error:
        problems = [malformed(dict(detail)) for detail in error.errors()]
        sound = {name: getattr(Environment.model_construct(), name) for name in broken(error)}
        found = Environment(**sound)
    else:
        problems = []
    problems += conflicts(found)
    if found.mode == "production":
        known = {problem.variable for problem in problems}
        problems += [one for one in found.demo_defaults() if one.variable not in known]
    if problems:
        raise EnvironmentRefused(problems)
    return found


def broken(error: ValidationError) -> list[str]:
    return [str(detail["loc"][0]) for detail in error.errors()]


def malformed(detail: dict[str, object]) -> Problem:
    """Puts pydantic's finding into the shop's words; secrets are never repeated."""
    location = detail["loc"]
    assert isinstance(location, tuple)
    name = str(location[0])
    message = str(detail["msg"]).removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    secret = name.endswith(("_url", "_key", "_sinks", "_token"))
    value = "" if secret else f"{os.environ.get(name.upper(), '')!r}: "
    advice = Environment.model_fields[name].description or ""
    return Problem(name.upper(), f"{value}{message}", f"It means: {advice}")


@cache
def environment() -> Environment:
    return read_environment()


def kept_key(data_directory: Path, name: str, size: int) -> str:
    """Returns a key of the demo shop, made at the first start and readable by its owner alone."""
    path = data_directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(size)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
