"""Django's settings: one file for every environment, fed by `config.environment`."""

from datetime import timedelta
from typing import Literal
from urllib.parse import unquote, urlsplit

from django.utils.csp import CSP
from whitenoise.compress import Compressor

from config.environment import ROOT, environment
from config.logs import logging_settings
from events.heartbeat import beat_file

env = environment()
IN_PRODUCTION = env.mode == "production"

BASE_DIR = ROOT
DEBUG = env.debug
SECRET_KEY = env.secret_key.get_secret_value()
ALLOWED_HOSTS = env.hosts
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

SHOP_NAME = "Halftone"
SHOP_CURRENCY = "EUR"
# What shoppers may count in; a piece without a price in one cannot be bought in it.
SHOP_CURRENCIES = ("EUR", "GBP", "JPY")
SHOP_COUNTRY = "FR"
# Where a quote is rounded, by currency; "" is for those without a policy of their own.
SHOP_ROUNDING = env.roundings
PUBLIC_URL = env.origin
LIVE_URL = env.live_url or PUBLIC_URL
GUEST_LIMITS = env.guest_limits
LOAD_DEMO = env.load_demo and not IN_PRODUCTION
# Keys that wrap the data keys of personal fields; see docs/guides/privacy.md.
PII_KEYS = env.pii_keys
ERASURE_DIRECTORY = env.erasures
# Purposes for which the law wants personal data kept, and for how long after the order. What is
# kept for no such purpose is destroyed as soon as its subject is erased.
PERSONAL_PERIODS = {"invoice": timedelta(days=3653)}
RESERVATION_PERIOD = timedelta(minutes=30)
# Whoever has not paid by then gets one mail, with time left to act on it.
PAYMENT_REMINDER_AFTER = RESERVATION_PERIOD / 2
# "on-shipment" takes each parcel's value when it leaves, "at-once" the whole when it is authorised.
SHOP_CAPTURE = "on-shipment"
# How often somebody may start to pay in an hour, by order, browser, network address (of IPv6 its
# /64) and all together: stolen cards are tried by the thousand, and each try costs the shop.
PAYMENT_TRIES = {"order": 10, "session": 15, "address": 20, "shop": 5_000}
STRIPE_SECRET_KEY = env.stripe_secret_key.get_secret_value()
STRIPE_WEBHOOK_SECRETS = env.stripe_secrets
STRIPE_KEEP_CARDS = env.stripe_keep_cards
STRIPE_API_BASE = env.stripe_api_base
STRIPE_PAGE = STRIPE_API_BASE or "https://checkout.stripe.com"
# How shoppers may pay, in the order in which checkout shows it: classes with the methods of
# modules.payments.domain.provider.Gateway. Where real money is taken, nobody plays the bank.
PAYMENT_PROVIDERS = (
    *(["modules.payments.gateways.stripe.gateway.Stripe"] if STRIPE_SECRET_KEY else []),
    *(
        []
        if STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
        else ["modules.payments.gateways.testbank.gateway.TestBank"]
    ),
    "modules.payments.gateways.invoice.Invoice",
    "modules.payments.gateways.giftcard.GiftCardPayment",
)

# Invoices and credit notes: docs/guides/invoices.md. "on-shipment" issues one a parcel,
# "on-confirmation" one an order; days and years are those of the shop's own time zone.
SHOP_INVOICE: Literal["on-shipment", "on-confirmation"] = "on-shipment"
SHOP_ZONE = "Europe/Paris"
INVOICE_SERIES = {"invoice": "INV", "credit-note": "CN"}
INVOICE_DUE_DAYS = 14
# Which language a document is written in, by the country of the billing address; else English.
INVOICE_LANGUAGES = {"DE": "de", "AT": "de", "FR": "fr", "MC": "fr"}
INVOICE_SELLER = env.seller

