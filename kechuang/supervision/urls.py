from django.urls import path

from kechuang.supervision.pages import cases, checks, clawbacks, sanctions, visits

app_name = "supervision"
urlpatterns = [
    path("", cases.listing, name="cases"),
    path("cases/on/<str:claim_id>", cases.open_on_claim, name="open"),
    path("cases/holding/<str:payout_id>", cases.holding, name="holding"),
    path("cases/on-statement/<str:statement_id>", cases.open_on_statement, name="open_statement"),
    path("cases/on-visit/<str:visit_id>", cases.open_on_visit, name="open_visit"),
    path("cases/on-complaint/<str:complaint_id>", cases.open_on_complaint, name="open_complaint"),
    path("cases/<str:dossier_id>", cases.case, name="case"),
    path("cases/<str:dossier_id>/items/<str:dossier_item_id>/resume", cases.resume, name="resume"),
    path("cases/<str:dossier_id>/act/<str:action>", cases.act, name="act"),
    path("cases/<str:dossier_id>/sanction", sanctions.propose, name="propose"),
    path("complaints/", sanctions.complaints, name="complaints"),
    path("complaints/new", sanctions.complain, name="complain"),
    path("complaints/<str:complaint_id>", sanctions.complaint, name="complaint"),
    path("complaints/<str:complaint_id>/act/<str:action>", sanctions.complaint_act, name="complaint_act"),
    path("sanctions/", sanctions.sanctions, name="sanctions"),
    path("sanctions/<str:sanction_id>", sanctions.sanction, name="sanction"),
    path("sanctions/<str:sanction_id>/act/<str:action>", sanctions.sanction_act, name="sanction_act"),
    path("clawbacks/", clawbacks.listing, name="clawbacks"),
    path("clawbacks/<str:clawback_id>", clawbacks.clawback, name="clawback"),
    path("clawbacks/<str:clawback_id>/act/<str:action>", clawbacks.act, name="clawback_act"),
    path("checks/", checks.listing, name="checks"),
    path("checks/new", checks.draft, name="draft"),
    path("checks/<str:plan_id>", checks.plan, name="plan"),
    path("checks/<str:plan_id>/act/<str:action>", checks.act, name="plan_act"),
    path("checks/<str:plan_id>/files/<str:file_kind>.json", checks.file, name="file"),
    path("roster/<str:office_code>", checks.roster, name="roster"),
    path("inspectors/<str:inspector_id>", checks.inspector, name="inspector"),
    path("inspectors/<str:inspector_id>/remove", checks.remove, name="remove"),
    path("visits/", visits.listing, name="visits"),
    path("visits/<str:visit_id>", visits.visit, name="visit"),
    path("visits/<str:visit_id>/act/<str:action>", visits.act, name="visit_act"),
]
