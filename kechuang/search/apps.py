from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "kechuang.search"
    label = "search"
    verbose_name = "检索"
