import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.documents.formats.capital import WrongCapitals, capitals_from_fen, fen_from_capitals


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("壹仟零陆拾圆整", 106_000),
        ("壹仟零陆拾元整", 106_000),
        ("人民币（大写）：壹仟圆整", 100_000),
        ("⊗叁拾元伍角整", 3_050),
        ("叁圆伍角", 350),
        ("伍角", 50),
        ("捌分", 8),
        ("壹角贰分", 12),
        ("壹拾贰元零伍分", 1_205),
        ("拾元整", 1_000),
        ("壹佰万圆整", 100_000_000),
        ("壹亿零壹佰圆整", 10_000_010_000),
        ("叁万亿圆整", 300_000_000_000_000),
        ("（负数）贰佰圆整", -20_000),
        ("负贰佰圆整", -20_000),
        ("零圆整", 0),
        ("贰佰圆", 20_000),
    ],
)
def test_capital_amounts_are_read_to_the_fen(typed: str, fen: int) -> None:
    assert fen_from_capitals(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "圆整",
        "壹仟",
        "壹壹圆整",
        "拾佰圆整",
        "壹元贰分叁角",
        "1000元",
        "壹圆壹圆",
        "壹佰仟圆整",
        "零拾圆整",
        "壹亿零万圆整",
        "叁角角",
    ],
)
def test_malformed_capitals_are_refused_not_guessed(typed: str) -> None:
    with pytest.raises(WrongCapitals):
        fen_from_capitals(typed)


@given(st.integers(-(10**15), 10**15))
def test_every_amount_survives_being_written_out(fen: int) -> None:
    assert fen_from_capitals(capitals_from_fen(fen)) == fen


@given(st.text(alphabet="零壹贰拾佰仟万亿圆元角分整负", max_size=14))
def test_any_run_of_capital_characters_is_read_or_refused(typed: str) -> None:
    try:
        fen_from_capitals(typed)
    except WrongCapitals as refusal:
        assert refusal.facts == {"typed": typed}  # noqa: PT017 (nothing else may be raised)
