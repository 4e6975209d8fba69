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
    path("carriers/<str:carrier_id>/instruments/new", pages.new_instrument, name="new_instrument"),
    path("carriers/<str:carrier_id>/import/instruments", pages.import_instruments, name="import_instruments"),
    path("carriers/<str:carrier_id>/import/<str:kind>", pages.take_over, name="import"),
    path("blank/<str:kind>", pages.blank, name="blank"),
    path("imports/<str:run_id>", pages.import_run, name="import_run"),
    path("imports/<str:run_id>/findings", pages.findings, name="findings"),
    path("exports", pages.exports, name="exports"),
    path("push", pages.push_keys, name="push_keys"),
    path("push/<str:push_key_id>/revoke", pages.revoke_key, name="revoke_key"),
    path("instruments", pages.instruments, name="instruments"),
    path("instruments/<str:offer_id>", pages.instrument, name="instrument"),
    path("instruments/<str:offer_id>/picture", pages.picture, name="picture"),
    path("instruments/<str:offer_id>/picture/new", pages.set_picture, name="set_picture"),
    path("instruments/<str:offer_id>/status", pages.set_status, name="set_status"),
    path("instruments/<str:offer_id>/customs-papers", pages.clear_customs, name="clear_customs"),
    path("instruments/<str:offer_id>/<str:section>", pages.edit_section, name="section"),
    path("offers/<str:offer_id>", pages.offer, name="offer"),
    path("offers/<str:offer_id>/edit", pages.edit, name="edit"),
    path("offers/<str:offer_id>/prices", pages.prices, name="prices"),
    path("offers/<str:offer_id>/<str:action>", pages.act, name="act"),
]
