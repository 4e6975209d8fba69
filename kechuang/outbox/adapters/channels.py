"""Channels: mail is real; SMS and WeChat are a protocol with a stand-in (模拟短信、模拟微信) that says so in the log.

A real gateway implements `Channel`: `send` hands one letter to all addresses it can serve and answers the failures, an
empty list when all went well. It must be safe to be asked twice for one `letter.id`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from kechuang.parties.queries import Contact

_log = logging.getLogger("kechuang.outbox")


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    title: str
    text: str
    path: str
    calendar: str = ""  # an iCalendar text, for mail programs to take over


class Channel(Protocol):
    def send(self, letter: Letter, to: Sequence[Contact]) -> list[str]: ...


class Mail:
    """邮件, through Django's mail settings; one mail each, so that nobody learns the others' addresses."""

    def send(self, letter: Letter, to: Sequence[Contact]) -> list[str]:
        failures = []
        link = f"{settings.SITE_ADDRESS}{letter.path}"
        for address in to:
            if not address.mail:
                continue
            mail = EmailMessage(letter.title, f"{letter.text}\n\n{link}\n", None, [address.mail])
            if letter.calendar:
                mail.attach("booking.ics", letter.calendar, "text/calendar")
            try:
                mail.send()
            except OSError as error:
                failures.append(f"邮件：{error}")
        return failures


class StandInSms:
    """模拟短信：writes to the log what a gateway would be handed. No text message leaves the machine."""

    def send(self, letter: Letter, to: Sequence[Contact]) -> list[str]:
        for address in to:
            if address.phone:
                _log.info("模拟短信 %s → %s", letter.id, address.person_id)
        return []


def channels() -> list[Channel]:
    """The channels named in settings, as dotted names of classes."""
    found = []
    for dotted in settings.OUTBOX_CHANNELS:
        module, _dot, name = dotted.rpartition(".")
        found.append(getattr(import_module(module), name)())
    return found
