"""审计抽样: strata, sizes by largest remainder, and a draw that anyone repeats from frame and seed. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kechuang.audit.states import BANDS_MAX, NO_CLASS, SEED_CHARS_MIN, By, Population, Risk, Size
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import ONE
from kechuang.kernel.text import gettext_noop as _


class NoTaskCovers(Refusal):
    code = "audit.no_task_covers"
    text = _("没有进行中的审计任务涵盖“{number}”的地区和期间，不能查阅")
    remedy = _("请先立审计任务，写明文号、期间和地区，或核对任务的期间")
    status = 403


class ReadOnly(Refusal):
    code = "audit.read_only"
    text = _("审计只看不改，不能办理业务事项")
    remedy = _("需要更正的事项，请在审计任务中形成意见，由经办部门办理")
    status = 403


class NoDocument(Refusal):
    code = "audit.no_document"
    text = _("请填写审计通知书或任务文号")
    remedy = _("查阅必须有文号可依；没有文号的不能立任务")
    field = "document"
    status = 422


class PeriodBackwards(Refusal):
    code = "audit.period_backwards"
    text = _("审计期间止于 {last_on}，早于起始日 {from_on}")
    remedy = _("请核对起止日期")
    field = "last_on"
    status = 422


class OutsideOffice(Refusal):
    code = "audit.outside_office"
    text = _("“{region}”不在您的审计管辖范围内")
    remedy = _("请只选择本机关管辖的地区")
    field = "regions"
    status = 422


class SamplesOpen(Refusal):
    code = "audit.samples_open"
    text = _("还有 {count} 个抽样没有结论，不能办结任务")
    remedy = _("请先完成工作底稿并形成抽样结论")


class NothingWritten(Refusal):
    code = "audit.nothing_written"
    text = _("请写明事实和意见")
    remedy = _("结论和底稿写入后留有记录，请写完整")
    field = "text"
    status = 422


class SeedTooShort(Refusal):
    code = "audit.seed_too_short"
    text = _("种子至少 {count} 个字符")
    remedy = _("请写一串事先约定的文字，例如公告的开奖号码加日期")
    field = "seed"
    status = 422


class NoStrata(Refusal):
    code = "audit.no_strata"
    text = _("请至少选择一项分层依据")
    remedy = _("可选县（市、区）、机构类别、金额分档、风险事实，可以多选")
    field = "by"
    status = 422


class NoBands(Refusal):
    code = "audit.no_bands"
    text = _("按金额分层须写明分档，从小到大，最多 {count} 个")
    remedy = _("例如 5000, 20000：分为五千元以下、五千至两万元、两万元以上三档")
    field = "bands"
    status = 422


class NoSize(Refusal):
    code = "audit.no_size"
    text = _("样本量须大于零，比例不超过 100%")
    remedy = _("按比例的填写百分比，每层定额的填写件数")
    field = "amount"
    status = 422


class EmptyFrame(Refusal):
    code = "audit.empty_frame"
    text = _("任务的地区和期间内没有符合条件的申请，总体为空")
    remedy = _("请另编方案，选择其他总体，或核对任务的期间和地区")


class FrameTooLarge(Refusal):
    code = "audit.frame_too_large"
    text = _("总体超过 {count} 件，不能一次冻结")
    remedy = _("请按地区或期间分几个任务抽样")


class SheetsBlank(Refusal):
    code = "audit.sheets_blank"
    text = _("还有 {count} 份工作底稿没有填写")
    remedy = _("每件样本都要填写核查结果后再形成结论")


class SampleConcluded(Refusal):
    code = "audit.sample_concluded"
    text = _("该抽样已有结论，工作底稿不能再改")
    remedy = _("需要更正的，请另立抽样或在任务结论中说明")


class UnknownNumber(Refusal):
    code = "audit.unknown_number"
    text = _("任务范围内没有编号为 {number} 的兑付申请")
    remedy = _("请逐位核对编号，每行一个；范围以任务的地区和期间为准")
    field = "numbers"
    status = 422


class NothingToPack(Refusal):
    code = "audit.nothing_to_pack"
    text = _("没有选择要固化的申请")
    remedy = _("请填写申请编号，或选择一个已抽取的抽样")
    field = "numbers"
    status = 422


class NotInLogYet(Refusal):
    code = "audit.not_in_log_yet"
    text = _("所选申请有 {count} 次办理还没有并入可验证存证日志，缺了它们的证明，证据包不完整")
    remedy = _("办理后几分钟内并入，请稍后再固化；长时间没有并入的，见存证日志页的“等待并入”")


class PackTooLarge(Refusal):
    code = "audit.pack_too_large"
    text = _("证据包超出上限（{count}）")
    remedy = _("请分成几个包固化")
    field = "numbers"
    status = 422


@dataclass(frozen=True, slots=True)
class Unit:
    """One claim of a frame, with what strata are made of (抽样单元). Amounts are gross fen."""

    id: str
    number: str
    region: str
    provider_class: str
    fen: int
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """抽样方案, fixed with its seed before the frame is seen. `bands_fen` are the upper ends of all bands but the last."""

    population: Population
    by: tuple[By, ...]
    size: Size
    share_bp: int = 0
    count: int = 0
    least_count: int = 0  # of each stratum at least, as far as it has so many
    bands_fen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One unit that was drawn: its place in the list and its stratum."""

    place: int
    stratum: str
    unit: Unit


