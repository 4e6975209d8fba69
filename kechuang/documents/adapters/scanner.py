"""Looking for malware (查杀). The stand-in knows one test pattern only and says so: its files stay 未查杀."""

import os
import socket
from dataclasses import dataclass
from typing import Protocol

from kechuang.documents.states import CHUNK_BYTES, ScanState
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
_TIMEOUT_SECONDS = 30
_LENGTH_BYTES = 4
_ANSWER_BYTES = 4096


class Infected(Refusal):
    code = "documents.infected"
    text = _("文件“{name}”含有恶意代码（{found}），未予保存")
    remedy = _("请在本机查杀后重新导出文件再上传")
    field = "file"
    status = 422


class ScannerDown(Refusal):
    code = "documents.scanner_down"
    text = _("查杀服务暂不可用，文件“{name}”未予保存")
    remedy = _("已填写的内容不会丢失，请稍后再上传")
    field = "file"
    status = 503


@dataclass(frozen=True, slots=True)
class Verdict:
    state: ScanState
    scanner: str


class Scanner(Protocol):
    real: bool

    def scan(self, name: str, content: bytes) -> Verdict:
        """Raises Infected or ScannerDown."""


class StandIn:
    """替身查杀: in place of a scanner that is not installed. Finds the EICAR test pattern, clears nothing."""

    real = False

    def scan(self, name: str, content: bytes) -> Verdict:
        if _EICAR in content:
            raise Infected(name=name, found="EICAR")
        return Verdict(ScanState.NOT_SCANNED, "stand-in")


@dataclass(frozen=True, slots=True)
class ClamAV:
    """clamd over TCP or a Unix socket, by INSTREAM. Fails closed."""

    address: str
    real = True

    def scan(self, name: str, content: bytes) -> Verdict:
        try:
            answer = self._ask(content)
        except OSError as down:
            raise ScannerDown(name=name) from down
        if answer.endswith("FOUND"):
            raise Infected(name=name, found=answer.removeprefix("stream: ").removesuffix(" FOUND"))
        if not answer.endswith("OK"):
            raise ScannerDown(name=name)
        return Verdict(ScanState.SCANNED, "clamav")

    def _ask(self, content: bytes) -> str:
        with self._connection() as clamd:
            clamd.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK_BYTES):
                chunk = content[start : start + CHUNK_BYTES]
                clamd.sendall(len(chunk).to_bytes(_LENGTH_BYTES, "big") + chunk)
            clamd.sendall(bytes(_LENGTH_BYTES))
            return clamd.recv(_ANSWER_BYTES).rstrip(b"\0").decode("utf-8", "replace").strip()

    def _connection(self) -> socket.socket:
        host, _colon, port = self.address.rpartition(":")
        if host:
            return socket.create_connection((host, int(port)), timeout=_TIMEOUT_SECONDS)
        clamd = socket.socket(socket.AF_UNIX)
        clamd.settimeout(_TIMEOUT_SECONDS)
        clamd.connect(self.address)
        return clamd


def scanner() -> Scanner:
    """ClamAV where KECHUANG_CLAMD names one (`host:port` or a socket's path), else the stand-in."""
    address = os.environ.get("KECHUANG_CLAMD", "")
    return ClamAV(address) if address else StandIn()
