from django.urls import path

from kechuang.deadlines import pages

app_name = "deadlines"
urlpatterns = [
    path("", pages.clocks, name="clocks"),
    path("calendar", pages.calendar, name="calendar"),
    path("calendar/enter", pages.enter, name="enter"),
]
