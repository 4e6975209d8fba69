from django.apps import AppConfig


class GazetteConfig(AppConfig):
    name = "kechuang.gazette"
    label = "gazette"
    verbose_name = "规则库"
