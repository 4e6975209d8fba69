from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "kechuang.orders"
    label = "orders"
    verbose_name = "服务订单"
