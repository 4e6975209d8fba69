"""Decisions about commitments and imported lists. Pure: every fact comes in."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kechuang.credit.formats.tables import ListRow as ListRow
from kechuang.credit.formats.tables import Problem as Problem
from kechuang.credit.states import COMMITMENT_LABELS, CommitmentKind
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import Refusal
from kechuang.kernel.identifiers import WrongCreditCode, credit_code
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy

BY_AUTHORISATION = "authorised"
_SIGNING = frozenset({"legal_representative", BY_AUTHORISATION})


class CommitmentMissing(Refusal):
    code = "credit.commitment_missing"
    text = _("尚未签署有效的“{label}”")
    remedy = _("请由法定代表人、被授权人或创业者本人在“信用承诺”页签署；文本或法定代表人变更后须重新签署")


class MayNotSign(Refusal):
    code = "credit.may_not_sign"
    text = _("信用承诺须由法定代表人、持授权书的被授权人或创业者本人签署")
    remedy = _("请由上述人员登录后签署")
    status = 403


class NoTextInForce(Refusal):
    code = "credit.no_text_in_force"
    text = _("{on} 没有生效的承诺书文本")
    remedy = _("请联系市科技局发布承诺书文本")


class NothingRead(Refusal):
    code = "credit.nothing_read"
    text = _("名单中没有任何条目")
    remedy = _("请核对文件；如名单确已清空，请勾选“确认清空”")
    status = 422


class RowsRefused(Refusal):
    code = "credit.rows_refused"
    text = _("名单有 {count} 行不能读取，未导入任何内容；第一处：第 {row} 行 {problem}")
    remedy = _("请按报告逐行更正后重新导入")
    status = 422


class OlderThanKnown(Refusal):
    code = "credit.older_than_known"
    text = _("该名单已导入截至 {known_on} 的版本，不能再导入更早的版本")
    remedy = _("请导入更新的名单")


class MayNotImport(Refusal):
    code = "credit.may_not_import"
    text = _("您无权导入该名单")
    remedy = _("名单由科技局工作人员导入")
    status = 403


class WordsMissing(Refusal):
    code = "credit.words_missing"
    text = _("请写明理由")
    remedy = _("申述、维持或撤销信用记录，均须写明理由，并告知对方")
    status = 422
    field = "words"


class StillCounts(Refusal):
    code = "credit.still_counts"
    text = _("信用记录计至 {until}，尚未期满")
    remedy = _("期满后由系统自动终止")


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """What a pack says of commitments: both texts and their versions."""

    commitment_holder_text: str
    commitment_holder_version: str
    commitment_provider_text: str
    commitment_provider_version: str


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """How long a changed payee account waits before it is paid to (冷静期), in calendar days."""

    account_cool_off_days: int


@dataclass(frozen=True, slots=True)
class Text:
    """The words to sign on a day, whence they come, and their digest: equal words are one text."""

    kind: str
    version: str
    body: str
    scheme: str = ""
    article: str = ""

    @property
    def digest(self) -> str:
        return text_digest(self.body)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes: nothing is written twice, what is missing from the list is removed."""

    added: list[ListRow] = field(default_factory=list)
    changed: list[ListRow] = field(default_factory=list)
    removed: list[tuple[str, str, str]] = field(default_factory=list)
    unchanged: list[ListRow] = field(default_factory=list)


def checked(rows: Sequence[ListRow]) -> tuple[list[ListRow], list[Problem]]:
    """Rows in their stored form, and the faults of those that have one; a row twice is a fault of the second."""
    good, problems, seen = [], [], set()
    for number, row in enumerate(rows, start=1):
        try:
            kept = _checked(row)
        except WrongCreditCode as wrong:
            problems.append(Problem(number, str(wrong.facts["rule"])))
            continue
        if (kept.credit_code == "") == (kept.person_digest == ""):
            problems.append(Problem(number, _("须有统一社会信用代码或身份摘要之一")))
        elif kept.valid_from and kept.valid_until and kept.valid_until <= kept.valid_from:
            problems.append(Problem(number, _("有效期终止日不晚于起始日")))
        elif kept.key in seen:
            problems.append(Problem(number, _("与前面的行重复")))
        else:
            seen.add(kept.key)
            good.append(kept)
    return good, problems


def _checked(row: ListRow) -> ListRow:
    code = credit_code(row.credit_code) if row.credit_code else ""
    return ListRow(code, row.person_digest, tidy(row.name), tidy(row.reference), row.valid_from, row.valid_until)


def difference(known: dict[tuple[str, str, str], ListRow], rows: Iterable[ListRow]) -> Difference:
    """Compares what stands with what was read. A row without a first day keeps the one it has."""
    found, seen = Difference(), set()
    for row in rows:
        seen.add(row.key)
        if row.key not in known:
            found.added.append(row)
        elif _same(known[row.key], row):
            found.unchanged.append(row)
        else:
            found.changed.append(row)
    found.removed.extend(sorted(set(known) - seen))
    return found


def _same(known: ListRow, row: ListRow) -> bool:
    first_day = row.valid_from is None or row.valid_from == known.valid_from
    return first_day and known.name == row.name and known.valid_until == row.valid_until


def refuse_problems(problems: Sequence[Problem]) -> None:
    """Raises RowsRefused at the first fault: an import is whole or not at all."""
    if problems:
        raise RowsRefused(count=len(problems), row=problems[0].row, problem=problems[0].text)


def require_signature(actor: Actor, *, party_id: str) -> None:
    """Raises MayNotSign unless the actor signs for the whole party.

    Makers and team leads sign as those who answer for the party themselves (谁承诺，谁负责).
    """
    if actor.party_id != party_id or not party_id or actor.unit_ids or actor.capacity not in _SIGNING:
        raise MayNotSign


def require_commitment(in_force: bool, kind: str) -> None:
    """Raises CommitmentMissing with the kind that is to be signed."""
    if not in_force:
        raise CommitmentMissing(kind=kind, label=COMMITMENT_LABELS[CommitmentKind(kind)])


def text_digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def words(typed: str) -> str:
    """The reason as it is stored; raises WordsMissing."""
    if not (said := tidy(typed)):
        raise WordsMissing()
    return said


class ReplyTimeRuns(Refusal):
    code = "credit.reply_time_runs"
    text = _("对方的申辩期限到 {until_on}，尚未届满")
    remedy = _("期限届满或对方申辩后再决定")


class TooEarlyToRepair(Refusal):
    code = "credit.too_early_to_repair"
    text = _("自 {first_on} 起方可申请信用修复")
    remedy = _("请在该日之后申请，并说明已如何改正")


class NobodyToList(Refusal):
    code = "credit.nobody_to_list"
    text = _("“{name}”没有登记代码或身份摘要，不能列入名单")
    remedy = _("请先补登统一社会信用代码或负责人的身份")


@dataclass(frozen=True, slots=True)
class EventTerms:
    """What a pack says of credit events: time to answer, how long they count, when they may be repaired."""

    credit_reply_working_days: int
    credit_event_days: int
    credit_repair_after_days: int
