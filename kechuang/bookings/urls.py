from django.urls import path

from kechuang.bookings.pages import bookings, calendar, desk, samples

app_name = "bookings"
urlpatterns = [
    path("", bookings.mine, name="mine"),
    path("desk/", desk.desk, name="desk"),
    path("instruments/<str:instrument_id>/", calendar.calendar, name="calendar"),
    path("instruments/<str:instrument_id>/events", calendar.events, name="events"),
    path("instruments/<str:instrument_id>/book", calendar.book, name="book"),
    path("instruments/<str:instrument_id>/wait", calendar.wait, name="wait"),
    path("instruments/<str:instrument_id>/train", calendar.train, name="train"),
    path("instruments/<str:instrument_id>/sample", samples.announce, name="announce"),
    path("instruments/<str:instrument_id>/rules", desk.rules, name="rules"),
    path("instruments/<str:instrument_id>/blocks", desk.blocks, name="blocks"),
    path("instruments/<str:instrument_id>/override", desk.override, name="override"),
    path("instruments/<str:instrument_id>/sources", desk.sources, name="sources"),
    path("instruments/<str:instrument_id>/turn/<str:action>", desk.turn, name="turn"),
    path("blocks/<str:block_id>/lift", desk.unblock, name="unblock"),
    path("sources/<str:source_id>/stop", desk.stop_source, name="stop_source"),
    path("trainings/", desk.trainings, name="trainings"),
    path("trainings/<str:training_id>/<str:action>", desk.training_act, name="training_act"),
    path("qualifications/", desk.qualify, name="qualify"),
    path("qualifications/<str:qualification_id>/<str:action>", desk.qualification_act, name="qualification_act"),
    path("samples/", samples.samples, name="samples"),
    path("samples/<str:sample_id>/", samples.sample, name="sample"),
    path("samples/<str:sample_id>/<str:action>", samples.act, name="sample_act"),
    path("waits/", bookings.waits, name="waits"),
    path("waits/<str:wait_id>/<str:action>", bookings.wait_act, name="wait_act"),
    path("feeds/", bookings.feeds, name="feeds"),
    path("feeds/act/<str:action>", bookings.feed_act, name="feed_act"),
    path("feeds/<str:token>.ics", bookings.feed, name="feed"),
    path("<str:booking_id>/", bookings.booking, name="booking"),
    path("<str:booking_id>/calendar.ics", bookings.calendar_file, name="calendar_file"),
    path("<str:booking_id>/reschedule", bookings.reschedule, name="reschedule"),
    path("<str:booking_id>/<str:action>", bookings.act, name="act"),
]
