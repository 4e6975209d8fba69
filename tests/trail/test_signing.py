"""The national profile by a signing service: its protocol, its silence, another key in its place."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from kechuang_verify import sm2
from kechuang_verify.note import log_signed, read_checkpoint

from kechuang.trail import queries, rules
from kechuang.trail.adapters import signing
from kechuang.trail.adapters.signing import CannotSign, SigningService, signer
from kechuang.trail.commands import sequence
from kechuang.trail.models import Head
from tests.trail.test_log import NOW, act

pytestmark = pytest.mark.django_db(transaction=True)


class Service:
    """A signing service as the documents ask for it, in the test's own process."""

    def __init__(self) -> None:
        self.private, self.asked = sm2.new_private(), []
        service = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                self._say({"public": sm2.public_of(service.private).hex()})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(self.path)
                assert (body["algorithm"], body["user"]) == ("sm2-sm3", sm2.USER.decode())
                signature = sm2.sign(service.private, base64.b64decode(body["message"]))
                self._say({"signature": base64.b64encode(signature).decode()})

            def _say(self, what: dict[str, str]) -> None:
                text = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def service(settings: Any, tmp_path: Any) -> Iterator[Service]:
    made = Service()
    settings.LOG_KEYS, settings.LOG_PROFILE, settings.LOG_SIGNING_SERVICE = tmp_path, "gm", made.url
    yield made
    made.stop()


def restarted() -> None:
    """As in a process that has just begun."""
    signing._made.cache_clear()


def test_heads_are_signed_by_the_service_and_no_private_key_is_here(service: Service, tmp_path: Any) -> None:
    act(1)
    sequence(now=NOW)
    point = read_checkpoint(Head.objects.get().note)
    assert log_signed(point.note, signer().key)
    assert isinstance(signer(), SigningService)
    assert not signer().stand_in
    assert service.asked == ["/key", "/sign"]
    assert [path.name for path in tmp_path.iterdir()] == ["sm2-service.public"]


def test_while_the_service_is_silent_receipts_are_still_had_for_what_stands_in_the_log(service: Service) -> None:
    act(1)
    sequence(now=NOW)
    service.stop()
    restarted()
    old = queries.standing("syn_1")
    assert old is not None
    said = json.loads(queries.written(old))
    assert (said["seq"], said["promise"]) == (0, "")
    act(2)
    with pytest.raises(CannotSign):
        sequence(now=NOW)
    fresh = queries.standing("syn_2")
    assert fresh is not None
    with pytest.raises(rules.CannotPromise):
        queries.written(fresh)


def test_another_key_in_the_services_place_signs_nothing(service: Service) -> None:
    act(1)
    sequence(now=NOW)
    service.private = sm2.new_private()
    restarted()
    act(2)
    with pytest.raises(CannotSign, match="does not verify"):
        sequence(now=NOW)
    assert queries.size() == 1


@pytest.mark.parametrize("answer", [{}, {"public": "no hex"}, {"public": "00"}])
def test_what_is_no_key_is_not_kept(
    service: Service, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, answer: dict[str, str]
) -> None:
    monkeypatch.setattr(SigningService, "_ask", lambda *_given: answer)
    restarted()
    with pytest.raises(CannotSign):
        signer()
    assert list(tmp_path.iterdir()) == []
