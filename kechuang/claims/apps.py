from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "kechuang.claims"
    label = "claims"
    verbose_name = "兑付"
