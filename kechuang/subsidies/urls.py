from django.urls import path

from kechuang.subsidies.pages import conversions, outside, settlements
from kechuang.subsidies.pages.payouts import PAYOUTS

app_name = "subsidies"
urlpatterns = [
    path("", settlements.settlements, name="settlements"),
    path("new", settlements.draft, name="draft"),
    path("outside", outside.outside, name="outside"),
    path("conversions", conversions.conversions, name="conversions"),
    path("conversions/<str:conversion_id>/check", conversions.check, name="check_conversions"),
    path("conversions/<str:conversion_id>/reject", conversions.reject, name="reject_conversions"),
    path("outside/<str:outside_id>/check", outside.check, name="check_outside"),
    path("outside/<str:outside_id>/reject", outside.reject, name="reject_outside"),
    *PAYOUTS.addresses(),
    path("statements/<str:statement_id>", settlements.statement, name="statement"),
    path("statements/<str:statement_id>/retry", settlements.retry, name="retry"),
    path("statements/<str:statement_id>/file.<str:kind>", settlements.statement_file, name="statement_file"),
    path("<str:settlement_id>", settlements.settlement, name="settlement"),
    path("<str:settlement_id>/edit", settlements.edit, name="edit"),
    path("<str:settlement_id>/decide", settlements.decide, name="decide"),
    path("<str:settlement_id>/fund", settlements.fund, name="fund"),
    path("<str:settlement_id>/settle", settlements.settle, name="settle"),
    path("<str:settlement_id>/publish", settlements.publish, name="publish"),
    path("<str:settlement_id>/unpublish", settlements.unpublish, name="unpublish"),
    path("<str:settlement_id>/withdraw", settlements.withdraw, name="withdraw"),
    path("<str:settlement_id>/claims", settlements.counted, name="counted"),
]
