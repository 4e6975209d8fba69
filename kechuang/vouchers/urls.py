from django.urls import path

from kechuang.vouchers import pages

app_name = "vouchers"
urlpatterns = [
    path("", pages.listing, name="list"),
    path("mine", pages.mine, name="mine"),
    path("apply", pages.apply, name="apply"),
    path("<str:voucher_id>/", pages.voucher, name="voucher"),
    path("<str:voucher_id>/edit", pages.edit, name="edit"),
    path("<str:voucher_id>/print", pages.card, name="card"),
    path("<str:voucher_id>/submit", pages.submit, name="submit"),
    path("<str:voucher_id>/<str:action>", pages.act, name="act"),
]
