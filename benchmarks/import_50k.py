"""The national workbook with 50,000 instruments: how long its import takes, how much memory, and whether export → import changes nothing.

Each step is a process of its own on a server of its own in a new folder, which is removed afterwards; memory is the peak of
the importing process alone, as the system counts it (PostgreSQL is not in it).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.folders import own_folder
from benchmarks.rows import CannotMeasure, Row

ROOT = Path(__file__).resolve().parents[1]
ROWS = 50_000
GOAL_SECONDS, GOAL_MEGABYTES = 60, 500
_KINDS = (
    "场发射扫描电子显微镜",
    "透射电子显微镜",
    "X射线衍射仪",
    "高效液相色谱仪",
    "气相色谱质谱联用仪",
    "核磁共振波谱仪",
)
_MAKERS = ("日立", "赛默飞世尔", "安捷伦", "布鲁克", "岛津", "国仪量子")
_PLACES = ("越城区", "柯桥区", "上虞区", "诸暨市", "嵊州市", "新昌县")


def run(progress: Callable[[str], None]) -> list[Row]:
    """All rows: one import, then what was exported imported again."""
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark imports into a server of its own; unset DATABASE_URL")
    with own_folder() as data:
        book, again = data / "instruments.xlsx", data / "again.xlsx"
        progress(f"writing a workbook of {ROWS:,} instruments")
        _step(data, "write", book)
        progress(f"{book.stat().st_size / 1_048_576:.1f} MB; importing it")
        first = _step(data, "take", book)
        if first["added"] != ROWS:
            raise CannotMeasure(f"{first['added']:,} of {ROWS:,} instruments were added: {first['fault']}")
        progress(f"{first['seconds']:.1f} s, {first['megabytes']:.0f} MB; exporting")
        _step(data, "give", again)
        progress("importing what was exported")
        second = _step(data, "take", again)
        progress(f"{second['seconds']:.1f} s")
    changes = second["added"] + second["changed"] + second["wrong"]
    return [
        Row("import_seconds", first["seconds"], "s", "goal", GOAL_SECONDS, f"<= {GOAL_SECONDS}"),
        Row("import_peak_mb", first["megabytes"], "MB", "goal", GOAL_MEGABYTES, f"<= {GOAL_MEGABYTES}"),
        Row("roundtrip_changes", changes, "instruments", "rows imported again", second["rows"], "= 0"),
    ]


def _step(data: Path, step: str, file: Path) -> dict[str, Any]:
    """One step in a process of its own; its last line says what it measured."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.import_50k", step, str(file)],
        cwd=ROOT,
        env={**os.environ, "KECHUANG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotMeasure(f"{step}: {done.stderr[-800:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _inside(step: str, file: Path) -> dict[str, Any]:
    """What a step does, in its own process."""
    if step == "write":
        from kechuang.catalog.formats.workbook import streamed

        with file.open("wb") as out:
            out.writelines(streamed(islice(_instruments(Random(1)), ROWS)))
        return {}
    from kechuang.site import processes

    processes.start_django()
    processes.load_policies(ROOT / "policies")
    with processes.present():
        return _take(file) if step == "take" else _give(file)


def _take(file: Path) -> dict[str, Any]:
    """As the worker takes a file over, from its upload to its report."""
    import resource

    from kechuang.catalog import commands
    from kechuang.ui import clock

    actor, carrier_id = _provider()
    began = time.monotonic()
    upload = commands.Upload(file.name, file.read_bytes())
    run = commands.ask_import(actor, carrier_id=carrier_id, file=upload, now=clock.now())
    del upload
    run = commands.run_import(run_id=run.id, now=clock.now())
    seconds = time.monotonic() - began
    fault = (run.findings or [run.refusal])[0] if run.finding_count or run.refusal else ""
    return {
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": run.rows,
        "added": run.added,
        "changed": run.changed,
        "wrong": run.wrong_rows,
        "fault": str(fault),
    }


def _give(file: Path) -> dict[str, Any]:
    from kechuang.catalog import queries
    from kechuang.catalog.states import ExportFormat
    from kechuang.ui import clock

    actor, carrier_id = _provider()
    rows = queries.exportable(actor, carrier_id=carrier_id)
    with file.open("wb") as out:
        out.writelines(queries.exported(rows, ExportFormat.NATIONAL, site="https://example.org", on=clock.today()))
    return {"bytes": file.stat().st_size}


def _provider() -> tuple[Any, str]:
    """One university with one carrier, made when it is not there yet."""
    from kechuang.catalog import commands, queries
    from kechuang.catalog.states import CarrierKind
    from kechuang.kernel.actor import CLOCK
    from kechuang.kernel.identifiers import check_digit, inner_check_digit
    from kechuang.parties import commands as parties
    from kechuang.parties.queries import actor_for
    from kechuang.ui import clock

    seventeen = "91330602" + "50000000" + inner_check_digit("50000000")
    code = seventeen + check_digit(seventeen)
    known = _known_party(code)
    if known is None:
        head = parties.register_person(CLOCK, name="王五", now=clock.now()).id
        made = parties.register_organisation(
            CLOCK, name="示例大学", credit_code=code, region="330602", legal_representative=head, now=clock.now()
        )
        known = (made.id, head)
    party_id, head = known
    actor = actor_for(head, party_id=party_id, on=clock.today())
    carrier = queries.own_carriers(actor).first()
    if carrier is None:
        carrier = commands.add_carrier(
            actor, party_id=party_id, kind=CarrierKind.UNIVERSITY, name="分析测试中心", now=clock.now()
        )
    return actor, carrier.id


def _known_party(code: str) -> tuple[str, str] | None:
    from kechuang.parties.models import Party

    row = Party.objects.filter(credit_code=code).first()
    return (row.id, row.legal_representative_id or "") if row else None


def _instruments(random: Random) -> Iterator[dict[str, str]]:
    """Filled as providers fill them: thirty-odd of the forty columns, texts of the usual length."""
    from kechuang.catalog.formats.classes import read_sets

    (classes,) = read_sets((ROOT / "policies/national/instrument-classes.csv").read_text(encoding="utf-8")).values()
    codes = sorted(classes.leaves)
    number = 0
    while True:
        number += 1
        kind, maker, county = random.choice(_KINDS), random.choice(_MAKERS), random.choice(_PLACES)
        yearly = random.randrange(200, 2_400)
        yield {
            "number": f"SX{number:06d}",
            "own_number": f"SB{number:08d}",
            "name": f"{kind}{number % 997}",
            "english_name": f"Analytical instrument model {number % 997}",
            "department": f"第{number % 40}实验室",
            "class_code": random.choice(codes),
            "source": random.choice(("购置", "研制", "赠送", "其他")),
            "under_customs": "否",
            "original_value_fen": f"{random.randrange(3_000, 120_000) / 100:.2f}",
            "country": random.choice(("中国", "日本", "德国", "美国")),
            "maker": maker,
            "booked_on": f"{random.randrange(2008, 2025)}-{random.randrange(1, 13):02d}-{random.randrange(1, 28):02d}",
            "category": random.choice(("通用", "专用")),
            "model": f"{maker}-{random.randrange(1_000, 9_999)}",
            "indicators": f"分辨率{random.randrange(1, 90) / 10} nm；加速电压 0.5–30 kV；样品台五轴电动；" * 2,
            "functions": f"{kind}用于材料微观形貌、成分与结构分析，可测金属、陶瓷、高分子与生物样品。",
            "subjects": "材料科学，化学",
            "funds": "中央财政资金，单位自有资金",
            "services": "形貌观察、能谱分析、截面制样",
            "yearly_hours_hundredths": str(yearly),
            "notice": "提前三天预约，样品干燥、无磁性；送样附样品说明。",
            "charges": "机时 200 元/小时；样品 80 元/个",
            "booking_url": f"https://lab.example.edu.cn/instruments/{number}",
            "province": "浙江省",
            "city": "绍兴市",
            "county": county,
            "street": f"城南大道{number % 900}号",
            "external_hours_hundredths": str(yearly // random.randrange(2, 9)),
            "contact": "李老师",
            "phone": f"0575-88{number % 1_000_000:06d}",
            "email": f"lab{number % 400}@example.edu.cn",
            "address": f"浙江省绍兴市{county}城南大道{number % 900}号",
            "postcode": "312000",
        }


if __name__ == "__main__":
    print(json.dumps(_inside(sys.argv[1], Path(sys.argv[2]))))
