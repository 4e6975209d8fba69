from django.apps import AppConfig


class PilotConfig(AppConfig):
    name = "kechuang.pilot"
    label = "pilot"
    verbose_name = "试点年"
