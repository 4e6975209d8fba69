import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from kechuang.documents import commands, queries
from kechuang.documents.adapters import scanner, store
from kechuang.documents.adapters.scanner import ClamAV, Infected, ScannerDown, StandIn, Verdict
from kechuang.documents.formats.refusals import TooManyPages
from kechuang.documents.formats.specimens import page_pdf
from kechuang.documents.models import File
from kechuang.documents.states import ORPHAN_SECONDS, Kind, Media, ScanState
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

NOW = datetime(2025, 3, 1, 2, tzinfo=UTC)
YUECHENG, KEQIAO = "330602", "330603"
PROVIDER = Actor("psn_lab", party_id="pty_lab")
HOLDER = Actor("psn_firm", party_id="pty_firm")
STRANGER = Actor("psn_other", party_id="pty_other")
OFFICER = Actor("psn_officer", posts=frozenset({Post(Role.COUNTY_OFFICER, YUECHENG)}))
NEIGHBOUR = Actor("psn_neighbour", posts=frozenset({Post(Role.COUNTY_OFFICER, KEQIAO)}))
CITY = Actor("psn_city", posts=frozenset({Post(Role.AUDITOR, "330600", covers=frozenset({YUECHENG, KEQIAO}))}))
REPORT = page_pdf(["服务报告（样例）"])

pytestmark = pytest.mark.django_db


def keep(actor: Actor = PROVIDER, content: bytes = REPORT, *, subject: str = "clm_1", name: str = "报告.pdf") -> File:
    return commands.keep(
        actor,
        name=name,
        content=content,
        kind=Kind.REPORT,
        subject_id=subject,
        region=YUECHENG,
        now=NOW,
        readers=["pty_firm", ""],
    )


def test_a_file_is_kept_under_its_digest_with_one_event() -> None:
    file = keep()
    assert file.digest == store.digest_of(file.digest)
    assert (file.size, file.media_type, file.scan_state) == (len(REPORT), Media.PDF, ScanState.NOT_SCANNED)
    assert file.scanner == "stand-in"
    event = Event.objects.get(object_id=file.id)
    assert event.facts == {"subject_id": "clm_1", "kind": "report", "digest": file.digest, "size": len(REPORT)}
    assert not altered_rows()


def test_keeping_twice_answers_with_the_first() -> None:
    assert keep().id == keep().id
    assert File.objects.count() == 1
    assert Event.objects.count() == 1


def test_the_same_content_for_two_records_is_one_object() -> None:
    one, other = keep(), keep(subject="clm_2")
    assert one.id != other.id
    assert one.digest == other.digest
    assert queries.files_by_subject(["clm_1", "clm_2", "clm_3"]) == {"clm_1": [one], "clm_2": [other], "clm_3": []}


def test_a_refused_file_leaves_nothing() -> None:
    before = set(store.objects())
    with pytest.raises(Infected):
        keep(content=REPORT + b"%X5O!P%@AP EICAR-STANDARD-ANTIVIRUS-TEST-FILE!")
    assert not File.objects.exists()
    assert {name for name, _age in store.objects()} == {name for name, _age in before}


@pytest.mark.parametrize("actor", [PROVIDER, HOLDER, OFFICER, CITY, CLOCK])
def test_who_has_to_do_with_it_may_open_it(actor: Actor) -> None:
    file = keep()
    assert queries.open_file(actor, file.id).content == REPORT


@pytest.mark.parametrize("actor", [STRANGER, NEIGHBOUR, PUBLIC, Actor("psn_lab", party_id="pty_other")])
def test_nobody_else_learns_that_it_is_there(actor: Actor) -> None:
    file = keep()
    with pytest.raises(NotVisible):
        queries.open_file(actor, file.id)
    with pytest.raises(NotVisible):
        queries.open_file(actor, "fil_none")


def test_a_file_is_opened_only_through_its_own_record() -> None:
    file = keep()
    assert queries.content_of(subject_id="clm_1", file_id=file.id).content == REPORT
    with pytest.raises(NotVisible):
        queries.content_of(subject_id="clm_2", file_id=file.id)


def test_what_we_make_ourselves_needs_no_check() -> None:
    made = {"name": "支付文件.csv", "content": b"1", "kind": Kind.PAYMENT_FILE, "media": Media.CSV}
    file = commands.keep_made(OFFICER, **made, subject_id="pmt_1", region=YUECHENG, now=NOW)
    assert (file.scan_state, file.scanner) == (ScanState.SCANNED, "made here")
    assert Event.objects.get(object_id=file.id).role == Role.COUNTY_OFFICER


