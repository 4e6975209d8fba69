"""An evidence pack as the audit room freezes it, and a small log of real acts."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from kechuang.audit import commands, queries
from kechuang.gazette import commands as gazette
from kechuang.policy.book import Book, installed
from tests.audit.conftest import Audited, audited
from tests.claims.conftest import book, shaoxing
from tests.rulebook import POLICIES
from tests.trail.sequenced import in_log
from tests.verify.logged import log, policies

__all__ = ["audited", "book", "log", "policies", "shaoxing"]


@pytest.fixture(scope="module")
def frozen(django_db_setup: None, django_db_blocker: DjangoDbBlocker, shaoxing: Book) -> tuple[str, bytes]:
    """One paid claim and a sample that was drawn, frozen once: digest of the manifest, and the zip."""
    with django_db_blocker.unblock(), transaction.atomic(), installed(shaoxing):
        audited = Audited()
        gazette.load_policies(None, folder=POLICIES, now=audited.now)
        task = audited.task()
        paid = audited.paid_out()
        audited.claims(3)
        sample = audited.drawn(task)
        in_log(audited.now)
        made = commands.freeze_pack(
            audited.looking, task_id=task.id, title="证据", numbers=[paid.number], sample_id=sample.id, now=audited.now
        )
        kept = made.digest, queries.pack_content(made)
        transaction.set_rollback(True)
    return kept


@pytest.fixture
def pack(frozen: tuple[str, bytes], tmp_path: Path) -> Path:
    """The zip on disk, named by the digest of its manifest."""
    digest, content = frozen
    kept = tmp_path / f"{digest}.zip"
    kept.write_bytes(content)
    return kept
