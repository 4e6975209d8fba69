"""Settings: where things are. Nothing of policy stands here."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from kechuang.site import database

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KECHUANG_DATA", ROOT / ".kechuang"))
TESTING = "pytest" in sys.modules or "KECHUANG_TESTING" in os.environ  # pytest-django reads this before any conftest


def _connection(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    options = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_named = database.named() or database.urls(DATA / "test" if TESTING else DATA, throwaway=TESTING)
DATABASES = {"default": _connection(_named.app), "owner": _connection(_named.owner)}

SECRET_KEY = os.environ.get("KECHUANG_SECRET_KEY", "")
if not SECRET_KEY:
    DATA.mkdir(exist_ok=True)
    _kept = DATA / "secret-key"
    if not _kept.exists():
        import secrets

        _kept.write_text(secrets.token_urlsafe(50))
        _kept.chmod(0o600)
    SECRET_KEY = _kept.read_text()

DEBUG = False
ALLOWED_HOSTS = os.environ.get("KECHUANG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
ROOT_URLCONF = "kechuang.site.urls"
ASGI_APPLICATION = "kechuang.site.asgi.application"

ROOMS = [
    name
    for name in (
        "site pilot portal cockpit supervision subsidies evaluation claims screening orders vouchers bookings catalog"
        " registers treasury credit notices deadlines documents search ledger outbox gazette parties trail ui"
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
    *(f"kechuang.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
            ],
        },
    }
]
if (ROOT / "kechuang" / "parties" / "models.py").exists():
    AUTH_USER_MODEL = "parties.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static"

# Mail is kept as files unless a server is named; SMS and WeChat have a stand-in that only writes to the log.
SITE_ADDRESS = os.environ.get("KECHUANG_ADDRESS", "http://127.0.0.1:8000")
EMAIL_HOST = os.environ.get("KECHUANG_MAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("KECHUANG_MAIL_FROM", "kechuang@localhost")
OUTBOX_CHANNELS = ["kechuang.outbox.adapters.channels.Mail", "kechuang.outbox.adapters.channels.StandInSms"]
