"""What words mean, what documents are, and which stands first: no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.search import rules
from kechuang.search.rules import Book, Document, Filters, Ranking, Texts, Why, Word
from kechuang.search.rules.correcting import distance
from kechuang.search.rules.documents import heads
from kechuang.search.rules.folding import atoms, grams, initials
from kechuang.search.states import SynonymKind, WordKind
from tests.search.conftest import small_book

BOOK = small_book()


def texts(title: str, **more: str) -> Texts:
    made = rules.entry(Document("x", "instrument", title, **more))  # type: ignore[arg-type]
    models = tuple(made.models.split("|")) if made.models else ()
    return Texts(made.cores, made.names, models, made.makers, made.methods, made.rest)


def points(question: str, title: str, **more: str) -> int:
    ranking, found = Ranking(rules.understand(question, BOOK)), texts(title, **more)
    reasons = ranking.reasons(found)
    return ranking.score(found, reasons) if reasons else 0


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("ＸＰＳ", "xps"),
        ("掃描電子顯微鏡", "扫描电子显微镜"),
        ("GC-MS", "gcms"),
        ("Ｇｃ ｍｓ", "gcms"),
        ("傅立叶", "傅里叶"),
        ("μCT", "uct"),
    ],
)
def test_one_form_for_what_is_written_in_many(written: str, form: str) -> None:
    assert rules.key(written) == form


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert rules.key(rules.key(text)) == rules.key(text)


@given(st.text(alphabet="电子显微镜SEM-7890 （）|/'\\%&!:*", max_size=30))
def test_any_text_can_be_put_and_asked(text: str) -> None:
    rules.entry(Document("x", "instrument", text, model=text, maker=text, words={"A": [text], "D": [text]}))
    rules.ways(rules.understand(text, BOOK), Filters())


def test_characters_go_by_twos_and_the_rest_whole() -> None:
    assert grams(atoms("X射线荧光仪7890B")) == ["x", "射线", "线荧", "荧光", "光仪", "7890b"]
    assert grams(atoms("镜")) == ["镜"]


def test_pinyin_and_initials() -> None:
    assert (rules.pinyin("扫描电镜"), initials("扫描电镜")) == ("saomiaodianjing", "smdj")


def test_a_name_says_last_what_a_thing_is() -> None:
    assert {"扫描电镜", "电镜"} <= set(heads("场发射扫描电镜（含能谱）"))
    assert "扫描电镜" not in heads("扫描电镜样品台")
    assert {"sem"} <= set(heads("扫描电子显微镜(SEM)"))
    assert "质谱" in heads("气相色谱-质谱联用仪")
    assert "扫描电子显微镜" in heads("扫描电子显微镜 SU3500 2号")


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("SEM", ["type"]),
        ("ＳＥＭ", ["type"]),
        ("日立扫描电镜", ["brand", "type"]),
        ("HPLC 日立", ["type", "brand"]),
        ("GCMS", ["type"]),
        ("看镀层厚度", ["need"]),
        ("请问哪里可以测镀层厚度", ["need"]),
        ("SU3500", ["model"]),
        ("saomiaodianjing", ["type"]),
        ("ridiansaomiaodianjing", ["model"]),
        ("rilisaomiaodianjing", ["brand", "type"]),
        ("smdj", ["type"]),
        ("raman spectroscopy", ["type"]),
        ("electron microscope", ["type"]),
        ("静电仪", ["word"]),
    ],
)
def test_what_a_question_is_made_of(question: str, kinds: list[str]) -> None:
    assert [str(part.kind) for part in rules.understand(question, BOOK).required] == kinds


def test_words_of_asking_are_dropped_and_general_ones_only_help() -> None:
    parts = rules.understand("拉曼光谱 技术", BOOK).parts
    assert [(part.typed, part.optional) for part in parts] == [("拉曼光谱", False), ("技术", True)]


def test_nothing_typed_asks_for_nothing() -> None:
    assert rules.understand("  ？！ ", BOOK).parts == ()


def test_a_run_that_sounds_like_a_name_is_that_name() -> None:
    for typed in ("扫描电子显微境", "扫瞄电镜"):
        assert rules.homophones(rules.understand(typed, BOOK), BOOK) in {"扫描电子显微镜", "扫描电镜"}
    assert rules.homophones(rules.understand("扫描电子显微镜", BOOK), BOOK) == ""


@pytest.mark.parametrize(
    ("typed", "meant", "known"),
    [
        ("Agilant", "agilent", []),
        ("7809B", "7890b", [("7890B", WordKind.MODEL)]),
        ("JEM-2010F", "jem2100f", [("JEM-2100F", WordKind.MODEL)]),
        ("exploirs 480", "exploris480", [("Orbitrap Exploris 480", WordKind.MODEL)]),
        ("感应净电仪", "感应静电仪", [("织物感应静电仪", WordKind.NAME)]),
        ("jingdianyi", "静电仪", [("织物感应静电仪", WordKind.NAME)]),
    ],
)
def test_what_was_probably_meant(typed: str, meant: str, known: list[tuple[str, WordKind]]) -> None:
    words = [Word(text, kind) for text, kind in known]
    assert rules.correct(rules.understand(typed, BOOK), BOOK, words) == meant


def test_a_known_word_is_not_corrected() -> None:
    words = [Word("织物感应静电仪", WordKind.NAME), Word("YG-401", WordKind.MODEL), Word("YG-402", WordKind.MODEL)]
    assert rules.correct(rules.understand("静电仪", BOOK), BOOK, words) == ""
    assert rules.correct(rules.understand("YG401", BOOK), BOOK, words) == ""


@given(st.text(alphabet="ab1", max_size=6), st.text(alphabet="ab1", max_size=6))
def test_slips_between_two_words(one: str, other: str) -> None:
    slips = distance(one, other)
    assert slips == distance(other, one)
    assert (slips == 0) == (one == other)
    assert slips <= max(len(one), len(other))
    if slips == 1 and len(one) > 3:
        assert set(rules.shapes(one)) & set(rules.shapes(other)) or min(len(one), len(other)) < 4


def test_the_thing_stands_before_what_serves_it() -> None:
    assert (
        points("扫描电镜", "扫描电镜") > points("扫描电镜", "场发射扫描电镜") > points("扫描电镜", "扫描电镜样品台") > 0
    )
    assert points("SEM", "扫描电子显微镜") > points("SEM", "SEM样品台")
    assert points("扫描电镜", "气相色谱仪") == 0


def test_a_longer_name_of_something_else_is_not_taken_for_the_alias_it_ends_in() -> None:
    assert points("HPLC", "高效液相色谱仪") > points("HPLC", "二维高效液相色谱仪") > points("HPLC", "超高效液相色谱仪")


def test_the_whole_model_number_stands_before_its_part() -> None:
    exact, longer, part = (points("7890B", "气相色谱仪", model=model) for model in ("7890B", "7890B-5977A", "G7890B"))
    assert exact > longer > part > 0
    assert points("JEM 2100F", "电镜", model="JEM-2100F") == points("JEM2100F", "电镜", model="JEM-2100F") + 900


def test_every_result_says_why() -> None:
    ranking = Ranking(rules.understand("日立 SEM", BOOK))
    whys = [reason.why for reason in ranking.reasons(texts("扫描电子显微镜", maker="日立 Hitachi"))]
    assert whys[:2] == [Why.ALIAS, Why.BRAND]
    assert all(reason.label for reason in ranking.reasons(texts("扫描电子显微镜", maker="日立 Hitachi")))


def test_the_first_type_of_a_need_stands_first() -> None:
    assert points("镀层厚度", "镀层测厚仪") > points("镀层厚度", "扫描电子显微镜") > 0


def test_parts_that_nothing_has_are_let_go_first_then_the_most_common() -> None:
    query = rules.understand("日立 扫描电镜 静电仪", BOOK)
    kept = rules.relaxed(query, [500, 20, 0])
    assert [[part.typed for part in parts] for parts in kept] == [["扫描电镜", "日立"], ["扫描电镜"]]


def test_filters_are_asked_of_the_index() -> None:
    asked = rules.narrowing(Filters(kind="instrument", regions=frozenset({"330602"}), class_prefix="0201"))
    assert asked == ["'@kinstrument'", "'@l0201'", "('@r330602')"]


def test_an_entry_is_checked() -> None:
    entry = rules.Synonym("X", SynonymKind.TYPE, " 静电仪 ", "", ("静电", "静电", "静电仪"))
    assert rules.checked(entry, types=frozenset()) == rules.Synonym("x", SynonymKind.TYPE, "静电仪", "", ("静电",))
    with pytest.raises(rules.AliasTooShort):
        rules.checked(rules.Synonym("x", SynonymKind.TYPE, "静电仪", "", ("仪",)), types=frozenset())
    with pytest.raises(rules.NameMissing):
        rules.checked(rules.Synonym("x", SynonymKind.TYPE, " "), types=frozenset())
    with pytest.raises(rules.LeadsNowhere):
        rules.checked(rules.Synonym("x", SynonymKind.NEED, "静电", "", (), ("nothing",)), types=frozenset({"sem"}))
    names = tuple(f"静电仪{n:03}" for n in range(61))
    with pytest.raises(rules.TooManyAliases):
        rules.checked(rules.Synonym("x", SynonymKind.TYPE, "静电仪", "", names), types=frozenset())


def test_an_empty_book_knows_nothing_and_breaks_nothing() -> None:
    assert [str(part.kind) for part in rules.understand("扫描电镜 7890B", Book([])).parts] == ["word", "model"]
