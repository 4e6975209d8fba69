from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "kechuang.cockpit"
    label = "cockpit"
    verbose_name = "驾驶舱"
