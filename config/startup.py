"""What every entry point does first: judge the environment, and add what the demo shop needs."""

import os
import sys

from config.embedded import EmbeddedPostgres, EmbeddedRefused
from config.environment import (
    SECRET_KEY_LENGTH,
    Environment,
    EnvironmentRefused,
    environment,
    kept_key,
)
from config.judging import PII_KEY_BYTES

REFUSED = 2


def checked_environment() -> Environment:
    """Returns the environment, or ends the process with every reason why it cannot be used."""
    try:
        return environment()
    except EnvironmentRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise SystemExit(REFUSED) from None


def keep_keys(found: Environment) -> None:
    """Gives the demo shop the keys in its data directory, unless the environment has them."""
    wanted = (
        ("SECRET_KEY", "secret-key", SECRET_KEY_LENGTH, found.secret_key),
        ("PII_KEY", "pii-key", PII_KEY_BYTES, found.pii_key),
    )
    for variable, file, size, given in wanted:
        if not given.get_secret_value():
            os.environ[variable] = kept_key(found.data_directory, file, size)
    environment.cache_clear()


def embedded_postgres(found: Environment) -> EmbeddedPostgres:
    return EmbeddedPostgres(found.data_directory / "postgres")


def use_embedded_postgres(server: EmbeddedPostgres) -> None:
    """Starts the embedded server, or joins the running one, and names it in DATABASE_URL."""
    try:
        os.environ["DATABASE_URL"] = server.acquire()
    except (EmbeddedRefused, OSError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    environment.cache_clear()
