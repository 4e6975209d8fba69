from django.urls import path

from kechuang.gazette import pages

app_name = "gazette"
urlpatterns = [
    path("", pages.packs, name="packs"),
    path("<str:region>/<str:name>", pages.pack, name="pack"),
    path("<str:region>/<str:name>/text/<int:version>", pages.text, name="text"),
    path("<str:region>/<str:name>/cases/<int:number>", pages.try_case, name="try"),
    path("<str:region>/<str:name>/notes", pages.interpret, name="interpret"),
]
