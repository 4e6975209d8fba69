"""Plain HTTP by hand: one connection per request, and many requests written to open connections at once."""

import selectors
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 120
CHUNK = 262_144
STATUS_AT = slice(9, 12)  # of "HTTP/1.1 200 OK"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def encoded(self, port: int) -> bytes:
        content = self.body.encode()
        headers = {"Host": f"127.0.0.1:{port}", "Connection": "close", **self.headers}
        if content or self.method == "POST":
            headers["Content-Length"] = str(len(content))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def fetch(request: Request, port: int) -> Answer:
    with _connected(port) as connection:
        connection.sendall(request.encoded(port))
        return _parsed(b"".join(iter(lambda: connection.recv(CHUNK), b"")))


def burst(requests: Sequence[Request], ports: Sequence[int]) -> list[Answer]:
    """All requests in one loop over connections that are open already, in turn to each port; the answers as they come."""
    opened = [
        (_connected(port), request.encoded(port)) for request, port in zip(requests, _in_turn(ports), strict=False)
    ]
    waiting = selectors.DefaultSelector()
    for connection, payload in opened:
        connection.sendall(payload)
        connection.setblocking(False)
        waiting.register(connection, selectors.EVENT_READ, [])
    answers: list[Answer] = []
    while len(answers) < len(opened):
        ready = waiting.select(TIMEOUT_SECONDS)
        if not ready:
            raise TimeoutError(f"{len(opened) - len(answers)} requests of a burst were not answered")
        for key, _events in ready:
            assert isinstance(key.fileobj, socket.socket)
            if part := key.fileobj.recv(CHUNK):
                key.data.append(part)
                continue
            waiting.unregister(key.fileobj)
            key.fileobj.close()
            answers.append(_parsed(b"".join(key.data)))
    return answers


def is_open(port: int) -> bool:
    try:
        _connected(port).close()
    except OSError:
        return False
    return True


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)


def _in_turn(ports: Sequence[int]) -> Iterator[int]:
    while True:
        yield from ports


def _parsed(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    if not head[STATUS_AT].isdigit():
        return Answer(0, data)  # the connection was closed without an answer
    if b"transfer-encoding: chunked" in head.lower():
        body = b"".join(_chunks(body))
    return Answer(int(head[STATUS_AT]), body)


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        if not count:
            return
        yield rest[:count]
        body = rest[count + 2 :]
