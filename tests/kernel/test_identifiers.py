"""统一社会信用代码 checked whole: GB 32100 with its inner GB 11714, codes that begin with a letter too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.identifiers import WrongCreditCode, check_digit, credit_code, inner_check_digit


def built(head: str, eight: str) -> str:
    seventeen = head + eight + inner_check_digit(eight)
    return seventeen + check_digit(seventeen)


@pytest.mark.parametrize(("eight", "check"), [("60003734", "1"), ("47009501", "6")])
def test_the_inner_check_digit_of_two_real_organisation_codes(eight: str, check: str) -> None:
    assert inner_check_digit(eight) == check


@given(
    st.sampled_from(["91330602", "12330600", "N2330681", "A1330000", "Y1110000", "G1330600"]),
    st.from_regex(r"[0-9A-Z]{8}", fullmatch=True).filter(lambda text: not set(text) & set("IOSVZ")),
)
def test_every_code_with_both_check_digits_is_read_and_one_wrong_character_is_not(head: str, eight: str) -> None:
    code = built(head, eight)
    assert credit_code(code) == code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(WrongCreditCode):
        credit_code(wrong)


def test_width_case_and_spaces_do_not_matter() -> None:
    code = built("91330602", "MA2BC3D4")
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code.lower())
    assert credit_code(f"  {wide[:9]} {wide[9:]}") == code


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("9133", "应为 18 位"),
        ("91330602OOOOOOOOOO", "含有不允许的字符"),
        (built("91330602", "MA2BC3D4")[:-1] + "#", "含有不允许的字符"),
    ],
)
def test_the_refusal_names_the_rule_and_the_field(typed: str, rule: str) -> None:
    with pytest.raises(WrongCreditCode) as refusal:
        credit_code(typed)
    assert (refusal.value.facts["rule"], refusal.value.field) == (rule, "credit_code")


def test_a_wrong_inner_code_is_found_although_the_outer_digit_fits() -> None:
    eight = "MA2BC3D4"
    other = "X" if inner_check_digit(eight) != "X" else "1"
    seventeen = "91330602" + eight + other
    with pytest.raises(WrongCreditCode) as refusal:
        credit_code(seventeen + check_digit(seventeen))
    assert "组织机构代码" in str(refusal.value.facts["rule"])
