from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "kechuang.parties"
    label = "parties"
    verbose_name = "主体"
