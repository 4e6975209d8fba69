"""年度服务成效 of the national network as workbook and JSON (domain paper 2.3). Pure: a frozen report in, a file out.

What no record here holds (平台建设年份, GB/T 14885 分类, 典型事例) stays to be filled in and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import yuan
from kechuang.usage.rules import hours_text


@dataclass(frozen=True, slots=True)
class Side:
    """What was done for one side, the carrier's own house or others (支撑本单位、外单位创新)."""

    services: int
    clients: int
    reports: int
    minutes: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PaidService:
    """One line of 对外服务收入汇总表."""

    on: date
    voucher_number: str  # 凭证编号: the invoice's number; the record's where no order and so no invoice is held here
    handled_by: str
    summary: str
    fen: int
    instrument: str
    payer: str
    by_invoice: bool


@dataclass(frozen=True, slots=True)
class Asset:
    """One line of 资产明细表: an instrument from the national threshold on."""

    number: str
    class_code: str  # of the instrument classification; GB/T 14885 is not held
    name: str
    model: str
    value_fen: int
    booked_on: date | None
    department: str
    maker: str
    minutes: int
    external_minutes: int


@dataclass(frozen=True, slots=True)
class YearEffect:
    """All fields of the national yearly report that can be read here."""

    carrier_id: str
    carrier_name: str
    party_name: str
    year: int
    until: date  # the last day counted
    platform_url: str
    invoices_count: int
    inside: Side
    outside: Side
    by_purpose: Sequence[tuple[str, str, int, int]]  # code, 服务类型, for one's own, for others
    voucher_fen: int  # of the services, paid by vouchers
    ledger_voucher_fen: int  # of the invoiced orders, by the ledger
    paid: Sequence[PaidService]
    threshold_fen: int
    assets: Sequence[Asset]
    instruments_count: int
    shared_count: int
    minutes: int
    external_minutes: int
    opening_version: int  # 0: no opening rules published
    opening_hours: str
    sharing_document: str
    sharing_title: str
    staff: Sequence[tuple[str, int]]  # title and how many

    @property
    def income_fen(self) -> int:
        return self.inside.amount_fen + self.outside.amount_fen

    @property
    def assets_fen(self) -> int:
        return sum(asset.value_fen for asset in self.assets)

    @property
    def paid_fen(self) -> int:
        return sum(row.fen for row in self.paid)


FILL_IN = "（由单位填写）"


def sheets(found: YearEffect, *, platform_url: str, platform_year: str) -> list[tuple[str, list[list[str]]]]:
    """The workbook: the report's items, the table of income, the assets, the support of innovation."""
    return [
        ("年度服务成效", _items(found, platform_url, platform_year)),
        ("对外服务收入汇总表", _income(found)),
        ("50万元以上资产明细表", _assets(found)),
        ("支撑创新情况", _support(found)),
    ]


def _items(found: YearEffect, platform_url: str, platform_year: str) -> list[list[str]]:
    staff = "、".join(f"{title} {count}" for title, count in found.staff)
    return [
        ["项目", "数值", "说明"],
        ["单位", found.party_name, found.carrier_name],
        ["年度", str(found.year), f"统计至 {found.until.isoformat()}"],
        ["在线服务平台网址", platform_url or found.platform_url or FILL_IN, ""],
        ["平台建设年份", platform_year or FILL_IN, "平台不记录，由单位填写"],
        ["开放服务发票凭证数量", str(found.invoices_count), "已结算订单登记开具、未红冲的发票"],
        ["服务收入总额（元）", yuan(found.income_fen), "现行服务记录金额合计，含本单位"],
        ["对外服务收入（元）", yuan(found.outside.amount_fen), "服务对象为外部用户"],
        ["其中创新券抵扣（元）", yuan(found.voucher_fen), "服务记录所载"],
        ["其中创新券抵扣，总账（元）", yuan(found.ledger_voucher_fen), "已开票订单在总账中的抵扣净额"],
        ["50万元以上仪器台套", str(len(found.assets)), f"原值不低于 {yuan(found.threshold_fen)} 元"],
        ["50万元以上仪器原值（元）", yuan(found.assets_fen), "明细见资产明细表"],
        ["在册仪器台套", str(found.instruments_count), ""],
        ["其中对外共享台套", str(found.shared_count), "设施开放情况"],
        ["年有效机时（小时）", hours_text(found.minutes), "A 计量、B 上机记录、C 填报合计"],
        ["年对外服务机时（小时）", hours_text(found.external_minutes), ""],
        ["开放制度", f"第 {found.opening_version} 版" if found.opening_version else FILL_IN, found.opening_hours],
        ["共享与收入分配办法", found.sharing_document or FILL_IN, found.sharing_title],
        ["技术队伍", staff or FILL_IN, "在册技术人员，按职称"],
    ]


