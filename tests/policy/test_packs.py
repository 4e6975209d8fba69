"""Every way in which a pack can be wrong is found, with its file and its line."""

from pathlib import Path

import pytest

from kechuang.policy.catalogue import CATALOGUE, PLACE
from kechuang.policy.faults import PackError
from kechuang.policy.packs import parse, read_folder
from kechuang.policy.units import UNITS, name_fits

SOUND = """scheme = "demo/voucher"
title = "示例券"
interpreters = ["示例市科技局"]

[source.rules]
title = "《示例办法》"
from = 2023-04-01

[words.applicant]
enterprise = "企业"

[order_cap_fen]
meaning = "单笔上限"
unit = "fen"
catalogue = 9
value = [
  { from = 2023-04-01, is = 3_000, article = "rules#三" },
  { from = 2025-07-01, is = 4_000, article = "rules#四" },
]

[settle_at]
meaning = "结算"
unit = "choice"
options = { order = "下单", acceptance = "验收" }
catalogue = 8
value = [{ from = 2023-04-01, is = "order", article = "rules#三" }]

[rate_bp]
meaning = "比例"
unit = "bp"
by = ["applicant"]
catalogue = 8
value = [{ from = 2023-04-01, article = "rules#三", is = [
  { when = { applicant = "enterprise" }, is = 5_000 },
  { is = 3_000 },
] }]

[carriers]
meaning = "载体"
unit = "table"
columns = { name = "text", carriers_count = "count" }
catalogue = 15
value = [{ from = 2023-04-01, is = [{ name = "甲", carriers_count = 2 }], article = "rules#五" }]

[sampled]
meaning = "抽查"
unit = "flag"
catalogue = 22
value = [{ from = 2023-04-01, is = true, article = "illustrative" }]
note = [{ on = 2024-01-01, text = "口径" }]
"""

FILE = "demo/voucher.toml"


def broken(old: str, new: str) -> PackError:
    assert old in SOUND
    with pytest.raises(PackError) as error:
        parse(SOUND.replace(old, new, 1), file=FILE)
    return error.value


