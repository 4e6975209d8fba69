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
    path("boards/carrier/<str:carrier_id>/idle", pages.carrier_idle, name="carrier_idle"),
    path("boards/carrier/<str:carrier_id>/baseline", pages.carrier_baseline, name="carrier_baseline"),
    path("boards/carrier/<str:carrier_id>/table.<str:media>", pages.carrier_table, name="carrier_table"),
    path("boards/region/<str:region_code>", pages.region, name="region"),
    path("boards/region/<str:region_code>/idle", pages.region_idle, name="region_idle"),
    path("boards/region/<str:region_code>/baseline", pages.region_baseline, name="region_baseline"),
    path("boards/region/<str:region_code>/table.<str:media>", pages.region_table, name="region_table"),
    path("open", pages.public, {"code": "330000"}, name="open"),
    path("open/<str:code>", pages.public, name="public"),
    path("papers", pages.papers, name="papers"),
    path("papers/<str:paper_id>/", pages.paper, name="paper"),
    path("papers/<str:paper_id>/pdf", pages.paper_pdf, name="paper_pdf"),
    path("verify", pages.verify, name="verify"),
]
