from django.urls import path

from kechuang.treasury import pages

app_name = "treasury"
urlpatterns = [
    path("budgets", pages.budgets, name="budgets"),
    path("budgets/new", pages.draft, name="draft"),
    path("budgets/<str:budget_id>", pages.budget, name="budget"),
    path("budgets/<str:budget_id>/edit", pages.edit, name="edit"),
    path("budgets/<str:budget_id>/<str:action>", pages.act, name="act"),
    path("quotas/<str:region>/<str:name>", pages.quotas, name="quotas"),
    path("reconciliation", pages.reconciliation, name="reconciliation"),
    path("settlements", pages.settlements, name="settlements"),
]
