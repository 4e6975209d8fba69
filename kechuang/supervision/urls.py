from django.urls import path

from kechuang.supervision.pages import cases, clawbacks

app_name = "supervision"
urlpatterns = [
    path("", cases.listing, name="cases"),
    path("cases/on/<str:claim_id>", cases.open_on_claim, name="open"),
    path("cases/<str:dossier_id>", cases.case, name="case"),
    path("cases/<str:dossier_id>/items/<str:dossier_item_id>/resume", cases.resume, name="resume"),
    path("cases/<str:dossier_id>/act/<str:action>", cases.act, name="act"),
    path("clawbacks/", clawbacks.listing, name="clawbacks"),
    path("clawbacks/<str:clawback_id>", clawbacks.clawback, name="clawback"),
    path("clawbacks/<str:clawback_id>/act/<str:action>", clawbacks.act, name="clawback_act"),
]
