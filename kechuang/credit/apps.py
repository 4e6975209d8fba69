from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "kechuang.credit"
    label = "credit"
    verbose_name = "信用"
