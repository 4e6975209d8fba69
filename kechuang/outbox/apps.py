from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kechuang.outbox"
    label = "outbox"
    verbose_name = "消息"