def test_the_sound_one_is_read() -> None:
    pack = parse(SOUND, file=FILE)
    assert list(pack.parameters) == ["order_cap_fen", "settle_at", "rate_bp", "carriers", "sampled"]
    assert [str(value.until) for value in pack.parameters["order_cap_fen"].values] == ["2025-07-01", "None"]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('title = "示例券"', "title = 示例券", 2, "不是合法的 TOML"),
        ('scheme = "demo/voucher"', 'scheme = "demo/other"', 1, "应与文件名一致"),
        ('interpreters = ["示例市科技局"]', "interpreters = []", 3, "负责解释的机关"),
        ("from = 2023-04-01\n\n[words", "\n[words", 5, "缺少 from"),
        ('unit = "fen"', 'unit = "yuan"', 14, "未知的单位“yuan”"),
        ('unit = "fen"', 'unit = "bp"', 14, "名称的结尾与单位 bp 不符"),
        ('unit = "flag"', 'unit = "days"', 47, "名称的结尾与单位 days 不符"),
        ("is = 4_000, article = \"rules#四\"", "is = 4_000", 18, "未注明依据"),
        ('article = "rules#四"', 'article = "law#四"', 18, "未登记的来源 law"),
        ('article = "rules#四"', 'article = "rules"', 18, "应写作 来源#条款"),
        ("from = 2025-07-01, is", "from = 2023-04-01, is", 18, "只续写"),
        ("{ from = 2023-04-01, is = 3_000", "{ from = 2023-04-01, until = 2025-08-01, is = 3_000", 18, "重叠"),
        ("{ from = 2023-04-01, is = 3_000", "{ from = 2023-04-01, until = 2023-01-01, is = 3_000", 17, "应晚于 from"),
        ("{ from = 2023-04-01, is = 3_000", "{ from = 2023-03-31, is = 3_000", 17, "早于所依据来源的首日"),
        ("{ from = 2023-04-01, is = 3_000", '{ from = "2023-04-01", is = 3_000', 17, "应为日期"),
        ("is = 4_000", "is = 40.5", 18, "应为不小于 0 的整数（分）"),
        ("is = 4_000", "is = -1", 18, "应为不小于 0 的整数（分）"),
        ("is = 4_000", "is = true", 18, "应为不小于 0 的整数（分）"),
        ("is = 4_000", 'is = "4000"', 18, "应为不小于 0 的整数（分）"),
        ('is = "order"', 'is = "never"', 26, "不在所列选项中"),
        ('is = "order"', "is = 1", 26, "options 中的一个"),
        ('{ order = "下单"', '{ none = "下单"', 21, "选项不得叫 none"),
        ('options = { order = "下单", acceptance = "验收" }\n', "", 21, "须列出 options"),
        ("is = 5_000", "is = 50_000", 33, "0 到 10000"),
        ('applicant = "enterprise" }, is', 'applicant = "firm" }, is', 33, "不在词表 words.applicant 中"),
        ("when = { applicant", "when = { service", 33, "条件 service 未列入 by"),
        ('by = ["applicant"]\n', "", 32, "须先以 by 列明"),
        ("{ when = { applicant = \"enterprise\" }, is = 5_000 }", "{ is = 5_000 }", 33, "无条件的行须放在最后"),
        ("carriers_count = 2", 'carriers_count = "2"', 43, "列 carriers_count 应为"),
        ("carriers_count = 2", "families = 2", 43, "列应为"),
        ('carriers_count = "count" }', 'carriers_count = "fen" }', 38, "列 carriers_count 的名称与单位 fen 不符"),
        ("catalogue = 22", "catalogue = 26", 48, "参数目录的 1–25"),
        ("catalogue = 9", "catalogue = 10", 14, "参数目录规定其为第 9 项"),
        ("is = true", "is = 1", 49, "true 或 false"),
        ('meaning = "抽查"', 'meaning = ""', 45, "缺少 meaning"),
        ('meaning = "抽查"', 'meaning = "抽查"\nmeening = "x"', 47, "不认识的键 meening"),
        ('note = [{ on = 2024-01-01, text = "口径" }]', 'note = [{ text = "口径" }]', 50, "解释口径须写明"),
        ('note = [{ on = 2024-01-01, text = "口径" }]', 'reading = ""', 50, "所读的原话"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    faults = broken(old, new).faults
    assert (faults[0].file, faults[0].line) == (FILE, line), faults
    assert any(reason in fault.reason and fault.line == line for fault in faults), faults


def test_a_pack_without_any_source_is_refused() -> None:
    assert any("未引用任何来源" in fault.reason for fault in broken("[source.rules]", "[sauce.rules]").faults)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(PackError) as error:
        parse(SOUND.replace("is = 4_000", "is = -4").replace("is = true", "is = 1"), file=FILE)
    assert [fault.line for fault in error.value.faults] == [18, 49]
    assert str(error.value).startswith("demo/voucher.toml:18: order_cap_fen：")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('regions = []', "没有列出任何县"),
        ('regions = [{ code = "1", name = "甲", from = 2023-04-01 }]', "每行须有"),
        ('regions = [{ code = "1", name = "甲", from = 2023-04-01, article = "law#1" }]', "未登记的来源"),
        ('regions = [{ code = "1", name = "甲", from = 2023-04-01, article = "rules#1" }, { code = "1", name = "甲", from = 2024-04-01, article = "rules#1" }]', "列了两次"),
    ],
)  # fmt: skip
def test_a_rollout_is_checked_too(line: str, reason: str) -> None:
    text = SOUND + f'\n[rollout]\narticle = "rules#二"\nrule = "region"\n{line}\n'
    with pytest.raises(PackError, match=reason):
        parse(text, file=FILE)


def test_every_file_of_a_folder_is_read_before_it_stops(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "voucher.toml").write_text("scheme = ")
    with pytest.raises(PackError) as error:
        read_folder(tmp_path)
    assert [fault.file for fault in error.value.faults] == ["a/voucher.toml", "b/voucher.toml"]


def test_the_catalogue_has_its_25_places_and_every_name_fits_its_unit() -> None:
    assert list(CATALOGUE) == list(range(1, 26))
    assert all(kind.names for kind in CATALOGUE.values())
    assert [name for name, (_, unit) in PLACE.items() if unit not in UNITS or not name_fits(name, unit)] == []