def checked(plan: Plan, seed: str) -> Plan:
    """The plan, or NoStrata, NoBands, NoSize, SeedTooShort."""
    if len(seed) < SEED_CHARS_MIN:
        raise SeedTooShort(count=SEED_CHARS_MIN)
    if not plan.by:
        raise NoStrata()
    rising = list(plan.bands_fen) == sorted(set(plan.bands_fen)) and all(fen > 0 for fen in plan.bands_fen)
    if By.AMOUNT in plan.by and not (plan.bands_fen and rising and len(plan.bands_fen) <= BANDS_MAX):
        raise NoBands(count=BANDS_MAX)
    asked = plan.share_bp if plan.size is Size.SHARE else plan.count
    if asked <= 0 or (plan.size is Size.SHARE and asked > ONE) or plan.least_count < 0:
        raise NoSize()
    return plan


def period(from_on: date, last_on: date) -> None:
    """The audited period must run forward; raises PeriodBackwards."""
    if last_on < from_on:
        raise PeriodBackwards(from_on=from_on.isoformat(), last_on=last_on.isoformat())


def stratum_of(unit: Unit, plan: Plan) -> str:
    """The stratum of a unit as one text: "county=330602 amount=1" in the order of `By`."""
    said = {
        By.COUNTY: unit.region,
        By.PROVIDER_CLASS: unit.provider_class or NO_CLASS,
        By.AMOUNT: str(sum(unit.fen >= bound for bound in plan.bands_fen)),
        By.RISK: str(int(bool(unit.risks))),
    }
    return " ".join(f"{by}={said[by]}" for by in By if by in plan.by)


def stratified(units: Sequence[Unit], plan: Plan) -> dict[str, list[Unit]]:
    """The frame by strata, both in order of their names (分层)."""
    found: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda one: one.id):
        found.setdefault(stratum_of(unit, plan), []).append(unit)
    return dict(sorted(found.items()))


def allocated(sizes: Mapping[str, int], plan: Plan) -> dict[str, int]:
    """How many of each stratum are drawn (样本分配).

    By share: the whole sample is the share of the whole frame, rounded up, spread by largest remainder (最大余额法), ties to
    the stratum whose name comes first. By count: so many of each, or all there are. Then `least_count` of each.
    """
    if plan.size is Size.COUNT:
        shares = {name: min(plan.count, size) for name, size in sizes.items()}
    else:
        shares = _by_share(sizes, plan.share_bp)
    return {name: max(shares[name], min(plan.least_count, size)) for name, size in sizes.items()}


