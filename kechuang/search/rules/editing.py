"""What an entry of the synonyms may say (同义词校验). Pure."""

from collections.abc import Iterable, Set

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.search.rules.book import Synonym
from kechuang.search.rules.folding import atoms, is_han, key
from kechuang.search.states import ALIASES_MAX, NAME_MAX, SynonymKind


class NameMissing(Refusal):
    code = "search.synonym_name_missing"
    text = _("请填写标准名称和代码")
    remedy = _("标准名称将显示在检索结果的说明中")
    field = "name"
    status = 422


class AliasTooShort(Refusal):
    code = "search.alias_too_short"
    text = _("“{alias}”太短，会与许多无关名称混淆")
    remedy = _("请填写两个以上汉字或字母的名称，每个不超过六十个字")
    field = "aliases"
    status = 422


class TooManyAliases(Refusal):
    code = "search.too_many_aliases"
    text = _("一个条目最多 {limit} 个名称，现有 {count} 个")
    remedy = _("请删去很少有人使用的名称，或拆分为多个条目")
    field = "aliases"
    status = 422


class LeadsNowhere(Refusal):
    code = "search.leads_nowhere"
    text = _("检测需求须指向使用中的仪器类型；没有找到：{codes}")
    remedy = _("请填写仪器类型的代码，最适合的写在最前")
    field = "leads"
    status = 422


class CodeTaken(Refusal):
    code = "search.synonym_code_taken"
    text = _("代码“{code}”已有条目")
    remedy = _("请修改已有条目，或换一个代码")
    field = "code"


class SynonymFileFaults(Refusal):
    code = "search.synonym_file"
    text = _("文件中有 {count} 处问题，未作任何修改。第 {row} 行：{fault}")
    remedy = _("请按所列行号改正后重新导入")
    field = "file"
    status = 422


class NotAnEditor(Refusal):
    code = "search.not_an_editor"
    text = _("同义词由省开放共享工作机构维护")
    remedy = _("请将建议发给省开放共享工作机构")


class NothingToSearch(Refusal):
    code = "search.nothing_to_search"
    text = _("请先输入检索词或选择筛选条件")
    remedy = _("保存的检索用于在有新仪器时通知您")
    field = "text"
    status = 422


class TooManySaved(Refusal):
    code = "search.too_many_saved"
    text = _("最多保存 {limit} 个检索")
    remedy = _("请先删除不再需要的检索")


def checked(entry: Synonym, *, types: Set[str]) -> Synonym:
    """The entry in its stored form; `types` are the codes of types in use. Raises the Refusals above."""
    name, code = tidy(entry.name), tidy(entry.code).lower()
    if not name or not code:
        raise NameMissing
    aliases = tuple(dict.fromkeys(tidy(alias) for alias in entry.aliases if tidy(alias) and tidy(alias) != name))
    for alias in (name, *aliases):
        if len(key(alias)) <= 1 or len(alias) > NAME_MAX or (len(atoms(alias)) == 1 and is_han(key(alias))):
            raise AliasTooShort(alias=alias)
    if len(aliases) > ALIASES_MAX:
        raise TooManyAliases(limit=ALIASES_MAX, count=len(aliases))
    leads = tuple(dict.fromkeys(tidy(lead).lower() for lead in entry.leads if tidy(lead)))
    unknown = sorted(set(leads) - types)
    if entry.kind is SynonymKind.NEED and (unknown or not leads):
        raise LeadsNowhere(codes="、".join(unknown))
    return Synonym(
        code, entry.kind, name, tidy(entry.english), aliases, leads if entry.kind is SynonymKind.NEED else ()
    )


def split_names(typed: str) -> tuple[str, ...]:
    """Names typed on lines or between semicolons and list commas."""
    parts: Iterable[str] = [typed]
    for sign in ("\n", ";", "；", "、"):
        parts = [piece for part in parts for piece in part.split(sign)]
    return tuple(dict.fromkeys(piece for part in parts if (piece := tidy(part))))
