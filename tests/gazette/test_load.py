"""Loading policies: all or nothing, idempotent, never rewriting, and installed in every process."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from kechuang.gazette import commands, queries, rules
from kechuang.gazette.models import InterpretationNote, PublishedPack
from kechuang.kernel.actor import PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.policy import book
from kechuang.policy.faults import PackError
from kechuang.policy.tables import Table
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.rulebook import POLICIES

pytestmark = pytest.mark.django_db
NOW = clock.instant(date(2025, 11, 21))
CITY = Actor(person_id="psn_city", posts=frozenset({Post(Role.CITY_SCIENCE, "331000", frozenset({"331083"}))}))
ELSEWHERE = Actor(person_id="psn_else", posts=frozenset({Post(Role.CITY_SCIENCE, "330600", frozenset({"330602"}))}))
COUNTY = Actor(person_id="psn_county", posts=frozenset({Post(Role.COUNTY_OFFICER, "330602")}))
SCHEME = "yuhuan/voucher"


@dataclass(frozen=True, slots=True)
class Terms:
    order_cap_fen: Table[Fen]


@pytest.fixture(autouse=True)
def _own_book() -> Iterator[None]:
    with book.installed(book.Book()):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One small scheme, to be changed at will."""
    shutil.copytree(POLICIES / "yuhuan", tmp_path / "yuhuan")
    return tmp_path


def load(folder: Path, now: datetime = NOW) -> list[PublishedPack]:
    return commands.load_policies(CITY, folder=folder, now=now)


def rewrite(folder: Path, old: str, new: str, *, file: str = "voucher.toml") -> None:
    path = folder / "yuhuan" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def cap(on: date) -> int:
    return book.in_force(SCHEME, Terms, on=on).terms.order_cap_fen.pick()


def test_all_packs_of_the_house_are_published_and_installed() -> None:
    published = commands.load_policies(None, folder=POLICIES, now=NOW)
    assert {row.scheme for row in published} == set(book.current().packs)
    assert book.current().version == len(published) == queries.version()
    assert Event.objects.filter(action="gazette.publish").count() == len(published)


def test_the_same_files_again_publish_nothing(folder: Path) -> None:
    assert [str(row) for row in load(folder)] == ["yuhuan/voucher v1"]
    assert load(folder) == []
    assert queries.version() == 1


def test_a_value_that_follows_is_a_new_version_and_counts_from_its_day(folder: Path) -> None:
    load(folder)
    line = '[{ from = 2022-01-01, is = 2_000_000, article = "yuhuan#申领额度" }]\n\n[exclusions]'
    later = line.replace(" }]", ' }, { from = 2026-01-01, is = 3_000_000, article = "illustrative" }]')
    rewrite(folder, line, later)
    (row,) = load(folder)
    assert row.version == 2
    assert (cap(date(2025, 12, 31)), cap(date(2026, 1, 1))) == (2_000_000, 3_000_000)


def test_a_value_that_already_counted_is_not_rewritten(folder: Path) -> None:
    load(folder)
    rewrite(
        folder,
        'is = 2_000_000, article = "yuhuan#申领额度" }]\n\n[exclusions]',
        'is = 2_500_000, article = "yuhuan#申领额度" }]\n\n[exclusions]',
    )
    rewrite(
        folder,
        'fen = 2_000_000, bound_by = "order_cap"',
        'fen = 2_500_000, bound_by = "order_cap"',
        file="voucher.cases.toml",
    )
    with pytest.raises(PackError, match="不得由 2000000 改为 2500000"):
        load(folder)
    assert queries.version() == 1
    assert cap(date(2025, 1, 1)) == 2_000_000


def test_a_value_that_is_still_to_come_may_be_changed(folder: Path) -> None:
    rewrite(
        folder,
        'is = 2_000_000, article = "yuhuan#申领额度" }]\n\n[exclusions]',
        'is = 2_000_000, article = "yuhuan#申领额度" }, { from = 2026-01-01, is = 1, article = "illustrative" }]\n\n[exclusions]',
    )
    load(folder)
    rewrite(folder, "is = 1, article", "is = 2, article")
    assert [row.version for row in load(folder)] == [2]


