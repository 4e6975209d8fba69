"""The log over HTTP, for anybody: checkpoint, proofs, leaf hashes. What is proved is public; what was done is not."""

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kechuang.trail import queries
from kechuang.trail.adapters.signing import signer
from kechuang.trail.formats.receipt import proof

router = Router(tags=["trail"])
_NOTE = "text/plain; charset=utf-8"


class InclusionOut(Schema):
    leaf: str
    seq: int
    size: int
    proof: list[str]


class ConsistencyOut(Schema):
    old: int
    new: int
    proof: list[str]


class WitnessOut(Schema):
    name: str
    state: str
    size: int
    reason: str


@router.get("/checkpoint", auth=None, summary="最新检查点（C2SP 签名注记） · the latest checkpoint, a signed note")
def checkpoint(request: HttpRequest, size: int | None = None) -> HttpResponse:
    return HttpResponse(queries.cosigned(queries.checkpoint(size)), content_type=_NOTE)


@router.get("/key", auth=None, summary="日志公钥 · the log's key")
def key(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{signer().key}\n", content_type=_NOTE)


@router.get("/inclusion", auth=None, response=InclusionOut, summary="包含证明 · inclusion proof")
def inclusion(request: HttpRequest, seq: int, size: int | None = None) -> InclusionOut:
    found = queries.inclusion_proof(seq=seq, size=size)
    return InclusionOut(leaf=found.leaf.hex(), seq=found.seq, size=found.size, proof=proof(found.path))


@router.get("/consistency", auth=None, response=ConsistencyOut, summary="一致性证明 · consistency proof")
def consistency(request: HttpRequest, old: int, new: int) -> ConsistencyOut:
    return ConsistencyOut(old=old, new=new, proof=proof(queries.consistency_proof(old=old, new=new)))


@router.get("/leaves", auth=None, summary="叶哈希，每条 32 字节 · leaf hashes, 32 bytes each")
def leaves(request: HttpRequest, start: int, end: int) -> HttpResponse:
    return HttpResponse(queries.leaves(start=start, end=end), content_type="application/octet-stream")


@router.get("/witnesses", auth=None, response=list[WitnessOut], summary="见证方状态 · what the witnesses say")
def witnesses(request: HttpRequest) -> list[WitnessOut]:
    rows = queries.witnesses()
    return [WitnessOut(name=row.name, state=row.state, size=row.size, reason=row.reason) for row in rows]
