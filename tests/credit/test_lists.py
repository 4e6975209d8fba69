import hashlib
from datetime import timedelta
from typing import Any

import pytest

from kechuang.credit import commands, queries, rules
from kechuang.credit.models import ImportedList, ListEntry
from kechuang.credit.rules import ListRow
from kechuang.kernel.actor import CLOCK, PUBLIC, Role
from kechuang.parties import commands as parties
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db


def _read(
    world: Any, rows: list[ListRow], *, actor: Any = CLOCK, code: str = "tech_sme", digest: str = "", **more: Any
) -> Any:
    return commands.import_list(
        actor,
        list_code=code,
        rows=rows,
        source="科技部火炬中心公告",
        issuer="科技部火炬中心",
        digest=digest or hashlib.sha256(repr(rows).encode()).hexdigest(),
        now=world.now,
        **more,
    )


def _counts(report: Any) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_reading_again_updates_and_removes_and_never_doubles(world: Any) -> None:
    one, two, three = (world.code() for _ in range(3))
    assert _counts(_read(world, [ListRow(one), ListRow(two, name="甲")])) == (2, 0, 0, 0)
    world.days(1)
    assert _counts(_read(world, [ListRow(two, name="乙"), ListRow(three)])) == (1, 1, 1, 0)
    assert ListEntry.objects.count() == 3
    assert queries.listed(one, "tech_sme", on=world.today) is None
    assert queries.listed(one, "tech_sme", on=world.today - timedelta(days=1)) is not None
    assert queries.listed(two, "tech_sme", on=world.today).name == "乙"
    world.days(1)
    assert _counts(_read(world, [ListRow(one), ListRow(two, name="乙"), ListRow(three)])) == (1, 0, 0, 2)
    assert queries.listed(one, "tech_sme", on=world.today) is not None
    assert altered_rows() == []


def test_the_same_file_again_changes_nothing(world: Any) -> None:
    rows = [ListRow(world.code())]
    first = _read(world, rows, digest="d1")
    again = _read(world, rows, digest="d1")
    assert first.list_id == again.list_id
    assert _counts(again) == (0, 0, 0, 1)
    assert Event.objects.filter(action="credit.import_list").count() == 1


def test_a_dry_run_writes_nothing_and_names_every_fault(world: Any) -> None:
    good = world.code()
    rows = [
        ListRow(good),
        ListRow("91330602"),
        ListRow(good),
        ListRow(),
        ListRow(world.code(), valid_from=world.today, valid_until=world.today),
    ]
    report = _read(world, rows, dry_run=True)
    assert [problem.row for problem in report.problems] == [2, 3, 4, 5]
    assert report.added == 1
    assert not ImportedList.objects.exists()
    with pytest.raises(rules.RowsRefused) as caught:
        _read(world, rows)
    assert caught.value.facts["row"] == 2
    assert not ListEntry.objects.exists(), "whole or not at all"


def test_an_older_list_does_not_undo_a_newer_one(world: Any) -> None:
    _read(world, [ListRow(world.code())])
    with pytest.raises(rules.OlderThanKnown):
        _read(world, [ListRow(world.code())], as_of=world.today - timedelta(days=1))


def test_an_empty_list_is_asked_about(world: Any) -> None:
    _read(world, [ListRow(world.code())])
    world.days(1)
    with pytest.raises(rules.NothingRead):
        _read(world, [])
    assert _read(world, [], allow_empty=True).removed == 1


def test_validity_ends_before_its_last_day(world: Any) -> None:
    code, until = world.code(), world.today + timedelta(days=30)
    _read(world, [ListRow(code, valid_from=world.today, valid_until=until)])
    assert queries.listed(code, "tech_sme", on=until - timedelta(days=1)) is not None
    assert queries.listed(code, "tech_sme", on=until) is None
    assert queries.listed(code, "tech_sme", on=world.today - timedelta(days=1)) is None


def test_a_list_of_ten_thousand_costs_no_more_statements(world: Any, django_assert_max_num_queries: Any) -> None:
    few = [ListRow(person_digest=f"{number:064x}") for number in range(10)]
    many = [ListRow(person_digest=f"{number:064x}") for number in range(3000)]
    with django_assert_max_num_queries(9):
        _read(world, few)
    world.days(1)
    with django_assert_max_num_queries(9):
        _read(world, many)


_IMPORTERS = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.SHARING_OFFICE}


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK}]
)
def test_who_may_import(world: Any, role: Role) -> None:
    actor = world.officer(role)
    if role in _IMPORTERS:
        assert _read(world, [ListRow(world.code())], actor=actor, region="330602").added == 1
        with pytest.raises(rules.MayNotImport):
            _read(world, [ListRow(world.code())], actor=actor, region="330681")
    else:
        with pytest.raises(rules.MayNotImport):
            _read(world, [ListRow(world.code())], actor=actor, region="330602")


def test_firms_and_the_public_do_not_import(world: Any) -> None:
    for actor in (PUBLIC, world.head_of(world.firm())):
        with pytest.raises(rules.MayNotImport):
            _read(world, [ListRow(world.code())], actor=actor)


def test_labels_of_a_firm_follow_its_former_code(world: Any) -> None:
    firm = world.firm()
    _read(world, [ListRow(firm.credit_code)])
    _read(world, [ListRow(firm.credit_code, reference="项目1")], code="funded")
    assert queries.labels(firm.id, on=world.today) == {"tech_sme", "funded"}
    parties.change_credit_code(CLOCK, party_id=firm.id, credit_code=world.code(), now=world.now)
    assert queries.labels(firm.id, on=world.today) == {"tech_sme", "funded"}
    assert queries.facts(firm.id, on=world.today)["tech_sme"]["issuer"] == "科技部火炬中心"


def test_a_maker_is_found_by_identity_but_a_firm_not_by_its_staff(world: Any) -> None:
    person = world.person("陈某", identity="11010519491231002X")
    maker = parties.register_maker(CLOCK, person_id=person.id, region="330602", now=world.now)
    firm = world.firm()
    parties.add_member(CLOCK, party_id=firm.id, person_id=person.id, capacity="staff", now=world.now)
    _read(world, [ListRow(person_digest=person.identity_digest)], code="dishonest")
    assert queries.labels(maker.id, on=world.today) == {"dishonest"}
    assert queries.labels(firm.id, on=world.today) == frozenset()
    assert queries.dishonest([maker.id, firm.id], on=world.today) == {maker.id}


def test_daily_hits_name_every_living_party_once(world: Any) -> None:
    firm, merged, stranger = world.firm("甲公司"), world.firm("乙公司"), world.code()
    rows = [ListRow(firm.credit_code, reference="(2025)浙0602执1号"), ListRow(merged.credit_code), ListRow(stranger)]
    _read(world, rows, code="dishonest")
    parties.merge_parties(CLOCK, kept_id=firm.id, merged_id=merged.id, reason="合并", now=world.now)
    (hit,) = queries.daily_hits("dishonest", world.today)
    assert (hit.party_id, hit.reference) == (firm.id, "(2025)浙0602执1号")
    world.days(1)
    _read(world, [ListRow(stranger)], code="dishonest")
    assert queries.daily_hits("dishonest", world.today) == []


def test_a_local_list_counts_in_its_region_only(world: Any) -> None:
    firm = world.firm()
    _read(world, [ListRow(firm.credit_code)], code="incubated", region="330602")
    assert queries.listed(firm.credit_code, "incubated", on=world.today, region="330602") is not None
    assert queries.listed(firm.credit_code, "incubated", on=world.today, region="330681") is None