def _by_share(sizes: Mapping[str, int], share_bp: int) -> dict[str, int]:
    whole = sum(sizes.values())
    total = -(-whole * share_bp // ONE)
    shares = {name: total * size // whole for name, size in sizes.items()}
    rest = sorted(sizes, key=lambda name: (-(total * sizes[name] % whole), name))
    for name in rest[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def drawn(units: Sequence[Unit], plan: Plan, entropy: str) -> list[Drawn]:
    """The sample (样本): of each stratum those whose rank comes first. Same frame, plan and entropy, same list."""
    strata = stratified(units, plan)
    wanted = allocated({name: len(held) for name, held in strata.items()}, plan)
    chosen = [
        (name, unit)
        for name, held in strata.items()
        for unit in sorted(held, key=lambda one: (rank(one.id, entropy), one.id))[: wanted[name]]
    ]
    return [Drawn(place, name, unit) for place, (name, unit) in enumerate(chosen, start=1)]


def rank(unit_id: str, entropy: str) -> str:
    """The place of a unit in the order of the draw: SHA-256 of entropy and id."""
    return hashlib.sha256(f"{entropy}\n{unit_id}".encode()).hexdigest()


def entropy(*, seed: str, nonce: str, frame_digest: str) -> str:
    """What decides the draw: the auditor's seed, fixed before; the platform's number, made when the frame was frozen; the
    frame. Neither side alone can choose who is drawn."""
    return hashlib.sha256(f"{seed}\n{nonce}\n{frame_digest}".encode()).hexdigest()


def commitment(*, plan: Plan, seed: str, nonce: str, frame_digest: str) -> str:
    """承诺: the digest that is recorded as an event before anything is drawn."""
    said = {"plan": as_said(plan), "seed": seed, "nonce": nonce, "frame": frame_digest}
    return hashlib.sha256(canonical(said)).hexdigest()


def as_said(plan: Plan) -> dict[str, object]:
    """A plan as JSON values."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(plan).items()}


def as_plan(said: Mapping[str, object]) -> Plan:
    """The plan that `as_said` has written."""
    values: dict[str, object] = dict(said)
    by, bands = values["by"], values["bands_fen"]
    assert isinstance(by, list)
    assert isinstance(bands, list)
    values |= {"by": tuple(By(one) for one in by), "bands_fen": tuple(bands)}
    values |= {"population": Population(str(values["population"])), "size": Size(str(values["size"]))}
    return Plan(**values)  # type: ignore[arg-type]


def frame_bytes(units: Sequence[Unit]) -> bytes:
    """The frame as it is kept and published (总体), by id."""
    rows = [
        {
            "id": unit.id,
            "number": unit.number,
            "region": unit.region,
            "class": unit.provider_class,
            "fen": unit.fen,
            "risks": sorted(unit.risks),
        }
        for unit in sorted(units, key=lambda one: one.id)
    ]
    return canonical(rows)


def frame_units(body: bytes) -> list[Unit]:
    """The units that `frame_bytes` has written."""
    return [
        Unit(row["id"], row["number"], row["region"], row["class"], row["fen"], tuple(row["risks"]))
        for row in json.loads(body)
    ]


def canonical(value: object) -> bytes:
    """JSON with sorted keys and nothing between: the same value, the same bytes (RFC 8785 for integers and texts)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def list_digest(chosen: Sequence[Drawn]) -> str:
    """The digest of a drawn list, in its order."""
    return hashlib.sha256("\n".join(one.unit.id for one in chosen).encode()).hexdigest()


def risks(*, clean: bool, returned_count: int, objected: bool, failed: bool) -> tuple[str, ...]:
    """The risk facts that stand on record of a claim."""
    facts = {
        Risk.DIFFERED: not clean,
        Risk.RETURNED: returned_count > 0,
        Risk.OBJECTED: objected,
        Risk.FAILED: failed,
    }
    return tuple(str(risk) for risk, holds in facts.items() if holds)
