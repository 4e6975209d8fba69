from django.urls import path

from kechuang.search import pages

app_name = "search"
urlpatterns = [
    path("suggest", pages.suggest, name="suggest"),
    path("saved", pages.saved, name="saved"),
    path("saved/<str:saved_id>/forget", pages.forget, name="forget"),
    path("synonyms/", pages.synonyms, name="synonyms"),
    path("synonyms/new", pages.add, name="add"),
    path("synonyms/import", pages.bring_in, name="import"),
    path("synonyms/blank", pages.blank, name="blank"),
    path("synonyms/<str:entry_id>", pages.synonym, name="synonym"),
    path("synonyms/<str:entry_id>/<str:action>", pages.turn, name="turn"),
]
