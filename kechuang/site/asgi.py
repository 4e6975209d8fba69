"""The web process: `uvicorn kechuang.site.asgi:application`."""

import gc
import os
import warnings

from django.core.asgi import get_asgi_application

from kechuang.site.turnstile import Turnstile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.site.settings")
os.environ.setdefault("KECHUANG_SERVING", "1")
# A static file is read whole and then sent: they are small, and their names never change their content.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = Turnstile(get_asgi_application())

# What was loaded stays for good: the collector need not look through it again in the middle of somebody's page.
gc.collect()
gc.freeze()
