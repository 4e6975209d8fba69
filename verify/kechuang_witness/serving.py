"""What a witness answers to whoever asks: its latest cosigned checkpoint, and what it says."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kechuang_witness.watching import Said, Witness


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Answers /cosigned and /state; port 0 takes a free one."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = witness.said()
            if self.path == "/cosigned" and said.note:
                self._answer(200, "text/plain; charset=utf-8", said.note)
            elif self.path == "/state":
                self._answer(200, "application/json", state(witness, said))
            else:
                self._answer(404, "text/plain; charset=utf-8", "not found\n")

        def _answer(self, code: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass  # who asks is nobody's business

    return ThreadingHTTPServer((host, port), Answers)


def state(witness: Witness, said: Said) -> str:
    kept = [{"at": at, "reason": why, "first": first, "second": second} for at, why, first, second in said.kept]
    return json.dumps(
        {
            "name": witness.name,
            "key": str(witness.key),
            "origin": witness.log.name,
            "state": said.state,
            "reason": said.reason,
            "size": said.size,
            "at": said.at,
            "mirror": witness.leaves is not None,
            "kept": kept,
        },
        ensure_ascii=False,
    )
