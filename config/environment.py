"""Every environment variable the shop reads: name, type, default, meaning."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """The typed environment, read once at start."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = Field(
        default="", description="PostgreSQL address; empty starts the embedded server under var/."
    )
    redis_url: str = Field(
        default="", description="Redis address; empty runs effects and caches without Redis."
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""), description="Signing key; empty keeps one under var/ (demo only)."
    )
    debug: bool = Field(default=False, description="Django's debug pages; never in production.")
    data_directory: Path = Field(
        default=ROOT / "var", description="Where embedded data, media and keys live."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address shoppers type."
    )
    live_url: str = Field(
        default="",
        description="Origin of the live streams when it differs from public_url; empty: the same.",
    )
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]", description="Comma-separated host names served."
    )
    mail_url: str = Field(
        default="", description="smtp://user:password@host:port; empty writes mail to var/mail."
    )
    mode: Literal["demo", "production"] = Field(
        default="demo", description="production refuses to start with any demo default left."
    )


@cache
def environment() -> Environment:
    return Environment()
