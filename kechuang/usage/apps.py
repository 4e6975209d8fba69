from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "kechuang.usage"
    label = "usage"
    verbose_name = "使用与服务记录"
