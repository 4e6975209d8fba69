from django.urls import path

from kechuang.catalog import pages

app_name = "catalog"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("carriers", pages.carriers, name="carriers"),
    path("carriers/<str:carrier_id>", pages.carrier, name="carrier"),
    path("carriers/<str:carrier_id>/edit", pages.edit_carrier, name="edit_carrier"),
    path("carriers/<str:carrier_id>/opening", pages.opening, name="opening"),
    path("carriers/<str:carrier_id>/staff", pages.new_staff, name="new_staff"),
    path("carriers/<str:carrier_id>/sharing", pages.sharing, name="sharing"),
    path("staff/<str:staff_id>", pages.edit_staff, name="edit_staff"),
    path("carriers/<str:carrier_id>/new", pages.new_offer, name="new_offer"),
    path("carriers/<str:carrier_id>/import/<str:kind>", pages.take_over, name="import"),
    path("blank/<str:kind>", pages.blank, name="blank"),
    path("offers/<str:offer_id>", pages.offer, name="offer"),
    path("offers/<str:offer_id>/edit", pages.edit, name="edit"),
    path("offers/<str:offer_id>/prices", pages.prices, name="prices"),
    path("offers/<str:offer_id>/<str:action>", pages.act, name="act"),
]
