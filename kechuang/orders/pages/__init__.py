"""Pages of orders: lists, asking and placing, one order with everything that can be done on it."""

from kechuang.orders.pages.asking import place, quote, request
from kechuang.orders.pages.showing import act, contract_text, final, order, orders

__all__ = ["act", "contract_text", "final", "order", "orders", "place", "quote", "request"]
