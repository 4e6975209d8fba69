"""A further register is a pack and nothing else: makerspaces with figures to meet, three steps and a public notice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kechuang.kernel.actor import CLOCK, Role
from kechuang.notices.models import Notice
from kechuang.notices.rules import NoticeNotPassed
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.policy.book import installed
from kechuang.policy.packs import read_folder
from kechuang.registers import commands, jobs, queries, rules
from kechuang.trail.queries import altered_rows
from tests.registers.conftest import LIBRARY, YUECHENG, World
from tests.rulebook import POLICIES

pytestmark = pytest.mark.django_db
SPACES, MENTORS = "demo/makerspaces", "demo/mentors"

NOTICE = """
[notice_days]
meaning = "公示期"
unit = "days"
catalogue = 18
value = [{ from = 2021-12-01, is = 7, article = "illustrative" }]
[notice_unit]
meaning = "公示期单位"
unit = "choice"
options = { days = "天", working_days = "工作日" }
catalogue = 18
value = [{ from = 2021-12-01, is = "days", article = "illustrative" }]
[notice_first_day_counts]
meaning = "首日是否计入"
unit = "flag"
catalogue = 0
value = [{ from = 2021-12-01, is = false, article = "illustrative" }]
[objection_working_days]
meaning = "异议处理期限"
unit = "working_days"
catalogue = 18
value = [{ from = 2021-12-01, is = 5, article = "illustrative" }]
[notice_end_moves]
meaning = "末日顺延"
unit = "flag"
catalogue = 0
value = [{ from = 2021-12-01, is = true, article = "illustrative" }]
"""
FIGURES = """[
  { name = "area", label = "场地面积", unit = "平方米", at_least = 500, group = "place" },
  { name = "desks", label = "工位", unit = "个", at_least = 30, group = "place" },
  { name = "mentors", label = "创业导师", unit = "人", at_least = 3, group = "mentors" },
]"""


def rewritten(text: str, **values: str) -> str:
    """The library's pack with some values written anew: `name=` what stands behind `is =` of that parameter."""
    blocks = text.split("\n[")
    for name, value in values.items():
        (place,) = [n for n, block in enumerate(blocks) if block.startswith(f"{name}]")]
        head, _is, _rest = blocks[place].partition("value")
        blocks[place] = f'{head}value = [{{ from = 2021-12-01, is = {value}, article = "illustrative" }}]\n'
    return "\n[".join(blocks)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    library = (POLICIES / f"{LIBRARY}.toml").read_text()
    commitments = (POLICIES / "shaoxing/voucher-2021.toml").read_text()
    spaces = rewritten(
        library,
        review_steps='["county_officer", "county_approver", "city_science"]',
        notice_before_entry="true",
        price_list_required="false",
        conditions=FIGURES,
    )
    mentors = rewritten(library, entrant_kinds='["maker"]', bank_account_required="false", price_list_required="false")
    for scheme, text in ((SPACES, spaces + NOTICE), (MENTORS, mentors)):
        file = tmp_path / f"{scheme}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace(f'"{LIBRARY}"', f'"{scheme}"', 1))
    (tmp_path / "shaoxing").mkdir()
    (tmp_path / "shaoxing/voucher-2021.toml").write_text(commitments)
    with installed(read_folder(tmp_path)):
        yield World()


def test_a_makerspace_goes_through_county_and_city_and_a_notice(world: World) -> None:
    head = world.provider("绍兴示例众创空间")
    admission = world.apply(head, scheme=SPACES, facts={"desks": 30, "mentors": 2})
    assert not admission.opening_required
    world.certificate(head, admission)
    with pytest.raises(rules.ConditionsUnmet) as refusal:
        commands.submit(head, admission_id=admission.id, now=world.now)
    assert refusal.value.facts["conditions"] == "创业导师≥3人"
    commands.edit(
        head,
        admission_id=admission.id,
        entrant_class="qualified_firm",
        statement="",
        facts={"desks": 30, "mentors": 3},
        now=world.now,
    )
    commands.submit(head, admission_id=admission.id, now=world.now)
    for role in (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE):
        officer = world.officer(role, YUECHENG if role is not Role.CITY_SCIENCE else "330600")
        assert [row.subject_id for row in queries.waiting_for(officer, on=world.today)] == [admission.id]
        admission = commands.confirm(officer, admission_id=admission.id, now=world.now)
    assert admission.state == "in_notice"
    assert Notice.objects.get().region == YUECHENG
    with pytest.raises(NoticeNotPassed):
        commands.admit_after_notice(CLOCK, admission_id=admission.id, now=world.now)
    assert jobs.run_notices(now=world.now) == 0
    world.days(8)
    assert (jobs.run_notices(now=world.now), jobs.run_notices(now=world.now)) == (1, 0)
    assert [row.id for row in queries.library(SPACES, on=world.today)] == [admission.id]
    assert queries.library(LIBRARY, on=world.today).count() == 0
    assert not altered_rows()


def test_a_mentor_is_a_natural_person(world: World) -> None:
    with pytest.raises(rules.NotAnEntrant):
        world.apply(world.provider(), scheme=MENTORS)
    someone = world.person("钱导师")
    maker = parties.register_maker(CLOCK, person_id=someone, region=YUECHENG, now=world.now)
    mentor = actor_for(someone, party_id=maker.id, on=world.today)
    assert world.apply(mentor, scheme=MENTORS).state == "draft"
    assert set(queries.registers()) == {SPACES, MENTORS}
