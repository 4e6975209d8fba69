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


@router.get("/checkpoint", auth=None, summary="The latest checkpoint, or that of a size: a signed note")
def checkpoint(request: HttpRequest, size: int | None = None) -> HttpResponse:
    return HttpResponse(queries.cosigned(queries.checkpoint(size)), content_type=_NOTE)


@router.get("/key", auth=None, summary="The log's key")
def key(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{signer().key}\n", content_type=_NOTE)


@router.get("/inclusion", auth=None, response=InclusionOut, summary="Inclusion proof")
def inclusion(request: HttpRequest, seq: int, size: int | None = None) -> InclusionOut:
    found = queries.inclusion_proof(seq=seq, size=size)
    return InclusionOut(leaf=found.leaf.hex(), seq=found.seq, size=found.size, proof=proof(found.path))


@router.get("/consistency", auth=None, response=ConsistencyOut, summary="Consistency proof")
def consistency(request: HttpRequest, old: int, new: int) -> ConsistencyOut:
    return ConsistencyOut(old=old, new=new, proof=proof(queries.consistency_proof(old=old, new=new)))


@router.get("/leaves", auth=None, summary="Leaf hashes, 32 bytes each")
def leaves(request: HttpRequest, start: int, end: int) -> HttpResponse:
    return HttpResponse(queries.leaves(start=start, end=end), content_type="application/octet-stream")


@router.get("/witnesses", auth=None, response=list[WitnessOut], summary="What the witnesses say")
def witnesses(request: HttpRequest) -> list[WitnessOut]:
    rows = queries.witnesses()
    return [WitnessOut(name=row.name, state=row.state, size=row.size, reason=row.reason) for row in rows]
