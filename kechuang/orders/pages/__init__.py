"""Pages of orders: lists, asking and placing, one order with everything that can be done on it."""

from kechuang.orders.pages.asking import place, quote, request
from kechuang.orders.pages.booked import booked, booking_order, booking_price, stand, standing
from kechuang.orders.pages.income import horizontal_part, income, income_file, served
from kechuang.orders.pages.showing import act, contract_text, final, order, orders

__all__ = [
    "act",
    "booked",
    "booking_order",
    "booking_price",
    "contract_text",
    "final",
    "horizontal_part",
    "income",
    "income_file",
    "order",
    "orders",
    "place",
    "quote",
    "request",
    "served",
    "stand",
    "standing",
]
