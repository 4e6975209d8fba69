"""The race's own machinery: requests by hand, bursts, a peer that cannot be installed, and what the rows are made of."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import __main__ as bench
from benchmarks import booking_race
from benchmarks.booking_race import nemo, wire
from benchmarks.booking_race.driver import Round
from benchmarks.rows import CannotMeasure


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_an_answer_is_read_whole(port: int) -> None:
    assert wire.fetch(wire.Request("GET", "/"), port) == wire.Answer(200, b"hello!")
    assert wire.fetch(wire.Request("POST", "/", {}, "预约"), port) == wire.Answer(201, "预约".encode())


def test_a_burst_answers_every_request(port: int) -> None:
    answers = wire.burst([wire.Request("POST", "/", {}, str(number)) for number in range(20)], [port, port])
    assert sorted(int(answer.body) for answer in answers) == list(range(20))


def test_it_is_asked_for_with_a_dash() -> None:
    assert "booking-race" in bench.benchmarks()


def test_a_peer_that_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nemo, "ROOT", tmp_path)
    monkeypatch.setattr(nemo, "LOCK", tmp_path / "requirements.txt")
    (tmp_path / "requirements.txt").write_text("nothing-of-this-name==0 --hash=sha256:00\n")
    monkeypatch.setattr(nemo.venv, "EnvBuilder", lambda **given: SimpleNamespace(create=lambda folder: None))
    refused = subprocess.CompletedProcess([], 1, "", "no such package")
    monkeypatch.setattr(nemo.subprocess, "run", lambda *given, **more: refused)
    with pytest.raises(CannotMeasure, match=r"could not be installed.*no such package"):
        nemo.installed(lambda text: None)


def _measured(rounds: list[Round], ms: float) -> booking_race.Measured:
    return booking_race.Measured([ms], [ms], {"one mode": rounds}, {"a page": [ms]})


def test_the_rows_say_who_was_better() -> None:
    own = _measured([Round(1, 49, 0, 1)] * 2, 1)
    peer = _measured([Round(2, 48, 0, 2), Round(3, 47, 0, 3)], 100)
    rows = {row.name: row for row in booking_race.rows(peer, own, 300, 5)}
    assert [(name, row.value, row.met) for name, row in rows.items()] == [
        ("double_booked_slots", 0, True),
        ("successes_per_slot", 1, True),
        ("create_time_ratio", 0.01, True),
        ("week_feed_statements", 5, True),
        ("week_feed_speedup", 100, True),
        ("list_10k_speedup", 100, True),
    ]
    assert rows["double_booked_slots"].reference_value == 2


def test_a_slot_that_nobody_got_or_two_is_seen() -> None:
    peer = _measured([Round(2, 48, 0, 2)], 10)
    for accepted in (0, 2):
        own = _measured([Round(1, 49, 0, 1), Round(accepted, 50 - accepted, 0, accepted)], 1)
        row = {row.name: row for row in booking_race.rows(peer, own, 300, 5)}["successes_per_slot"]
        assert (row.value, row.met) == (accepted, False)


def test_an_unclear_answer_is_no_measurement() -> None:
    own = _measured([Round(1, 48, 1, 1, "500 b''")], 1)
    with pytest.raises(CannotMeasure, match="500"):
        booking_race.rows(_measured([Round(2, 48, 0, 2)], 10), own, 300, 5)
