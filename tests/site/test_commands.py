"""The console command."""

import re
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from kechuang.site import cli, demo, jobs, rights

COMMANDS = sorted(cli.main.commands)


def test_the_commands_that_people_and_scripts_rely_on_are_there() -> None:
    assert {
        "demo",
        "serve",
        "worker",
        "witness",
        "play",
        "check",
        "load-policies",
        "generate",
        "import-regions",
    } <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_chinese_and_english(name: str) -> None:
    said = CliRunner().invoke(cli.main, [name, "--help"]).output
    assert re.search(r"[\u4e00-\u9fff].* · [A-Za-z]", said), said
    for option in cli.main.commands[name].params:
        if isinstance(option, click.Option):
            assert re.search(r"[\u4e00-\u9fff].*[A-Za-z]", option.help or ""), option.name


@pytest.mark.parametrize("option", ["--no-serve", "--json", "--fresh", "--seed"])
def test_the_demo_has_its_fixed_ways_in(option: str) -> None:
    assert option in CliRunner().invoke(cli.main, ["demo", "--help"]).output


def test_bookings_need_instruments_to_be_of() -> None:
    said = CliRunner().invoke(cli.main, ["generate", "--bookings", "5"])
    assert said.exit_code == 2
    assert "--instruments" in said.output


@pytest.mark.django_db
def test_the_application_has_no_rights_that_it_must_not_have() -> None:
    assert rights.faults() == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_would_be_reported() -> None:
    assert any("不应拥有" in fault for fault in rights.faults(using="owner"))


def test_every_job_that_asks_only_for_the_time_is_run() -> None:
    names = [f"{run.__module__}.{run.__name__}" for run in jobs.runs()]
    assert "kechuang.notices.jobs.run_ends" in names
    assert names.index("kechuang.deadlines.jobs.run_suspensions") < names.index("kechuang.notices.jobs.run_ends")


def test_receipts_and_mail_of_a_demonstration_name_the_address_that_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KECHUANG_ADDRESS", raising=False)
    served = demo._address("127.0.0.1", 8127)
    assert demo._surroundings(timedelta(), served)["KECHUANG_ADDRESS"] == "http://127.0.0.1:8127"
    monkeypatch.setenv("KECHUANG_ADDRESS", "https://example.test")
    assert demo._surroundings(timedelta(), served)["KECHUANG_ADDRESS"] == "https://example.test"
