"""django-hordak with the least that it needs, on the PostgreSQL of the run."""

import json
import os

SECRET_KEY = "a benchmark's"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        **json.loads(os.environ["PEER_DATABASE"]),
    }
}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"]
CURRENCIES = ["CNY"]
DEFAULT_CURRENCY = HORDAK_INTERNAL_CURRENCY = "CNY"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
