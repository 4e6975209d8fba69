from django.urls import path, register_converter
from django.urls.converters import StringConverter

from kechuang.credit.pages import decisions, events, records
from kechuang.credit.pages import organisation as pages


class CommitmentKindConverter(StringConverter):
    regex = "holder|provider"


class RecordActConverter(StringConverter):
    regex = "reply|uphold|lift"


class EventActConverter(StringConverter):
    regex = "reply|confirm|lift|ask_repair|repair|refuse_repair"


class DecisionActConverter(StringConverter):
    regex = "carry_out|refuse|withdraw"


register_converter(DecisionActConverter, "decision_act")
register_converter(CommitmentKindConverter, "commitment_kind")
register_converter(RecordActConverter, "record_act")
register_converter(EventActConverter, "event_act")

app_name = "credit"
urlpatterns = [
    path("organisation/", pages.organisation, name="mine"),
    path("organisation/change/", pages.change, name="change"),
    path("organisation/members/add/", pages.add_member, name="add_member"),
    path("organisation/members/<str:membership_id>/end/", pages.end_member, name="end_member"),
    path("organisation/units/add/", pages.add_unit, name="add_unit"),
    path("organisation/accounts/add/", pages.propose_account, name="propose_account"),
    path("organisation/<str:party_id>/", pages.organisation, name="organisation"),
    path("commitments/<commitment_kind:kind>/", pages.sign, name="sign"),
    path("accounts/", pages.accounts, name="accounts"),
    path("accounts/<str:account_id>/", pages.account, name="account"),
    path("accounts/<str:account_id>/<str:action>/", pages.move_account, name="move_account"),
    path("decisions/", decisions.listed, name="decisions"),
    path("decisions/new/", decisions.propose, name="propose_decision"),
    path("decisions/<str:decision_id>/", decisions.shown, name="decision"),
    path("decisions/<str:decision_id>/<decision_act:action>/", decisions.act, name="decision_act"),
    path("records/", records.listed, name="records"),
    path("records/<str:record_id>/", records.shown, name="record"),
    path("records/<str:record_id>/<record_act:action>/", records.act, name="record_act"),
    path("events/", events.listed, name="events"),
    path("events/<str:credit_event_id>/", events.shown, name="event"),
    path("events/<str:credit_event_id>/<event_act:action>/", events.act, name="event_act"),
    path("standing/", events.standing, name="my_standing"),
    path("standing/<str:party_id>/", events.standing, name="standing"),
    path("lists/", pages.lists, name="lists"),
    path("import/", pages.bring_organisations, name="bring"),
]
