from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "kechuang.deadlines"
    label = "deadlines"
    verbose_name = "时限"
