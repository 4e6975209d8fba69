from django.urls import path

from kechuang.cockpit import pages

app_name = "cockpit"
urlpatterns = [
    path("", pages.cockpit, name="cockpit"),
    path("regions/<str:region_code>/", pages.region, name="region"),
    path("regions/<str:region_code>/rows/<str:indicator>", pages.rows, name="rows"),
    path("regions/<str:region_code>/freeze", pages.freeze, name="freeze"),
    path("regions/<str:region_code>/performance", pages.targets, name="targets"),
    path("regions/<str:region_code>/performance/new", pages.new_target, name="new_target"),
    path("performance/<str:target_id>/", pages.target, name="target"),
    path("performance/<str:target_id>/edit", pages.edit_target, name="edit_target"),
    path("performance/<str:target_id>/act/<str:action>", pages.target_act, name="target_act"),
    path("reports/<str:snapshot_id>/", pages.report, name="report"),
    path("reports/<str:snapshot_id>/publish", pages.publish_report, name="publish_report"),
    path("reports/<str:snapshot_id>/file/<str:media>", pages.report_file, name="report_file"),
    path("open/", pages.open_data, name="open"),
    path("open/feed", pages.OpenFeed(), name="open_feed"),
    path("open/<str:number>.<str:media>", pages.open_file, name="open_file"),
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
