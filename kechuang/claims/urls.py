from django.urls import path

from kechuang.claims.pages import deciding as pages
from kechuang.claims.pages import opening
from kechuang.claims.pages.payouts import PAYOUTS
from kechuang.claims.pages.specimen import specimen

app_name = "claims"
urlpatterns = [
    path("", pages.claims, name="claims"),
    path("orders/<str:order_id>/make", pages.make, name="make"),
    path("confirm", pages.confirm_many, name="confirm_many"),
    path("publish", pages.publish, name="publish"),
    path("opening", opening.opening, name="opening"),
    path("opening/<str:kind>.<str:media>", opening.template, name="opening_template"),
    path("opening/<str:opening_id>/undo", opening.undo, name="undo_opening"),
    *PAYOUTS.addresses(),
    path("notices/<str:notice_id>/withdraw", pages.unpublish, name="unpublish"),
    path("notices/<str:notice_id>/correct", pages.correct_notice, name="correct_notice"),
    path("<str:claim_id>", pages.claim, name="claim"),
    path("<str:claim_id>/attach", pages.attach, name="attach"),
    path("<str:claim_id>/specimen.xml", specimen, name="specimen"),
    path("<str:claim_id>/files/<str:file_id>/set-aside", pages.set_aside, name="set_aside"),
    path("<str:claim_id>/submit", pages.submit, name="submit"),
    path("<str:claim_id>/withdraw", pages.withdraw, name="withdraw"),
    path("<str:claim_id>/confirm", pages.confirm, name="confirm"),
    path("<str:claim_id>/return", pages.return_, name="return"),
    path("<str:claim_id>/refuse", pages.refuse, name="refuse"),
    path("<str:claim_id>/suspend", pages.suspend, name="suspend"),
    path("<str:claim_id>/resume", pages.resume, name="resume"),
    path("<str:claim_id>/stop", pages.stop, name="stop"),
    path("<str:claim_id>/retry", pages.retry, name="retry"),
    path("<str:claim_id>/nudge", pages.nudge, name="nudge"),
    path("<str:claim_id>/volume", pages.volume, name="volume"),
]
