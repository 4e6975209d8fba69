from django.urls import path

from kechuang.releases import pages

app_name = "releases"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("new", pages.draft, name="new"),
    path("<str:release_id>/", pages.release, name="release"),
    path("<str:release_id>/edit", pages.edit, name="edit"),
    path("<str:release_id>/place", pages.place, name="place"),
    path("<str:release_id>/counts", pages.live, name="live"),
    path("<str:release_id>/result", pages.result, name="result"),
    path("<str:release_id>/files/<str:kind>.json", pages.file, name="file"),
    path("<str:release_id>/enter", pages.enter, name="enter"),
    path("<str:release_id>/act/<str:action>", pages.act, name="act"),
    path("places/<str:place_id>/<str:action>", pages.act_on_place, name="act_on_place"),
]
