from django.urls import path

from kechuang.cockpit import pages

app_name = "cockpit"
urlpatterns = [
    path("desk/", pages.drafts, name="drafts"),
    path("desk/new", pages.new_draft, name="new"),
    path("desk/compare", pages.compare, name="compare"),
    path("desk/note.<str:media>", pages.note, name="note"),
    path("desk/replays/<str:replay_id>/", pages.replay_page, name="replay"),
    path("desk/replays/<str:replay_id>/progress", pages.progress, name="progress"),
    path("desk/<str:draft_id>/", pages.draft, name="draft"),
    path("desk/<str:draft_id>/edit", pages.edit, name="edit"),
    path("desk/<str:draft_id>/check", pages.check, name="check"),
    path("desk/<str:draft_id>/replay", pages.replay, name="ask_replay"),
    path("desk/<str:draft_id>/act/<str:action>", pages.act, name="act"),
]
