"""Typed text, widths and masks."""

import pytest

from kechuang.kernel.text import halfwidth, masked_name, masked_number, shortened, tidy


def test_full_width_and_invisible_characters_become_one_written_form() -> None:
    assert halfwidth("２５３３　２０００ 0000\u200b１２３４") == "2533200000001234"


def test_control_characters_and_outer_space_go_line_breaks_stay() -> None:
    assert tidy("  第一行\n第二行\x00\x07 ") == "第一行\n第二行"


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("张三丰", "张**"), ("李", "李*"), ("", "*")])
def test_a_natural_persons_name_shows_the_surname_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(("number", "shown"), [("13812345678", "138****5678"), ("1234567", "*******"), ("12", "**")])
def test_a_number_too_short_to_hide_anything_is_hidden_whole(number: str, shown: str) -> None:
    assert masked_number(number) == shown


def test_what_is_too_long_for_its_place_ends_in_an_ellipsis_there() -> None:
    assert [shortened("三个字", chars) for chars in (3, 2)] == ["三个字", "三…"]
