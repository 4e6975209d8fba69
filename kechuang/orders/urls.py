from django.urls import path

from kechuang.orders import pages

app_name = "orders"
urlpatterns = [
    path("", pages.orders, name="orders"),
    path("request/<str:offer_id>", pages.request, name="request"),
    path("booked/<str:booking_id>", pages.booked, name="booked"),
    path("booked/<str:booking_id>/part", pages.booking_order, name="booking_order"),
    path("price/<str:offer_id>", pages.booking_price, name="booking_price"),
    path("standing/<str:offer_id>", pages.standing, name="standing"),
    path("standing/<str:offer_id>/set", pages.stand, name="stand"),
    path("income", pages.income, name="income"),
    path("income.<str:media>", pages.income_file, name="income_file"),
    path("income/horizontal", pages.horizontal_part, name="horizontal_part"),
    path("<str:order_id>/", pages.order, name="order"),
    path("<str:order_id>/quote", pages.quote, name="quote"),
    path("<str:order_id>/place", pages.place, name="place"),
    path("<str:order_id>/final", pages.final, name="final"),
    path("<str:order_id>/served", pages.served, name="served"),
    path("<str:order_id>/contract-text", pages.contract_text, name="contract_text"),
    path("<str:order_id>/<str:action>", pages.act, name="act"),
]
