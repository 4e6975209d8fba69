from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "kechuang.releases"
    label = "releases"
    verbose_name = "放券"
