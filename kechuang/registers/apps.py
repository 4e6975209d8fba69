from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "kechuang.registers"
    label = "registers"
    verbose_name = "名录"
