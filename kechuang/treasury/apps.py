from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "kechuang.treasury"
    label = "treasury"
    verbose_name = "资金"
