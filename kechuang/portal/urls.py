from django.urls import path, register_converter
from django.urls.converters import StringConverter

from kechuang.portal.pages import carriers, effect, home, instruments, money, public, search, workbench


class MediaConverter(StringConverter):
    regex = "xlsx|json"


register_converter(MediaConverter, "media")

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("search/counts", search.counts, name="search_counts"),
    path("search/saved/new", search.save, name="save_search"),
    path("instruments/<str:offer_id>", instruments.instrument, name="instrument"),
    path("carriers", carriers.carriers, name="carriers"),
    path("carriers/<str:carrier_id>", carriers.carrier, name="carrier"),
    path("carriers/<str:carrier_id>/effect", effect.effect, name="effect"),
    path("carriers/<str:carrier_id>/effect.<media:media>", effect.effect, name="effect_file"),
    path("compare", instruments.compare, name="compare"),
    path("workbench", workbench.workbench, name="workbench"),
    path("messages", workbench.inbox, name="messages"),
    path("messages/read", workbench.messages_read, name="messages_read"),
    path("workbench/nudge", workbench.nudge, name="nudge"),
    path("money", money.overview, name="money"),
    path("money/<str:subject_id>", money.way, name="money_way"),
    path("money/<str:subject_id>/acts/<str:event_id>", money.event, name="event"),
    path("pages", public.site_map, name="site_map"),
    path("help", public.help_page, name="help"),
]
