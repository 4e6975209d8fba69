from django.urls import path

from kechuang.screening.pages import contests, findings, registers

app_name = "screening"
urlpatterns = [
    path("", findings.findings, name="findings"),
    path("rules", findings.rules, name="rules"),
    path("registers", registers.registers, name="registers"),
    path("registers/<str:kind>/blank", registers.blank, name="blank_register"),
    path("links", contests.links, name="links"),
    path("links/<str:link_id>/contest", contests.contest_link, name="contest_link"),
    path("contests/<str:contest_id>", contests.contest, name="contest"),
    path("contests/<str:contest_id>/answer", contests.answer, name="answer"),
    path("<str:finding_id>", findings.finding, name="finding"),
    path("<str:finding_id>/decide", findings.decide, name="decide"),
    path("<str:finding_id>/contest", findings.contest, name="contest_finding"),
]
