from django.urls import path

from kechuang.registers import pages

app_name = "registers"
urlpatterns = [
    path("", pages.library, name="library"),
    path("apply", pages.apply, name="apply"),
    path("mine", pages.mine, name="mine"),
    path("queue", pages.queue, name="queue"),
    path("cases", pages.cases, name="cases"),
    path("cases/<str:case_id>", pages.case, name="case"),
    path("cases/<str:case_id>/<str:action>", pages.act_on_case, name="act_on_case"),
    path("<str:admission_id>", pages.admission, name="admission"),
    path("<str:admission_id>/edit", pages.edit, name="edit"),
    path("<str:admission_id>/certificate", pages.certificate, name="certificate"),
    path("<str:admission_id>/submit", pages.submit, name="submit"),
    path("<str:admission_id>/<str:action>", pages.act, name="act"),
]
