from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kechuang.notices"
    label = "notices"
    verbose_name = "公示"
