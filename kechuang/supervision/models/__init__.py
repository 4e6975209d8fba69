"""Tables of supervision."""

from kechuang.supervision.models.cases import Case, Clawback, Instalment, Item, Letter, case_page, clawback_page

__all__ = ["Case", "Clawback", "Instalment", "Item", "Letter", "case_page", "clawback_page"]
