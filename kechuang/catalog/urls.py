from django.urls import path

from kechuang.catalog import pages

app_name = "catalog"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("carriers", pages.carriers, name="carriers"),
    path("carriers/<str:carrier_id>/new", pages.new_offer, name="new_offer"),
    path("carriers/<str:carrier_id>/import/<str:kind>", pages.take_over, name="import"),
    path("blank/<str:kind>", pages.blank, name="blank"),
    path("offers/<str:offer_id>", pages.offer, name="offer"),
    path("offers/<str:offer_id>/edit", pages.edit, name="edit"),
    path("offers/<str:offer_id>/prices", pages.prices, name="prices"),
    path("offers/<str:offer_id>/<str:action>", pages.act, name="act"),
]