# The log's signing keys, and where checkpoints are sent: docs/guides/proofs.md.
CHECKPOINT_KEY_FILE = env.checkpoint_key_file or str(env.data_directory / "checkpoint-keys")
CHECKPOINT_ORIGIN = env.checkpoint_origin
CHECKPOINT_SINKS = env.checkpoint_sinks or (env.data_directory / "checkpoints").absolute().as_uri()
# Bundles that the worker makes for auditors, where web and worker both find them.
EXPORT_ROOT = env.data_directory / "exports"
WORKER_BEAT = beat_file(env.data_directory)
# How a place's address begins, and its kind: a class with the methods of
# events.integrity.shipping.Sink.
CHECKPOINT_SINK_KINDS = {
    "file": "events.integrity.sinks.directory.Directory",
    "mailto": "events.integrity.sinks.mail.Mail",
    "s3+https": "events.integrity.sinks.object_store.ObjectStore",
    "s3+http": "events.integrity.sinks.object_store.ObjectStore",
    "witness+https": "events.integrity.sinks.witness.Witness",
    "witness+http": "events.integrity.sinks.witness.Witness",
}

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "frontend",
    "modules.audit",
    "modules.privacy",
    "modules.notifications",
    "modules.webhooks",
    "modules.invoicing",
    "modules.ledger",
    "modules.checkout",
    "modules.orders",
    "modules.promotions",
    "modules.payments",
    "modules.giftcards",
    "modules.adjustments",
    "modules.catalog",
    "modules.pricing",
    "modules.carts",
    "modules.inventory",
    "modules.shipping",
    "modules.customers",
    "events",
    "cachalot",
    "django_htmx",
    "ninja",
    "allauth",
    "allauth.account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "config.staticfiles.StaticFiles",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "frontend.caching.middleware.PageMiddleware",
    "config.logs.RequestLogMiddleware",
    "config.outage.OutageMiddleware",
    "config.api_errors.ApiErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.api_way.ApiWayMiddleware",
    "frontend.caching.way.PageWayMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "frontend.csrf.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "events.context.ActorMiddleware",
    "frontend.refusals.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.shop",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """One connection description from a postgresql:// address."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "config.postgres",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # psycopg prepares a statement at its fifth use; Django's default switches that off.
        "OPTIONS": {"prepare_threshold": 5, "connect_timeout": 5},
    }


def mailer(url: str) -> dict[str, object]:
    """One mailer from an smtp:// or smtps:// address; without one, files that anybody can open."""
    if not url:
        folder = env.data_directory / "mail"
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    parts = urlsplit(url)
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname or "localhost",
            "port": parts.port or (465 if parts.scheme == "smtps" else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": parts.scheme == "smtps",
            "use_tls": parts.scheme == "smtp" and bool(parts.username),
            "timeout": 10,
        },
    }


DATABASES = {
    "default": database(
        env.database_url
        or f"postgresql://postgres@/postgres?host={env.data_directory / 'postgres'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": (
        {
            "BACKEND": "config.cache.VanishingRedisCache",
            "LOCATION": env.redis_url,
            "KEY_PREFIX": "counterfoil",
            "KEY_FUNCTION": "config.cache.stored_key",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
        }
        if env.redis_url
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(env.data_directory / "cache"),
            "KEY_FUNCTION": "config.cache.stored_key",
            "OPTIONS": {"MAX_ENTRIES": 2000},
        }
    )
}
# Finished pages in each process's memory, 0 keeps none; the marks tell all of them of a change.
PAGE_CACHE_BYTES = env.page_cache_mb * 1_000_000
PAGE_VALIDATORS = env.page_validators
PAGE_MARKS = env.data_directory / "page-marks"
FRAGMENT_CACHE = env.fragment_cache
CACHALOT_ENABLED = env.query_cache
# Slow-moving tables only: never stock, carts, orders, payments, sessions or permissions.
CACHALOT_ONLY_CACHABLE_TABLES = (
    "catalog_attribute",
    "catalog_category",
    "catalog_collection",
    "shipping_zone",
    "shipping_method",
    "shipping_rate",
    "pricing_taxrate",
    "promotions_promotion",
    "promotions_promotionversion",
)
CACHALOT_TIMEOUT = 30
# It knows databases by the names of Django's own modules.
CACHALOT_ADDITIONAL_SUPPORTED_DATABASES = {"config.postgres"}
CACHALOT_QUERY_KEYGEN = "config.query_cache.query_key"
# It knows Django's own Redis backend by name only; ours is that one, forgiving.
SILENCED_SYSTEM_CHECKS = ["cachalot.W001"]

AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "frontend.account.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = env.data_directory / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.data_directory / "media"
# Collected files are served by content hash; without them (tests, type checks) as they lie.
STATIC_IS_COLLECTED = IN_PRODUCTION or STATIC_ROOT.is_dir()
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or not STATIC_IS_COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map", "avif")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "config.staticfiles.Storage"
            if STATIC_IS_COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_from
ALARM_MAIL = env.alarm_mail or env.mail_from
# Whether webhooks may go to this machine itself, for trying them out.
WEBHOOKS_LOCAL = env.webhooks_local
MAILERS = {"default": mailer(env.mail_url)}

LOGGING = logging_settings(json=IN_PRODUCTION)

SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Browsers accept the `__Host-` prefix only over https, for the whole site and for no other host.
PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{PREFIX}counterfoil"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{PREFIX}counterfoil-csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "frontend.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# The server before ours ends TLS and names the scheme; nothing else may reach these ports.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = IN_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IN_PRODUCTION
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF] if LIVE_URL == PUBLIC_URL else [CSP.SELF, LIVE_URL],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    # A form that leads on to the provider's page needs it named here.
    "form-action": [CSP.SELF, *([STRIPE_PAGE] if STRIPE_SECRET_KEY else [])],
    "frame-ancestors": [CSP.NONE],
}
