from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "kechuang.screening"
    label = "screening"
    verbose_name = "风险筛查"