@pytest.mark.parametrize("act", ["UPDATE documents_file SET name = 'x'", "DELETE FROM documents_file"])
def test_the_application_may_not_change_a_row(act: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(act)


def test_a_changed_object_is_found_and_not_served() -> None:
    """I11: broken on disk, named with table and row."""
    file = keep(content=page_pdf(["将被改动"]))
    path = store._path(file.digest)
    path.write_bytes(REPORT)
    assert [(b.table, b.row) for b in queries.altered_files()] == [("documents_file", file.id)]
    with pytest.raises(queries.Damaged):
        queries.open_file(PROVIDER, file.id)
    path.unlink()
    assert [b.row for b in queries.altered_files()] == [file.id]
    with pytest.raises(queries.Damaged):
        queries.open_file(PROVIDER, file.id)


def aged(digest: str, seconds: int) -> Path:
    import os
    import time

    path = store._path(digest)
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_an_old_object_without_a_row_is_found_and_purged() -> None:
    kept, young = keep(), store.put(b"young")
    old = store.put(b"old")
    path = aged(old, ORPHAN_SECONDS + 1)
    aged(kept.digest, ORPHAN_SECONDS + 1)
    assert [b.row for b in queries.altered_files()] == [old]
    assert commands.purge(older_than_seconds=ORPHAN_SECONDS) == 1
    assert not path.exists()
    assert store.digest_of(young) == young
    assert not queries.altered_files()
    assert commands.purge(older_than_seconds=ORPHAN_SECONDS) == 0
    for left in (young, kept.digest):  # its row goes with the test, an old object would stay for those after it
        store.remove(left, older_than_seconds=0)


def test_an_object_that_is_kept_again_meanwhile_is_not_purged() -> None:
    """The race of a purge and an upload of the same bytes: the upload makes the object young again."""
    digest = store.put(b"again")
    aged(digest, ORPHAN_SECONDS + 1)
    store.put(b"again")
    assert not store.remove(digest, older_than_seconds=ORPHAN_SECONDS)
    assert store.read(digest) == b"again"
    assert store.remove(digest, older_than_seconds=0)
    assert not store.remove(digest, older_than_seconds=0)


def test_where_a_scanner_is_installed_nothing_unscanned_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    file = keep()
    monkeypatch.setenv("KECHUANG_CLAMD", "127.0.0.1:1")
    assert isinstance(scanner.scanner(), ClamAV)
    with pytest.raises(queries.NotYetScanned):
        queries.open_file(PROVIDER, file.id)
    with pytest.raises(ScannerDown):  # fails closed
        keep(subject="clm_9")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("stream: OK", None), ("stream: Win.Test FOUND", Infected), ("gone wrong ERROR", ScannerDown)],
)
def test_the_scanners_answer_decides(
    monkeypatch: pytest.MonkeyPatch, answer: str, outcome: type[Exception] | None
) -> None:
    monkeypatch.setattr(ClamAV, "_ask", lambda _self, _content: answer)
    if outcome:
        with pytest.raises(outcome):
            ClamAV("x").scan("a.pdf", b"1")
    else:
        assert ClamAV("x").scan("a.pdf", b"1") == Verdict(ScanState.SCANNED, "clamav")


def test_the_stand_in_is_named_as_one() -> None:
    assert isinstance(scanner.scanner(), StandIn)
    assert not StandIn.real


def test_the_database_knows_what_a_file_needs() -> None:
    row = {
        "subject_id": "x",
        "kind": "report",
        "name": "a",
        "size": 1,
        "media_type": Media.PDF,
        "digest": "0" * 64,
        "region": "1",
        "uploaded_by": "p",
        "at": NOW,
        "scan_state": ScanState.SCANNED,
    }
    for wrong in (
        {"kind": "?"},
        {"size": 0},
        {"digest": "x" * 64},
        {"media_type": "text/html"},
        {"scan_state": ""},
        {"name": ""},
    ):
        with pytest.raises(Exception, match="file_"), transaction.atomic():
            File.objects.create(**row | wrong)


def test_three_hundred_pages_are_refused_by_the_command() -> None:
    from kechuang.documents.formats.specimens import pdf_of

    kids = " ".join(f"{number} 0 R" for number in range(3, 303))
    pages = f"<< /Type /Pages /Kids [{kids}] /Count 300 >>".encode()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    with pytest.raises(TooManyPages) as refusal:
        keep(content=pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages, *[page] * 300]))
    assert refusal.value.facts["pages"] == 300


def test_many_files_are_forced_to_the_disk_once(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr("os.fsync", lambda _number: synced.append("one"))
    monkeypatch.setattr("os.sync", lambda: synced.append("all"))
    where = store.folder()
    monkeypatch.setattr(store, "folder", lambda: where)
    monkeypatch.setattr("django.conf.settings.TESTING", False)
    keep(content=page_pdf(["单个"]))
    with commands.keeping_many():
        keep(content=page_pdf(["第一"]))
        keep(content=page_pdf(["第二"]))
    assert synced == ["one", "all"]


@pytest.mark.django_db(transaction=True)
def test_eight_that_bring_the_same_at_once_keep_one_file() -> None:
    start, found = threading.Barrier(8), []

    def one() -> None:
        start.wait()
        try:
            found.append(keep(subject="clm_race").id)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert Event.objects.filter(object_id=found[0]).count() == 1
