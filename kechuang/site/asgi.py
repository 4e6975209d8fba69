"""The web process: `uvicorn kechuang.site.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.site.settings")
os.environ.setdefault("KECHUANG_SERVING", "1")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
