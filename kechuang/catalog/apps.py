from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "kechuang.catalog"
    label = "catalog"
    verbose_name = "资源目录"
