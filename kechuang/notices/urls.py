from django.urls import path

from kechuang.notices import pages

app_name = "notices"
urlpatterns = [
    path("", pages.running, name="running"),
    path("archive", pages.archive, name="archive"),
    path("feed", pages.Feed(), name="feed"),
    path("objections", pages.waiting, name="waiting"),
    path("objections/<str:objection_id>", pages.objection, name="objection"),
    path("objections/<str:objection_id>/withdraw", pages.withdraw_objection, name="withdraw_objection"),
    path("<str:notice_id>", pages.notice, name="notice"),
    path("<str:notice_id>/items/<str:item_id>/object", pages.object_to, name="object"),
]