def test_a_dropped_parameter_is_a_rewriting_too(folder: Path) -> None:
    load(folder)
    rewrite(folder, "[review_when_declared]", "[review_if_declared]")
    with pytest.raises(PackError, match="review_when_declared：已施行的参数被删除"):
        load(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("voucher.toml", 'title        = "玉环市科技创新券"', "title        = 玉环", r"yuhuan/voucher\.toml:4: 不是合法的 TOML"),
        ("voucher.toml", "[source.yuhuan]", "[sauce]", r"yuhuan/voucher\.toml:1: 未引用任何来源"),
        ("voucher.toml", "is = 10_000_000", "is = 9_000_000", r"yuhuan/voucher\.cases\.toml:\d+: 规则与算例"),
        ("voucher.cases.toml", "fen = 999_999", "fen = 999_998", r"yuhuan/voucher\.cases\.toml:6: 规则与算例“9,999.99 元"),
    ],
)  # fmt: skip
def test_one_fault_stops_everything(folder: Path, file: str, old: str, new: str, where: str) -> None:
    shutil.copytree(POLICIES / "zhejiang", folder / "zhejiang")
    rewrite(folder, old, new, file=file)
    with pytest.raises(PackError, match=where):
        load(folder)
    assert queries.version() == 0
    assert not Event.objects.exists()


def test_a_pack_without_cases_is_unproven(folder: Path) -> None:
    (folder / "yuhuan" / "voucher.cases.toml").unlink()
    with pytest.raises(PackError, match="没有算例"):
        load(folder)


def test_only_the_city_or_an_installation_publishes(folder: Path) -> None:
    for actor in (PUBLIC, COUNTY):
        with pytest.raises(rules.NotAPublisher):
            commands.load_policies(actor, folder=folder, now=NOW)


def published(actor: Actor, folder: Path, old: str = "", new: str = "") -> PublishedPack:
    text, cases_text = ((folder / "yuhuan" / name).read_text() for name in ("voucher.toml", "voucher.cases.toml"))
    assert old in text
    return commands.publish(actor, scheme=SCHEME, text=text.replace(old, new, 1), cases_text=cases_text, now=NOW)


def test_a_rule_is_published_and_explained_by_the_offices_of_its_own_place(folder: Path) -> None:
    commands.load_policies(None, folder=folder, now=NOW)
    noted = {"parameter": "rate_bp", "issuer": "玉环市科学技术局", "text": "口径", "on": date(2025, 11, 1), "now": NOW}
    with pytest.raises(rules.OtherPlace) as refused:
        published(ELSEWHERE, folder, "# ", "# 又一版。")
    assert refused.value.facts["places"] == "玉环市"
    with pytest.raises(rules.NotAnInterpreter):
        commands.interpret(ELSEWHERE, scheme=SCHEME, **noted)
    rewrite(folder, "# ", "# 再一版。")
    with pytest.raises(rules.OtherPlace):
        commands.load_policies(ELSEWHERE, folder=folder, now=NOW)
    assert queries.version() == 1
    assert published(CITY, folder).version == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('is = "331083",', 'is = "33",'),
        ('is = "331083", article = "yuhuan#管理机构" }', 'is = "331083", article = "yuhuan#管理机构" }, { from = 2026-01-01, is = "330602", article = "illustrative" }'),
        ("[issuing_authority]", '[rollout]\narticle = "illustrative"\nrule = "region"\nregions = [{ code = "330602", name = "越城区", from = 2026-01-01, article = "illustrative" }]\n\n[issuing_authority]'),
    ],
)  # fmt: skip
def test_no_rule_reaches_beyond_the_place_of_who_publishes_it(folder: Path, old: str, new: str) -> None:
    """Nor by what follows it: a wider home, another home later, a county elsewhere in the rollout."""
    commands.load_policies(None, folder=folder, now=NOW)
    with pytest.raises((rules.OtherPlace, PackError)):
        published(CITY, folder, old, new)
    assert queries.version() == 1


def test_a_rule_that_names_no_place_is_nobodys_at_the_desk(folder: Path) -> None:
    text = (folder / "yuhuan/voucher.toml").read_text()
    start = text.index("[home_region]")
    (folder / "yuhuan/voucher.toml").write_text(text[:start] + text[text.index("[issuing_authority]") :])
    commands.load_policies(None, folder=folder, now=NOW)
    with pytest.raises(rules.OtherPlace):
        published(CITY, folder, "# ", "# 又一版。")


