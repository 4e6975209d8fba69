"""Addresses of parties. `sign_in` has the names that django-allauth looks for and stands outside the namespace."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from kechuang.parties import pages


class TicketKindConverter(StringConverter):
    regex = "person|legal_person"


register_converter(TicketKindConverter, "ticket_kind")

app_name = "parties"
urlpatterns = [
    path("arrived/", pages.arrived, name="arrived"),
    path("choose/", pages.choose, name="choose"),
    path("offices/", pages.offices, name="offices"),
    path("offices/<str:office_id>/dismiss/", pages.dismiss, name="dismiss"),
    path("substitutes/", pages.substitutes, name="substitutes"),
    path("substitutes/<str:substitution_id>/end/", pages.end_substitution, name="end_substitution"),
    path("zjzwfw/<ticket_kind:kind>/", pages.ticket_start, name="ticket_start"),
    path("zjzwfw/<ticket_kind:kind>/return/", pages.ticket_return, name="ticket_return"),
    path("zjzwfw/stand-in/<ticket_kind:kind>/", pages.stand_in, name="stand_in"),
]
sign_in = [
    path("sign-in/", pages.SignInPage.as_view(), name="account_login"),
    path("sign-out/", pages.SignOutPage.as_view(), name="account_logout"),
    path("sign-in/closed/", pages.closed, name="account_signup"),
    path("sign-in/inactive/", pages.closed, name="account_inactive"),
    path("sign-in/reset/", pages.closed, name="account_reset_password"),
]
