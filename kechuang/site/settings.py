"""Settings: where things are. Nothing of policy stands here."""

import os
import secrets
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from kechuang.site import database

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KECHUANG_DATA", ROOT / ".kechuang"))
TESTING = "pytest" in sys.modules or "KECHUANG_TESTING" in os.environ  # pytest-django reads this before any conftest
SERVING = "KECHUANG_SERVING" in os.environ  # a web process: requests come in threads that do not last
HTTPS = "KECHUANG_HTTPS" in os.environ

# 演示日期: what the clock of a demonstration is ahead (or behind); handed down by `kechuang demo` to what it starts.
CLOCK_OFFSET = timedelta(seconds=int(os.environ.get("KECHUANG_CLOCK_OFFSET", "0")))
DEMO = "KECHUANG_CLOCK_OFFSET" in os.environ


def _connection(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    options: dict[str, object] = {key: values[0] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", parts.hostname or "")
    if SERVING:
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
    return {
        "ENGINE": "kechuang.ui.postgres",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if SERVING else 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _kept_secret() -> str:
    """A secret of this installation, made once; two processes that start together agree on one."""
    kept = DATA / "secret-key"
    DATA.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        with tempfile.NamedTemporaryFile("w", dir=DATA, prefix="secret-") as made:  # readable by its owner alone
            made.write(secrets.token_urlsafe(50))
            made.flush()
            with suppress(FileExistsError):
                os.link(made.name, kept)  # there whole, or not at all
    return kept.read_text()


_named = database.named() or database.urls(DATA / "test" if TESTING else DATA, throwaway=TESTING)
DATABASES = {"default": _connection(_named.app), "owner": _connection(_named.owner)}

SECRET_KEY = os.environ.get("KECHUANG_SECRET_KEY") or _kept_secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KECHUANG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
ROOT_URLCONF = "kechuang.site.urls"
ASGI_APPLICATION = "kechuang.site.asgi.application"

ROOMS = [
    name
    for name in (
        "site pilot portal audit cockpit supervision subsidies evaluation claims screening orders usage releases vouchers"
        " bookings catalog registers treasury credit notices deadlines documents search ledger outbox gazette parties trail ui"
    ).split()
    if (ROOT / "kechuang" / name / "apps.py").exists()
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "ninja",
    "allauth",
    "allauth.account",
    *(f"kechuang.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kechuang.site.middleware.SafeHeaders",
    "kechuang.site.middleware.OneInstant",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kechuang.parties.middleware.ActorMiddleware",
    "kechuang.audit.middleware.AuditorMiddleware",
    "kechuang.portal.frame.CountAnew",
    "kechuang.site.middleware.RefusalPages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                *(["kechuang.portal.frame.frame"] if find_spec("kechuang.portal.frame") else []),
            ],
        },
    }
]

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher" if TESTING else "django.contrib.auth.hashers.Argon2PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("sign_in", "name", "email", "phone")},
    },
]
ACCOUNT_ADAPTER = "kechuang.parties.adapters.sign_in.SignIn"
ACCOUNT_FORMS = {"login": "kechuang.parties.forms.SignInForm"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth asks by this whether passwords are used
ACCOUNT_SESSION_REMEMBER = False
# Five wrong tries lock one account from one address, nobody else (see parties/adapters/sign_in.py). Counted in the
# database, so that several workers count together.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key", "login": "300/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("KECHUANG_PROXIES", "0"))  # how many of our own stand before us
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "parties_limits"}}
# 浙江政务网: only where an adapter is named; the stand-in serves the demonstration and the tests.
ZJZWFW_ADAPTER = os.environ.get("KECHUANG_ZJZWFW", "kechuang.parties.adapters.zjzwfw.StandIn" if TESTING else "")
# The bank that is paid through; without one the payment file is carried by hand. The demonstration has a stand-in.
BANK_ADAPTER = os.environ.get("KECHUANG_BANK", "")
# The tax bureau that is asked again about paid invoices; without one they are not. The demonstration has a stand-in.
TAX_ADAPTER = os.environ.get("KECHUANG_TAX", "")
# 可验证存证日志: its name for ever, its hash and signature (intl or gm), the key's folder or, for gm, the signing service,
# and the file that names its witnesses (C2SP tlog-policy). A gm log without a signing service signs by a stand-in.
LOG_ORIGIN = os.environ.get("KECHUANG_LOG_ORIGIN", "kechuang.localhost/log")
LOG_PROFILE = os.environ.get("KECHUANG_LOG_PROFILE", "intl")
LOG_KEYS = Path(os.environ.get("KECHUANG_LOG_KEYS", DATA / ("test/log" if TESTING else "log")))
LOG_SIGNING_SERVICE = os.environ.get("KECHUANG_LOG_SIGNING_SERVICE", "")
LOG_POLICY = Path(os.environ.get("KECHUANG_LOG_POLICY", LOG_KEYS / "policy.txt"))
# Hosts of an internal network whose calendars may be read for busy times; all others must be on the internet.
CALENDAR_HOSTS = frozenset(filter(None, os.environ.get("KECHUANG_CALENDAR_HOSTS", "").split(",")))
ACCOUNT_USER_MODEL_USERNAME_FIELD = "sign_in"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "parties:arrived"

SESSION_COOKIE_AGE = 8 * 60 * 60  # a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {
        "BACKEND": "kechuang.site.static.Storage"
        if SERVING
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not SERVING
WHITENOISE_AUTOREFRESH = not SERVING
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("ttf", "woff", "woff2", "png", "jpg", "gz", "br")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Mail is kept as files unless a server is named; SMS and WeChat have a stand-in that only writes to the log.
SITE_ADDRESS = os.environ.get("KECHUANG_ADDRESS", "http://127.0.0.1:8000")
EMAIL_HOST = os.environ.get("KECHUANG_MAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("KECHUANG_MAIL_FROM", "kechuang@localhost")
OUTBOX_CHANNELS = ["kechuang.outbox.adapters.channels.Mail", "kechuang.outbox.adapters.channels.StandInSms"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"kechuang": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
