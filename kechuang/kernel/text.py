"""Marking Chinese text for translation without a framework; masking what a stranger may not read."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def gettext_noop(text: str) -> str:
    """Marks `text` for the English catalogue; the translation is looked up where it is shown."""
    return text


def tidy(text: str) -> str:
    """Typed text as it is stored: control characters gone, white space at both ends gone."""
    return _CONTROL.sub("", text).strip()


def shortened(text: str, chars: int) -> str:
    """A text for a place that holds so many characters: what is longer ends in an ellipsis there."""
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def halfwidth(text: str) -> str:
    """Full-width letters, digits and signs (ＡＢ１２，) as their ASCII forms, spaces of every width removed.

    Numbers of invoices, certificates and accounts are compared in this form only.
    """
    narrow = (chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return "".join(c for c in narrow if not c.isspace() and c not in "\u200b\ufeff")


def masked_name(name: str) -> str:
    """张三丰 as 张**: a natural person on a page that anyone may read (姓名脱敏)."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def masked_number(number: str, *, keep_first: int = 3, keep_last: int = 4) -> str:
    """13812345678 as 138****5678; a number too short to hide anything is hidden whole."""
    hidden = len(number) - keep_first - keep_last
    if hidden < 1:
        return "*" * len(number)
    return number[:keep_first] + "*" * hidden + number[len(number) - keep_last :]
