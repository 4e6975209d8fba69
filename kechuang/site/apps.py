from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class SiteConfig(AppConfig):
    name = "kechuang.site"
    label = "site"
    verbose_name = "站点"

    def ready(self) -> None:
        """Connects the bank and the tax bureau that the installation names."""
        from kechuang.screening.commands import connect_tax_bureau
        from kechuang.treasury.commands import connect_bank

        if settings.BANK_ADAPTER:
            connect_bank(import_string(settings.BANK_ADAPTER)())
        if settings.TAX_ADAPTER:
            connect_tax_bureau(import_string(settings.TAX_ADAPTER)())
