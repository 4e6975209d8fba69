"""The site with the gallery of components beside it."""

from django.urls import URLPattern, URLResolver, path

from kechuang.site.urls import urlpatterns as site
from tests.ui import gallery

urlpatterns: list[URLPattern | URLResolver] = [path("gallery", gallery.page, name="gallery"), *site]
