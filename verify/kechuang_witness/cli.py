"""`kechuang-witness`: run by a body that does not run the platform (财政局、审计局).

    kechuang-witness key  --folder FOLDER --name NAME             makes the key, prints it for the platform's policy
    kechuang-witness run  --folder FOLDER --log-url URL --log-key KEY [--mirror] [--port 8601] [--every 60] [--once]

`run --once` looks once and ends: 0 cosigned, 2 refused, 3 the log did not answer.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kechuang_verify.checkpoint import key_of
from kechuang_verify.note import Key, Malformed

from kechuang_witness.serving import server
from kechuang_witness.watching import COSIGNED, REFUSED, Said, Witness

CODES = {COSIGNED: 0, REFUSED: 2}
CANNOT_SAY = 3
KEY_FILE = "witness.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kechuang-witness", description="见证程序 · witnesses a log")
    parts = parser.add_subparsers(dest="command", required=True)
    made = parts.add_parser("key", help="生成密钥并显示公钥 · make the key, print it")
    made.add_argument("--folder", type=Path, required=True)
    made.add_argument("--name", required=True, help="名称，形如 czj.example.gov.cn/witness · a schema-less URL")
    looks = parts.add_parser("run", help="持续见证 · keep looking")
    looks.add_argument("--folder", type=Path, required=True)
    looks.add_argument("--log-url", required=True, help="日志接口地址，以 /api/trail 结尾 · the log's address")
    looks.add_argument("--log-key", required=True, help="日志公钥，或存放它的文件 · the log's key, or a file")
    looks.add_argument("--mirror", action="store_true", help="保存全部叶哈希 · keep every leaf hash")
    looks.add_argument("--host", default="127.0.0.1")
    looks.add_argument("--port", type=int, default=8601)
    looks.add_argument("--every", type=float, default=60, help="间隔秒数 · seconds between looks")
    looks.add_argument("--once", action="store_true", help="只看一次 · look once")
    args = parser.parse_args(arguments)
    try:
        return _key(args) if args.command == "key" else _run(args)
    except (Malformed, OSError, KeyError, ValueError) as why:
        print(f"kechuang-witness: {why}", file=sys.stderr)
        return CANNOT_SAY


def _key(args: argparse.Namespace) -> int:
    """Made once; asked again, the same key is printed."""
    key_in(args.folder, args.name)
    name, private_key = _kept(args.folder)
    print(Key(name, "cosignature", private_key.public_key().public_bytes_raw()))
    return 0


def key_in(folder: Path, name: str) -> Ed25519PrivateKey:
    """The key that a folder keeps, readable by its owner alone; made when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY_FILE
    if not path.exists():
        private = Ed25519PrivateKey.generate().private_bytes_raw().hex()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"name": name, "private": private}, file)
    return _kept(folder)[1]


def _kept(folder: Path) -> tuple[str, Ed25519PrivateKey]:
    said = json.loads((folder / KEY_FILE).read_text())
    return said["name"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(said["private"]))


def _run(args: argparse.Namespace) -> int:
    name, private = _kept(args.folder)
    log = key_of(args.log_key, None, "")
    assert log is not None
    witness = Witness(args.folder, name, private, log, args.log_url, mirror=args.mirror)
    if args.once:
        said = witness.look(int(time.time()))
        _tell(said)
        return CODES.get(said.state, CANNOT_SAY)
    answers = server(witness, args.host, args.port)
    threading.Thread(target=answers.serve_forever, daemon=True).start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    print(f"{name}: http://{args.host}:{answers.server_port}", flush=True)
    before = None
    while not ended.is_set():
        said = witness.look(int(time.time()))
        if (said.state, said.size, said.reason) != before:
            _tell(said)
            before = (said.state, said.size, said.reason)
        ended.wait(args.every)
    answers.shutdown()
    return 0


def _tell(said: Said) -> None:
    """One line; where two notes contradict each other, both."""
    print(f"{said.state:<9} size {said.size}  {said.reason}".rstrip(), flush=True)
    if said.state == REFUSED and said.kept:
        _, _, first, second = said.kept[-1]
        print(f"cosigned before:\n{first}\nseen now:\n{second}", flush=True)


def run() -> None:
    sys.exit(main())


if __name__ == "__main__":
    run()
