from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kechuang.audit"
    label = "audit"
    verbose_name = "审计"
