from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "kechuang.ui"
    label = "ui"
    verbose_name = "界面"
