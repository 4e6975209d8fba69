"""Invoices as pictures: drawn on one form, scanned and saved anew as scanners and telephones do."""

from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

import kechuang
from kechuang.documents.rules import capitals_from_fen

_FONT = Path(kechuang.__file__).parent / "ui" / "static" / "vendor" / "fonts" / "NotoSansSC-Regular.ttf"
_SIZE = (1_240, 800)
_COLUMNS = (
    ("规格型号", 430),
    ("单位", 560),
    ("数量", 650),
    ("单价", 760),
    ("金额", 880),
    ("税率", 1_000),
    ("税额", 1_100),
)


@dataclass(frozen=True)
class Printed:
    """What stands on an invoice."""

    number: str = "25332000000001204412"
    day: str = "2025年06月02日"
    buyer: str = "绍兴越启机械制造股份有限公司"
    gross_fen: int = 4_698_900
    item: str = "*研发和技术服务*检测分析服务"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def drawn(printed: Printed) -> Image.Image:
    page = Image.new("L", _SIZE, 255)
    draw = ImageDraw.Draw(page)

    def write(x: int, y: int, text: str, size: int = 18, grey: int = 20) -> None:
        draw.text((x, y), text, font=_font(size), fill=grey)

    net = printed.gross_fen * 100 // 106
    tax = printed.gross_fen - net
    money = [f"{fen // 100}.{fen % 100:02d}" for fen in (net, tax, printed.gross_fen)]
    draw.rectangle((40, 140, 1_200, 720), outline=90, width=2)
    for y in (260, 480, 540, 620):
        draw.line((40, y, 1_200, y), fill=90, width=2)
    draw.line((620, 140, 620, 260), fill=90, width=2)
    write(430, 40, "电子发票（普通发票）", 40, 60)
    write(860, 60, f"发票号码：{printed.number}")
    write(860, 95, f"开票日期：{printed.day}")
    write(60, 160, f"购买方 名称：{printed.buyer}", 20)
    write(60, 210, "统一社会信用代码/纳税人识别号：91330602873A000H0C")
    write(640, 160, "销售方 名称：浙江某某检测技术有限公司", 20)
    write(640, 210, "统一社会信用代码/纳税人识别号：91330600MA2BXXXX12")
    write(70, 270, "项目名称", grey=60)
    for title, x in _COLUMNS:
        write(x, 270, title, grey=60)
    write(60, 310, printed.item)
    for x, text in ((560, "次"), (660, "1"), (750, money[0]), (870, money[0]), (1_005, "6%"), (1_090, money[1])):
        write(x, 310, text)
    write(80, 490, "合        计", 20, 60)
    write(860, 490, f"¥{money[0]}", 20)
    write(1_080, 490, f"¥{money[1]}", 20)
    write(80, 560, "价税合计（大写）", 20, 60)
    write(330, 560, capitals_from_fen(printed.gross_fen), 22)
    write(880, 560, f"（小写）¥{money[2]}", 22)
    write(60, 640, "备注：样例，非真实票据")
    return page


def scanned(page: Image.Image, seed: int = 1, *, tilt: float = 1.5) -> Image.Image:
    """On a scanner's glass: a little askew, somewhere on it, at its own resolution, lighter or darker, with its noise."""
    dice = Random(seed)
    left, top = dice.randrange(10, 110), dice.randrange(10, 60)
    glass = Image.new("L", (page.width + 2 * left, page.height + 2 * top), 255)
    glass.paste(page, (left, top))
    glass = glass.rotate(dice.uniform(-tilt, tilt), expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    scale = dice.uniform(0.7, 1.3)
    glass = glass.resize((round(glass.width * scale), round(glass.height * scale)), Image.Resampling.LANCZOS)
    glass = ImageEnhance.Contrast(glass).enhance(dice.uniform(0.8, 1.1))
    glass = ImageEnhance.Brightness(glass).enhance(dice.uniform(0.92, 1.06)).filter(ImageFilter.GaussianBlur(0.4))
    return ImageChops.add(glass, _noise(glass.size, dice), 1, -128)


def _noise(size: tuple[int, int], dice: Random) -> Image.Image:
    small = Image.frombytes(
        "L", (257, 131), bytes(max(0, min(255, round(dice.gauss(128, 7)))) for _ in range(257 * 131))
    )
    whole = Image.new("L", size, 128)
    for x in range(0, size[0], small.width):
        for y in range(0, size[1], small.height):
            whole.paste(small, (x, y))
    return whole


def saved(page: Image.Image, form: str = "JPEG", **options: int) -> bytes:
    held = BytesIO()
    page.save(held, form, **options)
    return held.getvalue()


def another(printed: Printed, seed: int) -> Printed:
    """The next invoice of the same two, for the same service: another number, day and amount."""
    dice = Random(seed)
    digits = "".join(str(dice.randrange(10)) for _ in range(8))
    return replace(
        printed,
        number=printed.number[:12] + digits,
        day=f"2025年{dice.randrange(1, 13):02d}月{dice.randrange(1, 29):02d}日",
        gross_fen=dice.randrange(200_000, 6_000_000, 100),
    )
