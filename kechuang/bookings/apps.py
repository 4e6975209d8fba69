from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "kechuang.bookings"
    label = "bookings"
    verbose_name = "预约"
