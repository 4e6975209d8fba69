from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "kechuang.ledger"
    label = "ledger"
    verbose_name = "总账"
