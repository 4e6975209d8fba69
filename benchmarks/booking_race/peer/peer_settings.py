"""NEMO's settings: apps, middleware and templates as in its published example (resources/settings.py).

E-mail is off, signing in is by its remote-user backend. The database, with its connection settings, is handed down in
PEER_DATABASE: the very entry that kechuang's own settings make for a web process, only the name is another.
"""

import json
import os

from rest_framework.settings import DEFAULTS

DEBUG = False
SECRET_KEY = "benchmark-only"
ALLOWED_HOSTS = ["*"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
AUTH_USER_MODEL = "NEMO.User"
WSGI_APPLICATION = "NEMO.wsgi.application"
ROOT_URLCONF = "NEMO.urls"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "login"
DATETIME_FORMAT = "l, F jS, Y @ g:i A"
SHORT_DATETIME_FORMAT = "m/d/Y @ g:i A"
DATE_FORMAT = "l, F jS, Y"
SHORT_DATE_FORMAT = "m/d/Y"
TIME_FORMAT = "g:i A"
DATETIME_INPUT_FORMATS = ["%m/%d/%Y %I:%M %p"]
DATE_INPUT_FORMATS = ["%m/%d/%Y"]
TIME_INPUT_FORMATS = ["%I:%M %p"]
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"  # it reads the instants of a request as wall-clock times of its zone
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.contrib.humanize",
    "NEMO.apps.kiosk",
    "NEMO.apps.area_access",
    "NEMO",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "mptt",
    "auditlog",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.BrokenLinkEmailsMiddleware",
    "NEMO.middleware.DeviceDetectionMiddleware",
    "NEMO.middleware.SessionTimeout",
    "NEMO.middleware.ImpersonateMiddleware",
    "NEMO.middleware.NEMOAuditlogMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "NEMO.context_processors.show_logout_button",
                "NEMO.context_processors.base_context",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.debug",
                "django.template.context_processors.media",
                "django.template.context_processors.static",
                "django.template.context_processors.tz",
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ("NEMO.permissions.DjangoModelPermissions",),
    "DEFAULT_FILTER_BACKENDS": ("NEMO.rest_filter_backend.NEMOFilterBackend",),
    "DEFAULT_RENDERER_CLASSES": [*DEFAULTS["DEFAULT_RENDERER_CLASSES"], "drf_excel.renderers.XLSXRenderer"],
    "DEFAULT_PARSER_CLASSES": [*DEFAULTS["DEFAULT_PARSER_CLASSES"], "NEMO.parsers.CSVParser"],
    "DEFAULT_PAGINATION_CLASS": "NEMO.rest_pagination.NEMOPageNumberPagination",
    "PAGE_SIZE": 1000,
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
AUTHENTICATION_BACKENDS = ["NEMO.views.authentication.RemoteUserAuthenticationBackend"]
DATABASES = {"default": json.loads(os.environ["PEER_DATABASE"])}
STATIC_URL = "/static/"
MEDIA_ROOT = os.environ["PEER_MEDIA"]
MEDIA_URL = "/media/"
ALLOW_CONDITIONAL_URLS = True
CUSTOMIZATIONS_CACHE_SECONDS = 30
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    "NEMO.User",
    "NEMO.Project",
    "NEMO.Account",
    "NEMO.Customization",
    "NEMO.UsageEvent",
    "NEMO.AreaAccessRecord",
    "NEMO.ConsumableWithdraw",
    "NEMO.StaffCharge",
    "NEMO.TrainingSession",
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"": {"handlers": ["console"], "level": "ERROR"}},
}
