from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "kechuang.documents"
    label = "documents"
    verbose_name = "材料"
