"""The editor's pages, one's saved searches, the completions of the search box."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from kechuang.search import commands, queries
from kechuang.search.models import Synonym
from tests.search.conftest import CATALOGUE, NOW

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "type",
    "code": "esd",
    "name": "静电测试仪",
    "english": "",
    "aliases": "静电仪\nESD",
    "leads": "",
    "samples": "",
}


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


@pytest.fixture
def editor(person: Callable[..., Actor]) -> Client:
    commands.put(CATALOGUE, now=NOW)
    return signed_in(person(Role.SHARING_OFFICE))


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_an_entry_is_previewed_then_added_changed_retired_and_restored(editor: Client) -> None:
    page(editor, "/search/synonyms/new")
    previewed = editor.post("/search/synonyms/new", {**TYPED, "preview": ""}).content.decode()
    assert "织物感应静电仪" in previewed
    assert not Synonym.objects.exists()
    editor.post("/search/synonyms/new", {**TYPED, "save": ""})
    row = Synonym.objects.get(code="esd")
    shown = page(editor, f"/search/synonyms/{row.id}")
    assert "静电测试仪" in shown
    previewed = editor.post(f"/search/synonyms/{row.id}", {**TYPED, "aliases": "ESD仪", "preview": ""}).content.decode()
    assert "有变化" in previewed
    editor.post(f"/search/synonyms/{row.id}", {**TYPED, "aliases": "ESD仪", "save": ""})
    row.refresh_from_db()
    assert row.aliases == ["ESD仪"]
    page(editor, f"/search/synonyms/{row.id}?retiring=1")
    for action, state in (("retire", "retired"), ("restore", "in_use")):
        editor.post(f"/search/synonyms/{row.id}/{action}")
        row.refresh_from_db()
        assert row.state == state
        page(editor, f"/search/synonyms/{row.id}")
    assert editor.post(f"/search/synonyms/{row.id}/burn").status_code == 404


def test_a_refused_entry_keeps_what_was_typed(editor: Client) -> None:
    answer = editor.post("/search/synonyms/new", {**TYPED, "aliases": "仪", "save": ""})
    assert answer.status_code == 422
    assert "太短" in answer.content.decode()
    assert "静电测试仪" in answer.content.decode()


def test_entries_are_listed_filtered_and_brought_in_by_file(editor: Client) -> None:
    assert "没有符合条件的同义词" in page(editor, "/search/synonyms/")
    file = SimpleUploadedFile("names.csv", editor.get("/search/synonyms/blank").content)
    editor.post("/search/synonyms/import", {"file": file})
    assert "扫描电子显微镜" in page(editor, "/search/synonyms/?text=SEM&kind=type&state=in_use")
    assert "扫描电子显微镜" not in page(editor, "/search/synonyms/?kind=brand")
    bad = SimpleUploadedFile("names.csv", "代码,标准名称\nx,仪\n".encode())
    answer = editor.post("/search/synonyms/import", {"file": bad})
    assert answer.status_code == 422
    assert "第 2 行" in answer.content.decode()


def test_the_pages_are_not_there_for_others(editor: Client, person: Callable[..., Actor]) -> None:
    editor.post("/search/synonyms/new", {**TYPED, "save": ""})
    row = Synonym.objects.get(code="esd")
    other = signed_in(person(Role.CITY_SCIENCE, sign_in="other", region="330600"))
    for address in ("", "new", "import", "blank", row.id):
        page(other, f"/search/synonyms/{address}", 404)
    assert other.post(f"/search/synonyms/{row.id}/retire").status_code == 404
    assert Client().get("/search/synonyms/").status_code == 302


def test_saved_searches_are_listed_and_forgotten(person: Callable[..., Actor]) -> None:
    actor = person()
    client = signed_in(actor)
    assert "还没有保存的检索" in page(client, "/search/saved")
    row = commands.save_search(actor, text="扫描电镜", path="/search?q=1", now=NOW)
    assert "扫描电镜" in page(client, "/search/saved")
    client.post(f"/search/saved/{row.id}/forget")
    assert not queries.saved_searches(actor).exists()


def test_the_box_completes_for_everybody() -> None:
    commands.load_shipped(now=NOW)
    answer = Client().get("/search/suggest", {"q": "smdj"}).content.decode()
    assert answer.startswith('<option value="扫描电镜">仪器类型</option>')
    assert Client().get("/search/suggest").content.decode().strip() == ""
