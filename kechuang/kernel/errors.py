"""The one error a person is shown. Everything else is a bug and crashes."""

from typing import ClassVar


class Refusal(Exception):
    """The rules say no (不予办理). Carries a stable code and facts; the sentence is made at the edge.

    Subclasses live beside the rule that raises them. `text` is a Chinese msgid in which facts are named in
    braces: "余额 {balance} 不足". `remedy` says what the person can do now. `field` names the form field it belongs to.
    Facts whose name ends in `_fen` are shown as yuan, `_on` as a day, `_bp` as per cent.
    """

    code: ClassVar[str]
    text: ClassVar[str]
    remedy: ClassVar[str] = ""
    field: ClassVar[str] = ""
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.code, facts)


class NotVisible(Exception):
    """The record does not exist for this actor (404): nobody learns that it exists for others."""
