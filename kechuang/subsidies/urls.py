from django.urls import path

from kechuang.subsidies.pages import conversions, outside, payouts, settlements

app_name = "subsidies"
urlpatterns = [
    path("", settlements.settlements, name="settlements"),
    path("new", settlements.draft, name="draft"),
    path("outside", outside.outside, name="outside"),
    path("conversions", conversions.conversions, name="conversions"),
    path("outside/<str:outside_id>/check", outside.check, name="check_outside"),
    path("outside/<str:outside_id>/reject", outside.reject, name="reject_outside"),
    path("payouts", payouts.payouts, name="payouts"),
    path("payouts/prepare", payouts.prepare, name="prepare"),
    path("payouts/<str:batch_id>", payouts.batch, name="batch"),
    path("payouts/<str:batch_id>/approve", payouts.approve, name="approve_batch"),
    path("payouts/<str:batch_id>/return", payouts.return_, name="return_batch"),
    path("payouts/<str:batch_id>/cancel", payouts.cancel, name="cancel_batch"),
    path("payouts/<str:batch_id>/release", payouts.release, name="release_batch"),
    path("payouts/<str:batch_id>/file.<str:kind>", payouts.file, name="payment_file"),
    path("payouts/<str:batch_id>/transmit", payouts.transmit, name="transmit"),
    path("payouts/<str:batch_id>/ask", payouts.ask, name="ask_bank"),
    path("payouts/<str:batch_id>/results", payouts.results, name="results"),
    path("payouts/<str:batch_id>/lines/<str:line_id>/bounce", payouts.bounce, name="bounce"),
    path("payouts/<str:batch_id>/form", payouts.approval_form, name="approval_form"),
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
