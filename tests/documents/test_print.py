import hashlib
import json
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from kechuang.documents.formats import drawing as printing
from kechuang.documents.formats import pdf
from kechuang.documents.formats.contract import (
    ContractFacts,
    ContractParty,
    NoContractTemplate,
    contract_pdf,
    template_on,
)
from kechuang.documents.formats.print import Grid, Heading, Sheet, Signature, print_pdf
from kechuang.documents.formats.specimens import (
    page_pdf,
    specimen_contract_pdf,
    specimen_report_pdf,
    specimen_slip_pdf,
)
from kechuang.documents.formats.upload import checked
from kechuang.documents.formats.volume import Paper, PaperAltered, Step, VolumeFacts, volume_zip
from kechuang.documents.states import Kind, Media
from tests.documents.codes import code_of, code_saying

MARCH = date(2025, 3, 1)
SHEET = Sheet(
    title="创新券拨付清单",
    number="ZF-1",
    blocks=[
        "依据：<试点方案> & 现行文件",
        Heading("明细"),
        Grid(("收款单位", "金额"), [("甲", "1.00")] * 90, frozenset({1}), ("合计", "90.00")),
    ],
    signatures=[Signature("经办人"), Signature("审核人", "王某", "2025-03-01"), Signature("单位（盖章）")],
    qr="ZF-1",
    note="示例参数",
)
CONTRACT = ContractFacts(
    number="HT-1",
    order_number="DD-1",
    service_class="test",
    service="扫描电镜检测",
    buyer=ContractParty("甲方", "绍兴样例科技有限公司", "91330602MA2ABCDE0X"),
    provider=ContractParty("乙方", "绍兴样例学院"),
    price_fen=106_005,
    voucher_fen=53_002,
    own_share_fen=53_003,
    drawn_on=MARCH,
    lines=[("扫描电镜", "2.5", "小时", 106_005)],
    deliver_by=date(2025, 4, 1),
)


def squeezed(content: bytes) -> str:
    return "".join(pdf.text("a.pdf", content).split())


def test_a_sheet_has_number_page_count_total_and_signatures() -> None:
    content = print_pdf(SHEET)
    text = squeezed(content)
    for words in (
        "创新券拨付清单",
        "编号：ZF-1",
        "第1页共",
        "合计90.00",
        "经办人",
        "王某",
        "示例参数",
        "<试点方案>&现行文件",
    ):
        assert words in text
    assert checked("清单.pdf", content, Kind.PAYOUT_LIST).media is Media.PDF
    pages = pdf.check("清单.pdf", content)
    assert f"第{pages}页共{pages}页" in text


def test_the_same_sheet_is_the_same_bytes() -> None:
    assert print_pdf(SHEET) == print_pdf(SHEET)
    assert print_pdf(SHEET) != print_pdf(replace(SHEET, number="ZF-2"))


def test_a_sheet_with_a_receipt_says_where_it_is_had_by_code_and_in_words() -> None:
    address = "http://127.0.0.1:8000/trail/receipts/evt_01JQZ:signed"
    content = print_pdf(replace(SHEET, receipt=address))
    assert code_of(content) == code_saying(address)
    assert f"存证凭证：{address}（扫码" in squeezed(content)
    assert code_of(print_pdf(SHEET)) == code_saying("ZF-1")
    assert code_of(print_pdf(replace(SHEET, qr=""))) == []


def test_without_the_vendored_typeface_the_readers_own_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(printing, "_FONTS", tmp_path)
    printing.font.cache_clear()
    try:
        assert printing.font() == "STSong-Light"
        assert "创新券拨付清单" in squeezed(print_pdf(SHEET))
    finally:
        printing.font.cache_clear()


def test_a_contract_says_what_each_side_pays() -> None:
    text = squeezed(contract_pdf(CONTRACT))
    for words in (
        "技术服务合同",
        "服务订单DD-1",
        "壹仟零陆拾圆零伍分",
        "¥530.02",
        "¥530.03",
        "2025年4月1日",
        "样品",
        "甲方（盖章）",
        "合同模板2021-1",
    ):
        assert words in text
    assert "丙方" not in text


def test_three_parties_sign_three_times() -> None:
    text = squeezed(
        contract_pdf(replace(CONTRACT, third=ContractParty("丙方", "平台运营方"), terms=["未能兑付的，由乙方承担。"]))
    )
    assert "（三方）" in text
    assert "丙方（盖章）" in text
    assert "由乙方承担" in text


def test_before_the_first_template_there_is_no_contract() -> None:
    assert template_on(MARCH).name == "2021-1"
    with pytest.raises(NoContractTemplate):
        template_on(date(2020, 12, 31))


@pytest.mark.parametrize(
    "content",
    [
        specimen_report_pdf(number="R1", title="检测报告", client="甲", provider="乙", issued_on=MARCH, items=["硬度"]),
        specimen_contract_pdf(number="H1", buyer="甲", provider="乙", service="检测", price_fen=100, signed_on=MARCH),
        specimen_slip_pdf(payer="甲", payee="乙", fen=100, paid_on=MARCH, remark="DD-1"),
    ],
)
def test_specimens_are_whole_and_say_that_they_are_specimens(content: bytes) -> None:
    assert checked("样例.pdf", content, Kind.EVIDENCE).media is Media.PDF
    assert "样例" in pdf.text("样例.pdf", content)


PAPER = Paper(
    "合同.pdf", "服务合同", page_pdf(["合同"]), hashlib.sha256(page_pdf(["合同"])).hexdigest(), Media.PDF, MARCH
)
FACTS = VolumeFacts(
    "AJ-1",
    "创新券兑付案卷",
    "越城区科技局",
    date(2025, 6, 1),
    "30 年",
    {"申兑单位": "绍兴样例学院"},
    [Step(MARCH, "县科技局", "确认", "三（一）4")],
)


def test_a_volume_holds_its_papers_and_says_so() -> None:
    long = print_pdf(SHEET)
    second = Paper("清单.pdf", "拨付清单", long, hashlib.sha256(long).hexdigest(), Media.PDF, MARCH)
    content = volume_zip(FACTS, [PAPER, second])
    with ZipFile(BytesIO(content)) as archive:
        index = json.loads(archive.read("目录.json"))
        assert archive.namelist() == ["目录.json", "目录.pdf", "材料/001-合同.pdf", "材料/002-清单.pdf"]
        for paper in index["papers"]:
            assert hashlib.sha256(archive.read(paper["path"])).hexdigest() == paper["sha256"]
        text = squeezed(archive.read("目录.pdf"))
    assert index["pages"] == 1 + pdf.check("清单.pdf", long)
    assert index["retention"] == "30 年"
    assert "保管期限：30年" in text
    assert content == volume_zip(FACTS, [PAPER, second])


def test_an_altered_paper_is_not_archived() -> None:
    with pytest.raises(PaperAltered):
        volume_zip(FACTS, [replace(PAPER, content=b"%PDF-other")])
