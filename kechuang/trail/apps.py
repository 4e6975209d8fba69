from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "kechuang.trail"
    label = "trail"
    verbose_name = "存证"
