"""A market whose county's money was released by a real budget, so that its way can be followed to the start."""

import pytest

from kechuang.kernel.actor import Role
from kechuang.treasury import commands as treasury
from tests.orders.conftest import Market
from tests.vouchers.conftest import SCHEME, YUECHENG, book

__all__ = ["Square", "book", "square"]


class Square(Market):
    def release(self, fen: int = 100_000_000, region: str = YUECHENG, year: int = 2025) -> None:
        author, finance = self.officer(Role.BUDGET_AUTHOR, region), self.officer(Role.COUNTY_FINANCE, region)
        drafted = treasury.draft_budget(
            author, scheme=SCHEME, region=region, year=year, amount_fen=fen, basis="上年执行数", now=self.now
        )
        treasury.submit_budget(author, budget_id=drafted.id, now=self.now)
        treasury.approve_budget(finance, budget_id=drafted.id, now=self.now)
        paper = treasury.Document(number="越财教〔2025〕1号", on=self.today, fund_line="2060404 科技条件专项")
        treasury.release(finance, budget_id=drafted.id, fen=fen, document=paper, now=self.now)


@pytest.fixture
def square(book: None, db: None) -> Square:
    return Square()
