"""A city that evaluates the carriers of its counties: the office, a carrier with paid vouchers, another with nothing."""

from typing import Any

import pytest

from kechuang.catalog.models import Carrier
from kechuang.evaluation import commands
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.kernel.actor import Actor, Role
from tests.claims.conftest import book, changed, shaoxing
from tests.subsidies.conftest import CITY_OFFICE, Subsidised

__all__ = ["book", "shaoxing"]

CARD, NATIONAL = "shaoxing/evaluation-2021", "national/evaluation-2021"
BEST = [{"grade": "excellent", "label": "优秀", "at_least_count": 0, "top_bp": "none"}]
JUDGED = {"quality": 900}
REPORTED = {"standards": 0}


class Evaluated(Subsidised):
    """As `Subsidised`: the same office evaluates, with a second officer who answers appeals."""

    def __init__(self) -> None:
        super().__init__()
        self.second = self.officer(Role.COUNTY_APPROVER, CITY_OFFICE)

    def opened(self, **given: Any) -> Evaluation:
        said = {"scheme": CARD, "region": CITY_OFFICE, "year": self.today.year - 1, "title": "年度考核", **given}
        return commands.open_evaluation(self.city_clerk, **said, now=self.now)

    def own(self, row: Evaluation) -> Sheet:
        """The sheet of the carrier whose claims were paid."""
        carrier = Carrier.objects.filter(party_id=self.server.party_id).earliest("id")
        return Sheet.objects.get(evaluation=row, carrier=carrier)

    def reported(self, row: Evaluation, **values: Any) -> Sheet:
        said = {**REPORTED, **values}
        return commands.report(self.server, sheet_id=self.own(row).id, values=said, statement="自评。", now=self.now)

    def reviewed(self, row: Evaluation) -> Sheet:
        sheet = self.reported(row)
        return self.review(sheet)

    def review(self, sheet: Sheet, by: Actor | None = None) -> Sheet:
        said = {"judged": JUDGED, "opinion": "服务规范。", "now": self.now}
        return commands.review(by or self.city_clerk, sheet_id=sheet.id, **said)  # type: ignore[arg-type]

    def graded(self, **given: Any) -> Evaluation:
        row = self.opened(**given)
        self.reviewed(row)
        self.after_reports()
        return commands.grade(self.city_clerk, evaluation_id=row.id, now=self.now)

    def preferred(self, **given: Any) -> Priority:
        """The certificate of a carrier that was published as excellent."""
        with changed(CARD, grades=BEST):
            row = self.graded(**given)
        self.after_term()
        commands.publish(self.city_approver, evaluation_id=row.id, now=self.now)
        return Priority.objects.get(sheet__evaluation=row)

    def after_reports(self) -> None:
        """Who has not reported by now takes no part."""
        self.days(21)

    def after_term(self) -> None:
        self.days(8)


@pytest.fixture
def evaluated(book: None, db: None) -> Evaluated:
    return Evaluated()
