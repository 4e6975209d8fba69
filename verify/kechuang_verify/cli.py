"""`kechuang-verify <what> …`: each subcommand is a module here with `add_arguments(parser)` and `run(args) -> int`.

Exit codes: 0 verified, 2 altered or not verifying, 3 cannot decide (a key, a witness or a file is missing).
"""

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec

COMMANDS = {
    "receipt": "核验凭证 · a receipt, offline",
    "checkpoint": "核验检查点 · a checkpoint, and that it continues another",
    "database": "核验数据库 · a whole database, by table, row and column",
    "draw": "复核抽签 · a draw, run again from its published file",
    "evidence": "核验证据包 · a frozen evidence pack",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kechuang-verify", description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parts = parser.add_subparsers(dest="command", required=True, metavar="command")
    given = sys.argv[1:] if arguments is None else arguments
    for name, words in COMMANDS.items():
        part = parts.add_parser(name, help=words, description=words)
        if given[:1] == [name]:  # only what is asked for is imported: `receipt` needs no database driver
            if find_spec(f"kechuang_verify.{name}") is None:
                parser.exit(3, f"kechuang-verify {name}: 此版本不含 · not part of this installation\n")
            module = import_module(f"kechuang_verify.{name}")
            module.add_arguments(part)
            part.set_defaults(run=module.run)
    args = parser.parse_args(given)
    code: int = args.run(args)
    return code


def run() -> None:
    sys.exit(main())


if __name__ == "__main__":
    run()
