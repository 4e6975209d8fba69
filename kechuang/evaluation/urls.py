from django.urls import path

from kechuang.evaluation import pages

app_name = "evaluation"
urlpatterns = [
    path("", pages.evaluations, name="evaluations"),
    path("new", pages.open_evaluation, name="open"),
    path("results", pages.results, name="results"),
    path("preferred", pages.preferred, name="preferred"),
    path("preferred.csv", pages.preferred_file, name="preferred_file"),
    path("priorities/<str:priority_id>", pages.priority, name="priority"),
    path("priorities/<str:priority_id>/revoke", pages.revoke, name="revoke"),
    path("sheets/<str:card_id>", pages.sheet, name="sheet"),
    path("sheets/<str:card_id>/<str:action>", pages.act, name="act"),
    path("<str:evaluation_id>", pages.evaluation, name="evaluation"),
    path("<str:evaluation_id>/grade", pages.grade, name="grade"),
    path("<str:evaluation_id>/publish", pages.publish, name="publish"),
    path("<str:evaluation_id>/withdraw", pages.withdraw, name="withdraw"),
]
