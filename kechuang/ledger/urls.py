from django.urls import path

from kechuang.ledger import pages

app_name = "ledger"
urlpatterns = [
    path("", pages.accounts, name="accounts"),
    path("export.csv", pages.export_accounts, name="export_accounts"),
    path("accounts/<int:ledger_account_id>", pages.account, name="account"),
    path("accounts/<int:ledger_account_id>/export.csv", pages.export_account, name="export_account"),
    path("closings", pages.closings, name="closings"),
    path("closings/<str:region>/<str:period>/<str:until>", pages.close, name="close"),
]