def test_a_process_that_lags_behind_takes_up_what_was_published(folder: Path) -> None:
    load(folder)
    book.install(book.Book())  # as another process, which has not looked since
    queries.install_current()
    first = book.current()
    assert cap(date(2025, 1, 1)) == 2_000_000
    queries.install_current()
    assert book.current() is first, "nothing was published since: nothing is read again"


def test_the_application_cannot_change_what_was_published(folder: Path) -> None:
    load(folder)
    for act in (
        "UPDATE gazette_publishedpack SET text = 'x'",
        "DELETE FROM gazette_publishedpack",
        "DELETE FROM gazette_interpretationnote",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(act)


def test_an_interpretation_is_dated_and_changes_no_value(folder: Path) -> None:
    load(folder)
    said = {
        "scheme": SCHEME,
        "parameter": "rate_bp",
        "issuer": "玉环市科学技术局",
        "text": " 不含 1 万元 ",
        "on": date(2025, 11, 1),
    }
    note = commands.interpret(CITY, **said, now=NOW)
    assert commands.interpret(CITY, **said, now=NOW) == note
    assert InterpretationNote.objects.get().text == "不含 1 万元"
    assert altered_rows() == []
    sheet = queries.sheet(PUBLIC, scheme=SCHEME, on=date(2025, 11, 21))
    lines = {line.parameter.name: line for section in sheet.sections for line in section.lines}
    assert [one.text for one in lines["rate_bp"].notes][-1] == "不含 1 万元"
    assert book.current().version == 1


def test_who_may_interpret(folder: Path) -> None:
    load(folder)
    said = {
        "scheme": SCHEME,
        "parameter": "rate_bp",
        "issuer": "玉环市科学技术局",
        "text": "口径",
        "on": date(2025, 11, 1),
        "now": NOW,
    }
    with pytest.raises(rules.NotAnInterpreter):
        commands.interpret(COUNTY, **said)
    with pytest.raises(rules.NotAnInterpreter):
        commands.interpret(CITY, **said | {"issuer": "别的机关"})
    with pytest.raises(rules.NoSuchParameter):
        commands.interpret(CITY, **said | {"parameter": "rates"})
    with pytest.raises(rules.NoteEmpty):
        commands.interpret(CITY, **said | {"text": " "})
    with pytest.raises(NotVisible):
        commands.interpret(CITY, **said | {"scheme": "no/where"})


def test_files_that_have_not_changed_do_not_undo_what_was_approved_at_the_desk(folder: Path) -> None:
    commands.load_policies(None, folder=folder, now=NOW)
    line = 'is = 2_000_000, article = "yuhuan#申领额度" }]\n\n[exclusions]'
    later = line.replace(" }]", ' }, { from = 2026-01-01, is = 3_000_000, article = "illustrative" }]')
    text = (folder / "yuhuan/voucher.toml").read_text()
    cases_text = (folder / "yuhuan/voucher.cases.toml").read_text()
    made = commands.publish(CITY, scheme=SCHEME, text=text.replace(line, later), cases_text=cases_text, now=NOW)
    assert made.version == 2
    assert commands.load_policies(None, folder=folder, now=NOW) == []
    assert cap(date(2026, 1, 1)) == 3_000_000
    rewrite(folder, "# ", "# 又一版。")
    with pytest.raises(PackError, match="2026-01-01 起的值已施行，不得删除"):
        commands.load_policies(None, folder=folder, now=NOW)
    rewrite(folder, line, later)
    assert [row.version for row in commands.load_policies(None, folder=folder, now=NOW)] == [3]


def test_what_is_published_at_the_desk_binds_from_tomorrow_at_the_earliest(folder: Path) -> None:
    commands.load_policies(None, folder=folder, now=NOW)
    line = 'is = 2_000_000, article = "yuhuan#申领额度" }]\n\n[exclusions]'
    today = line.replace(" }]", ' }, { from = 2025-11-21, is = 3_000_000, article = "illustrative" }]')
    text = (folder / "yuhuan/voucher.toml").read_text().replace(line, today)
    cases_text = (folder / "yuhuan/voucher.cases.toml").read_text()
    with pytest.raises(PackError, match="规则不溯及既往"):
        commands.publish(CITY, scheme=SCHEME, text=text, cases_text=cases_text, now=NOW)
    with pytest.raises(rules.NotAPublisher):
        commands.publish(COUNTY, scheme=SCHEME, text=text, cases_text=cases_text, now=NOW)
