"""Pages of orders: lists, asking and placing, one order with everything that can be done on it."""

from kechuang.orders.pages.asking import place, quote, request
from kechuang.orders.pages.booked import booked, booked_part, stand, standing
from kechuang.orders.pages.showing import act, contract_text, final, order, orders

__all__ = [
    "act",
    "booked",
    "booked_part",
    "contract_text",
    "final",
    "order",
    "orders",
    "place",
    "quote",
    "request",
    "stand",
    "standing",
]
