"""Documents in and out, the editing of synonyms, saved searches that tell once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.queries import inbox
from kechuang.search import commands, jobs, queries, rules
from kechuang.search.models import Document, SavedSearch, Synonym, Word
from kechuang.search.rules import Filters
from kechuang.search.states import SynonymKind, SynonymState
from kechuang.trail.queries import way
from tests.search.conftest import CATALOGUE, NOW, document

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
ENTRY = rules.Synonym("esd", SynonymKind.TYPE, "静电测试仪", "ESD Tester", ("静电仪", "ESD"))
Person = Callable[..., Actor]


def first(text: str) -> list[str]:
    return [hit.subject_id for hit in queries.find(text, limit=3).hits][:1]


def test_a_document_is_put_changed_and_dropped() -> None:
    commands.put(CATALOGUE, now=NOW)
    assert first("扫描电子显微镜") == ["sem1"]
    commands.put([replace(CATALOGUE[0], title="原子力显微镜")], now=LATER)
    assert first("原子力显微镜") == ["sem1"]
    assert first("扫描电子显微镜") != ["sem1"]
    assert Document.objects.get(subject_id="sem1").first_at == NOW
    assert commands.drop(["sem1", "nothing"]) == 1
    assert first("原子力显微镜") != ["sem1"]


def test_putting_costs_two_statements_for_many_and_writes_nothing_twice() -> None:
    commands.put(CATALOGUE, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id, ctid::text FROM search_document")
        before = cursor.fetchall()
        with CaptureQueriesContext(connection) as seen:
            commands.put(reversed(CATALOGUE), now=LATER)
        cursor.execute("SELECT subject_id, ctid::text FROM search_document")
        assert cursor.fetchall() == before
    assert len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]) == 2


def test_the_dictionary_forgets_what_nothing_carries() -> None:
    commands.put(CATALOGUE, now=NOW)
    commands.drop(["odd1"])
    assert Word.objects.filter(text="织物感应静电仪").exists()
    assert commands.forget_words() == 1
    assert not Word.objects.filter(text="织物感应静电仪").exists()


def test_the_shipped_entries_are_loaded_once_and_an_edit_survives(person: Person) -> None:
    assert commands.load_shipped(now=NOW) > 800
    editor = person(Role.SHARING_OFFICE)
    row = queries.synonyms(editor, text="sem").get(kind=SynonymKind.TYPE, code="sem")
    commands.edit_synonym(editor, entry_id=row.id, entry=rules.Synonym("sem", SynonymKind.TYPE, "扫描电镜仪"), now=NOW)
    assert commands.load_shipped(now=LATER) == 0
    row.refresh_from_db()
    assert row.name == "扫描电镜仪"


def test_an_entry_counts_with_the_next_search_and_leaves_its_way(person: Person) -> None:
    editor = person(Role.SHARING_OFFICE)
    commands.put(CATALOGUE, now=NOW)
    assert first("ESD") == []
    row = commands.add_synonym(editor, entry=ENTRY, now=NOW)
    assert first("ESD") == ["odd1"]
    assert commands.add_synonym(editor, entry=ENTRY, now=NOW).id == row.id
    commands.edit_synonym(editor, entry_id=row.id, entry=replace(ENTRY, aliases=("静电仪", "静电荷仪")), now=LATER)
    assert first("ESD") == []
    commands.retire_synonym(editor, entry_id=row.id, now=LATER)
    with pytest.raises(MoveNotOpen):
        commands.edit_synonym(editor, entry_id=row.id, entry=ENTRY, now=LATER)
    commands.restore_synonym(editor, entry_id=row.id, now=LATER)
    actions = [event.action for event in way([row.id])]
    assert actions == ["search.create", "search.edit", "search.retire", "search.restore"]
    assert Synonym.objects.get(id=row.id).version == 4


def test_a_code_is_taken_once(person: Person) -> None:
    editor = person(Role.SHARING_OFFICE)
    commands.add_synonym(editor, entry=ENTRY, now=NOW)
    with pytest.raises(rules.CodeTaken):
        commands.add_synonym(editor, entry=replace(ENTRY, name="别的仪器"), now=NOW)


def test_only_the_sharing_office_edits(person: Person) -> None:
    editor, other = person(Role.SHARING_OFFICE), person(Role.CITY_SCIENCE, sign_in="other", region="330600")
    row = commands.add_synonym(editor, entry=ENTRY, now=NOW)
    for actor in (other, PUBLIC):
        with pytest.raises(rules.NotAnEditor):
            commands.add_synonym(actor, entry=replace(ENTRY, code="z"), now=NOW)
        with pytest.raises(rules.NotAnEditor):
            commands.import_synonyms(actor, content=b"code,name\n", now=NOW)
        with pytest.raises(NotVisible):
            commands.retire_synonym(actor, entry_id=row.id, now=NOW)
    with pytest.raises(MoveNotOpen):
        commands.retire_synonym(CLOCK, entry_id=row.id, now=NOW)


def test_a_file_is_taken_whole_or_not_at_all(person: Person) -> None:
    editor = person(Role.SHARING_OFFICE)
    good = "类别,代码,标准名称,英文名称,其他名称,可用仪器\n仪器类型,esd,静电测试仪,,静电仪;ESD,\n检测需求,static,静电,,带静电吗,esd\n"
    assert commands.import_synonyms(editor, content=("\ufeff" + good).encode(), now=NOW) == (2, 0)
    assert commands.import_synonyms(editor, content=good.encode("gb18030"), now=NOW) == (0, 0)
    changed = good.replace("静电仪;ESD", "静电仪")
    assert commands.import_synonyms(editor, content=changed.encode(), now=LATER) == (0, 1)
    bad = good + "仪器类型,one,仪,,,\n检测需求,nowhere,放电,,,nothing\n"
    with pytest.raises(rules.SynonymFileFaults) as refused:
        commands.import_synonyms(editor, content=bad.replace("esd", "esd2").encode(), now=LATER)
    assert (refused.value.facts["count"], refused.value.facts["row"]) == (2, 4)
    assert not Synonym.objects.filter(code="esd2").exists()
    for nothing in (b"", b"code,name\n", "乱,七\n八,糟\n".encode()):
        with pytest.raises(rules.SynonymFileFaults):
            commands.import_synonyms(editor, content=nothing, now=LATER)


def test_a_preview_shows_the_change_and_writes_nothing(person: Person) -> None:
    commands.put(CATALOGUE, now=NOW)
    shown = {one.text: one for one in queries.preview(ENTRY, samples=["扫描电子显微镜"])}
    assert (shown["ESD"].before, shown["ESD"].after, shown["ESD"].moved) == ((), ("织物感应静电仪",), True)
    assert not shown["扫描电子显微镜"].moved
    assert Synonym.objects.count() == 0
    row = commands.add_synonym(person(Role.SHARING_OFFICE), entry=ENTRY, now=NOW)
    gone = {one.text: one for one in queries.preview(queries.as_rule(row), samples=(), retire=True)}
    assert gone["ESD"].after == ()


def test_a_saved_search_tells_once(person: Person) -> None:
    actor = person()
    commands.put(CATALOGUE, now=NOW)
    saved = commands.save_search(actor, text="扫描电镜", path="/search?q=扫描电镜", now=NOW)
    assert commands.save_search(actor, text="扫描电镜", path="/search", now=LATER).id == saved.id
    assert jobs.run_saved_searches(now=LATER) == 0
    commands.put([document("sem9", "台式扫描电镜", "TM4000"), document("sem3", "扫描电镜样品架")], now=LATER)
    assert jobs.run_saved_searches(now=LATER) == 0  # too fresh to be sure that nothing older is still being written
    assert jobs.run_saved_searches(now=LATER + timedelta(minutes=6)) == 1
    assert jobs.run_saved_searches(now=LATER + timedelta(minutes=12)) == 0
    (message,) = inbox(actor)
    assert (message.text, message.path, message.subject_id) == ("扫描电镜：+1", "/search?q=扫描电镜", saved.id)


def test_a_saved_filter_is_kept_to(person: Person) -> None:
    filters = Filters(regions=frozenset({"330106"}), price_max_fen=50_000, within=(30_000_000, 120_000_000, 50_000))
    row = commands.save_search(person(), text="", filters=filters, path="/search", now=NOW)
    row.refresh_from_db()
    assert queries.filters_from_json(row.filters) == filters
    near = {"latitude_e6": 30_010_000, "longitude_e6": 120_010_000, "price_fen": 100}
    commands.put(
        [document("a", "离心机", region="330106", **near), document("b", "离心机", region="330602", **near)], now=LATER
    )
    assert commands.notify(saved_id=row.id, until=LATER, now=LATER) == 1


def test_searches_are_saved_by_people_for_themselves(person: Person) -> None:
    actor, other = person(), person(sign_in="other")
    row = commands.save_search(actor, text="SEM", path="/search", now=NOW)
    with pytest.raises(NotVisible):
        commands.forget_search(other, saved_id=row.id)
    assert list(queries.saved_searches(actor)) == [row]
    assert list(queries.saved_searches(other)) == []
    commands.forget_search(actor, saved_id=row.id)
    assert not SavedSearch.objects.exists()
    with pytest.raises(NotVisible):
        commands.save_search(PUBLIC, text="SEM", path="/search", now=NOW)
    with pytest.raises(rules.NothingToSearch):
        commands.save_search(actor, text=" ", path="/search", now=NOW)


def test_nobody_saves_without_end(person: Person) -> None:
    actor = person()
    for n in range(50):
        commands.save_search(actor, text=f"SEM {n}", path="/search", now=NOW)
    with pytest.raises(rules.TooManySaved):
        commands.save_search(actor, text="SEM 50", path="/search", now=NOW)


def test_a_retired_type_is_not_searched_for(person: Person) -> None:
    editor = person(Role.SHARING_OFFICE)
    commands.put(CATALOGUE, now=NOW)
    row = commands.add_synonym(editor, entry=ENTRY, now=NOW)
    commands.retire_synonym(editor, entry_id=row.id, now=LATER)
    assert Synonym.objects.get(id=row.id).state == SynonymState.RETIRED
    assert first("ESD") == []
