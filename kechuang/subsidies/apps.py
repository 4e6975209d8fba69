from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "kechuang.subsidies"
    label = "subsidies"
    verbose_name = "补助"
