"""What anyone reads of the rules."""

import hashlib
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client

from kechuang.gazette import commands, queries
from kechuang.kernel.actor import PUBLIC
from kechuang.policy import book
from kechuang.ui import clock
from tests.rulebook import POLICIES

pytestmark = pytest.mark.django_db
NOW = clock.instant(date(2025, 11, 21))
SHAOXING = "/gazette/shaoxing/voucher-2021"


@pytest.fixture(autouse=True)
def _published() -> Iterator[None]:
    with clock.at(NOW), book.installed(book.Book()):
        commands.load_policies(None, folder=POLICIES, now=NOW)
        yield


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_every_pack_is_listed(client: Client) -> None:
    shown = page(client, "/gazette/")
    assert [row.title for row in queries.latest().values() if row.title not in shown] == []


def test_every_pack_has_its_page_and_every_case_agrees(client: Client) -> None:
    for row in queries.latest().values():
        shown = page(client, row.address)
        assert row.digest in shown
        assert "k-badge-refused" not in shown
        assert [
            p.meaning for p in queries.parsed(row).parameters.values() if p.meaning.replace("'", "&#x27;") not in shown
        ] == []


def test_a_parameter_is_said_in_words_with_article_history_and_marks(client: Client) -> None:
    shown = page(client, SHAOXING)
    for words in (
        "绍兴市科学技术局、绍兴市财政局",
        "10 个工作日",
        "绍兴试点方案 三（一）4",
        "¥40,000.00",
        "沿革",
        "示例参数",
        "所读原文",
        "向所属区、县（市）科技部门提交创新券兑付申请",
        "解释口径",
        "越城区",
        "绍兴文理学院",
        "示例：文本未载日期",
    ):
        assert words in shown, words


def test_what_is_shown_is_what_counts_today(client: Client) -> None:
    with clock.at(clock.instant(date(2025, 6, 30))):
        sheet = queries.sheet(PUBLIC, scheme="shaoxing/voucher-2021", on=clock.today())
    lines = {line.parameter.name: line for section in sheet.sections for line in section.lines}
    cap = lines["order_cap_fen"]
    assert cap.now is not None
    assert (cap.now.value.is_, [other.value.is_ for other in cap.others]) == (3_000_000, [4_000_000])


def test_the_text_is_given_out_as_it_was_published(client: Client) -> None:
    text = client.get(f"{SHAOXING}/text/1").content
    assert hashlib.sha256(text).hexdigest() == queries.published(PUBLIC, "shaoxing/voucher-2021").digest


def test_a_case_can_be_tried_with_other_figures(client: Client) -> None:
    shown = page(client, f"{SHAOXING}/cases/0")
    assert "价款" in shown
    query = "?rules_on=2025-06-30&price_fen=200000&balance_fen=100000&used_this_year_fen=0&applicant=enterprise&service=testing"
    assert "¥30,000.00" in page(client, f"{SHAOXING}/cases/0{query}")
    assert "¥40,000.00" in page(client, f"{SHAOXING}/cases/0{query.replace('06-30', '07-01')}")


def test_figures_that_cannot_be_read_are_said_at_the_field(client: Client) -> None:
    shown = page(client, f"{SHAOXING}/cases/0?rules_on=2025-06-30&price_fen=viel")
    assert "“viel”不是金额" in shown


def test_a_day_without_rules_is_a_refusal_on_the_page(client: Client) -> None:
    query = "?rules_on=1999-01-01&price_fen=1&balance_fen=1&used_this_year_fen=0&applicant=enterprise&service=testing"
    assert "按规则不予办理" in page(client, f"{SHAOXING}/cases/0{query}")


@pytest.mark.parametrize(
    "address", ["/gazette/no/where", f"{SHAOXING}/cases/9999", f"{SHAOXING}/text/2", f"{SHAOXING}/notes"]
)
def test_what_is_not_there_is_not_found(client: Client, address: str) -> None:
    page(client, address, 404)
