from django.urls import path

from kechuang.usage import pages

app_name = "usage"
urlpatterns = [
    path("", pages.records, name="records"),
    path("records/<str:record_id>/", pages.record, name="record"),
    path("records/<str:record_id>/correct", pages.correct, name="correct"),
    path("records/<str:record_id>/void", pages.void, name="void"),
    path("carriers/<str:carrier_id>/new", pages.new, name="new"),
    path("carriers/<str:carrier_id>/import", pages.take_over, name="import"),
    path("blank", pages.blank, name="blank"),
    path("runs", pages.runs, name="runs"),
    path("instruments/<str:instrument_id>/", pages.run, name="run"),
    path("instruments/<str:instrument_id>/start", pages.start, name="start"),
    path("sessions/<str:session_id>/stop", pages.stop, name="stop"),
    path("sessions/<str:session_id>/drop", pages.drop, name="drop"),
    path("keys", pages.keys, name="keys"),
    path("meters/<str:meter_id>/end", pages.end_meter, name="end_meter"),
    path("keys/<str:key_id>/end", pages.end_key, name="end_key"),
    path("boards", pages.boards, name="boards"),
    path("boards/carrier/<str:carrier_id>", pages.carrier, name="carrier"),
    path("boards/region/<str:code>", pages.region, name="region"),
    path("boards/<str:scope>/<str:subject_id>/idle", pages.idle, name="idle"),
    path("boards/<str:scope>/<str:subject_id>/baseline", pages.baseline, name="baseline"),
    path("boards/<str:scope>/<str:subject_id>/download.<str:media>", pages.download, name="download"),
    path("open/<str:code>", pages.public, name="public"),
    path("papers", pages.papers, name="papers"),
    path("papers/<str:paper_id>/", pages.paper, name="paper"),
    path("papers/<str:paper_id>/pdf", pages.paper_pdf, name="paper_pdf"),
    path("verify", pages.verify, name="verify"),
]
