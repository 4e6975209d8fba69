"""Finding in the database: every way to ask, filters, counts, suggestions, and the same number of statements."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.kernel.errors import NotVisible
from kechuang.search import commands, queries
from kechuang.search.rules import Filters
from kechuang.search.states import Facet
from tests.search.conftest import CATALOGUE, NOW, document

pytestmark = pytest.mark.usefixtures("shelf")
STATEMENTS_MAX = 7


def ids(text: str, filters: Filters = queries.NO_FILTERS) -> list[str]:
    return [hit.subject_id for hit in queries.find(text, filters=filters, limit=10).hits]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("SEM", "sem1"),
        ("扫描电镜", "sem1"),
        ("掃描電子顯微鏡", "sem1"),
        ("ＦＴＩＲ", "ftir1"),
        ("红外", "ftir1"),
        ("7890B", "gc1"),
        ("安捷伦 气相色谱", "gc1"),
        ("GCMS", "gcms1"),
        ("质谱", "gcms1"),
        ("JEM2100F", "tem1"),
        ("jem 2100", "tem1"),
        ("扫描电子显微境", "sem1"),
        ("Agilant 7890B", "gc1"),
        ("7809B", "gc1"),
        ("saomiaodianjing", "sem1"),
        ("lamanguangpu", "raman1"),
        ("smdj", "sem1"),
        ("看镀层厚度", "coat1"),
        ("GB/T 16921", "coat1"),
        ("transmission electron microscope", "tem1"),
        ("raman spectroscopy", "raman1"),
        ("感应净电仪", "odd1"),
        ("jingdianyi", "odd1"),
        ("测厚", "coat1"),
        ("球磨 不存在的词", "mill1"),
        ("我家的球磨粉末怎么弄", "mill1"),
    ],
)
def test_it_stands_first(question: str, first: str) -> None:
    assert ids(question)[:1] == [first]


def test_what_was_corrected_and_let_go_is_said() -> None:
    assert queries.find("扫描电子显微境", limit=5).corrected == "扫描电子显微镜"
    assert queries.find("Agilant 7890B", limit=5).corrected == "agilent 7890b"
    assert queries.find("球磨 不存在的词", limit=5).dropped == ("不存在的词",)
    assert queries.find("扫描电镜", limit=5).corrected == ""


def test_two_pairs_of_characters_do_not_make_three_in_a_row() -> None:
    commands.put([document("apart", "光谱与色谱仪软件")], now=NOW)
    assert "apart" not in ids("光谱仪")


def test_nothing_is_found_for_what_nobody_has() -> None:
    found = queries.find("量子引力波望远镜天线阵", limit=5)
    assert (found.hits, found.count, found.capped) == ((), 0, False)


@pytest.mark.parametrize("text", ["'", "\\", "a' | 'b", "%", "_", "&|!", "🙂", "\x00", "' OR 1=1 --", "x" * 500])
def test_signs_do_no_harm(text: str) -> None:
    queries.find(text, limit=5)
    queries.suggest(text)


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(kind="service"), {"mill1"}),
        (Filters(regions=frozenset({"330106"})), {"sem2"}),
        (Filters(regions=frozenset()), set()),
        (Filters(class_prefix="02"), {"sem1", "sem2"}),
        (Filters(class_prefix="020"), {"sem1", "sem2"}),
        (Filters(open_mode="sample"), {"tem1"}),
        (Filters(price_max_fen=25_000), {"gc1"}),
        (Filters(within=(30_000_000, 120_600_000, 5_000)), {"raman1"}),
        (Filters(within=(30_100_000, 120_600_000, 5_000)), set()),
        (Filters(ids=frozenset({"cam1", "nothing"})), {"cam1"}),
    ],
)
def test_filters_narrow_with_and_without_a_question(filters: Filters, left: set[str]) -> None:
    assert set(ids("", filters)) == left
    for one in CATALOGUE:
        assert set(ids(one.title, filters)) <= left


def test_without_a_question_all_are_listed_by_pinyin() -> None:
    found = queries.find("", limit=3, offset=1)
    assert (found.count, [hit.title for hit in found.hits]) == (
        12,
        ["傅里叶变换红外光谱仪", "红外热像仪", "激光拉曼光谱仪"],
    )


def test_facets_count_what_could_be_chosen() -> None:
    counted = queries.counts_of("电镜", Filters(regions=frozenset({"330602"})), list(Facet))
    assert counted[Facet.REGION] == {"330602": 3, "330106": 1}
    assert counted[Facet.CLASS] == {"02": 1, "03": 1}
    assert counted[Facet.OPEN_MODE] == {"sample": 1, "slot": 1}
    assert queries.counts("", queries.NO_FILTERS, "kind") == {"instrument": 11, "service": 1}
    assert queries.counts("扫描电子显微境", queries.NO_FILTERS, Facet.KIND) == queries.counts(
        "扫描电子显微镜", queries.NO_FILTERS, Facet.KIND
    )


def test_pages_follow_each_other() -> None:
    commands.put([document(f"many{n:03}", "离心机", f"C{n:03}") for n in range(50)], now=NOW)
    seen = [hit.subject_id for at in range(0, 50, 20) for hit in queries.find("离心机", limit=20, offset=at).hits]
    assert len(seen) == len(set(seen)) == 50
    assert queries.find("离心机", limit=20).count == 50


def test_more_than_a_thousand_are_not_counted() -> None:
    commands.put([document(f"many{n:04}", "离心机", f"C{n:04}") for n in range(1_001)], now=NOW)
    found = queries.find("离心机", limit=20)
    assert (found.count, found.capped, found.count_text, found.reachable) == (1_000, True, "1000+", 240)


def test_what_can_be_booked_breaks_the_tie() -> None:
    same = document("b", "离心机", "C1")
    commands.put([document("a", "离心机", "C1"), replace(same, bookable=True)], now=NOW)
    assert ids("离心机")[:2] == ["b", "a"]


def test_suggestions_complete_names_pinyin_initials_and_models() -> None:
    for typed, wanted in (
        ("扫描电", "扫描电镜"),
        ("saomiaodianj", "扫描电镜"),
        ("织物", "织物感应静电仪"),
        ("zwgy", "织物感应静电仪"),
        ("jem-2", "JEM-2100F"),
    ):
        assert wanted in [one.text for one in queries.suggest(typed, 20)], typed
    assert queries.suggest("日立 扫描电")[0].text.startswith("日立 扫描电")
    assert queries.suggest("  ") == []


def test_a_result_is_explained() -> None:
    hit = queries.explain("日立 SEM", "sem1")
    assert [str(reason.why) for reason in hit.reasons] == ["alias", "brand", "bookable"]
    assert hit.score == next(one.score for one in queries.find("日立 SEM", limit=5).hits if one.subject_id == "sem1")
    with pytest.raises(NotVisible):
        queries.explain("SEM", "nothing")


def statements(question: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        queries.find(question, limit=20)
    return len(seen)


def test_the_number_of_statements_does_not_grow() -> None:
    asked = ["SEM", "7809B", "感应净电仪", "球磨 不存在的词 日立", "扫描电子显微境", "量子引力波 望远镜 qqqqq zzzzz"]
    queries.find("SEM", limit=1)  # the book is read once
    before = [statements(text) for text in asked]
    commands.put([document(f"many{n:03}", "离心机 扫描电镜", f"C{n:03}", "日立") for n in range(300)], now=NOW)
    after = [statements(text) for text in asked]
    assert before == after
    assert max(before) <= STATEMENTS_MAX
    with CaptureQueriesContext(connection) as seen:
        queries.counts_of("SEM", queries.NO_FILTERS, list(Facet))
    assert len(seen) == 3