def _income(found: YearEffect) -> list[list[str]]:
    rows = [["日期", "凭证编号", "经办人", "摘要", "金额（元）", "设备名称", "付款单位", "凭证种类"]]
    for row in found.paid:
        kind = "发票" if row.by_invoice else "服务记录（平台未登记发票）"
        rows.append(
            [row.on.isoformat(), row.voucher_number, row.handled_by, row.summary, yuan(row.fen), row.instrument,
             row.payer, kind]
        )  # fmt: skip
    return [*rows, ["合计", "", "", "", yuan(found.paid_fen), "", "", ""]]


def _assets(found: YearEffect) -> list[list[str]]:
    rows = [
        ["资产编号", "资产分类（GB/T 14885）", "仪器分类编码", "名称", "型号", "价值（元）", "建账日期", "部门", "厂家",
         "年有效机时", "年对外机时"]
    ]  # fmt: skip
    for one in found.assets:
        booked = one.booked_on.isoformat() if one.booked_on else ""
        rows.append(
            [one.number, FILL_IN, one.class_code, one.name, one.model, yuan(one.value_fen), booked, one.department,
             one.maker, hours_text(one.minutes), hours_text(one.external_minutes)]
        )  # fmt: skip
    return rows


def _support(found: YearEffect) -> list[list[str]]:
    inside, outside = found.inside, found.outside
    rows = [["指标", "支撑本单位创新", "支撑外单位创新"]]
    rows += [
        ["服务次数", str(inside.services), str(outside.services)],
        ["服务对象数", str(inside.clients), str(outside.clients)],
        ["服务机时（小时）", hours_text(inside.minutes), hours_text(outside.minutes)],
        ["出具报告数", str(inside.reports), str(outside.reports)],
        ["服务金额（元）", yuan(inside.amount_fen), yuan(outside.amount_fen)],
    ]
    rows += [[f"服务类型：{label}", str(own), str(others)] for _code, label, own, others in found.by_purpose]
    return [*rows, ["典型事例", FILL_IN, FILL_IN]]


def as_json(found: YearEffect, *, platform_url: str, platform_year: str) -> dict[str, object]:
    """The same for programs; amounts in fen, hours in minutes, days as ISO dates. null: not held here."""
    inside, outside = found.inside, found.outside
    sides = {
        name: {
            "services": side.services, "clients": side.clients, "minutes": side.minutes, "reports": side.reports,
            "amount_fen": side.amount_fen,
        }
        for name, side in (("inside", inside), ("outside", outside))
    }  # fmt: skip
    return {
        "unit": found.party_name,
        "carrier": {"id": found.carrier_id, "name": found.carrier_name},
        "year": found.year,
        "until_on": found.until.isoformat(),
        "platform": {"url": platform_url or found.platform_url or None, "built_year": platform_year or None},
        "invoices_count": found.invoices_count,
        "income_fen": found.income_fen,
        "external_income_fen": outside.amount_fen,
        "voucher_fen": found.voucher_fen,
        "ledger_voucher_fen": found.ledger_voucher_fen,
        "external_income": [
            {
                "on": row.on.isoformat(), "voucher_number": row.voucher_number, "handled_by": row.handled_by,
                "summary": row.summary, "fen": row.fen, "instrument": row.instrument, "payer": row.payer,
                "kind": "invoice" if row.by_invoice else "record",
            }
            for row in found.paid
        ],
        "assets": {
            "threshold_fen": found.threshold_fen,
            "count": len(found.assets),
            "value_fen": found.assets_fen,
            "rows": [
                {
                    "number": one.number, "gbt_14885": None, "class_code": one.class_code, "name": one.name,
                    "model": one.model, "value_fen": one.value_fen,
                    "booked_on": one.booked_on.isoformat() if one.booked_on else None,
                    "department": one.department, "maker": one.maker, "minutes": one.minutes,
                    "external_minutes": one.external_minutes,
                }
                for one in found.assets
            ],
        },
        "support": {**sides, "by_purpose": {code: [own, others] for code, _label, own, others in found.by_purpose}},
        "openness": {
            "instruments": found.instruments_count, "shared": found.shared_count, "minutes": found.minutes,
            "external_minutes": found.external_minutes,
        },
        "rules_and_team": {
            "opening_version": found.opening_version or None, "sharing_document": found.sharing_document or None,
            "staff": dict(found.staff),
        },
    }  # fmt: skip
