from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from kechuang.documents import commands, pages
from kechuang.documents.formats.specimens import page_pdf
from kechuang.documents.states import Kind
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.kernel.errors import NotVisible

PROVIDER = Actor("psn_lab", party_id="pty_lab")
pytestmark = pytest.mark.django_db


def test_files_leave_as_downloads_only() -> None:
    """T6: what others uploaded never runs in our pages, whatever it is."""
    file = commands.keep(
        PROVIDER,
        name="报告 100%;a.pdf",
        content=page_pdf(["样例"]),
        kind=Kind.REPORT,
        subject_id="clm_1",
        region="330602",
        now=datetime(2025, 3, 1, tzinfo=UTC),
    )
    request = RequestFactory().get("/")
    request.actor = PROVIDER
    response = pages.download(request, file.id)
    assert response["Content-Disposition"] == (
        f"attachment; filename=\"{file.id}\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%20100%25%3Ba.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "application/pdf"
    request.actor = PUBLIC
    with pytest.raises(NotVisible):
        pages.download(request, file.id)


def test_downloads_cannot_be_posted_to() -> None:
    assert pages.download(RequestFactory().post("/"), "fil_1").status_code == 405
