"""Names of uploads. A name is only shown to people, but it is shown in lists, headers and volumes."""

import unicodedata

from kechuang.documents.formats.refusals import WrongName
from kechuang.documents.states import LIMITS
from kechuang.kernel.text import gettext_noop as _

_FORBIDDEN = set('/\\:*?"<>|')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


def checked_name(name: str) -> str:
    """The name, normalised (NFC) and without white space at its ends; raises WrongName."""
    name = unicodedata.normalize("NFC", name).strip()
    if len(name) > LIMITS.name_chars_max:
        raise WrongName(name=name[:20], rule=_("字数上限："), limit=LIMITS.name_chars_max)
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in name):
        raise WrongName(name="", rule=_("含有不可见的控制字符或方向字符"))
    if _FORBIDDEN & set(name) or ".." in name:
        raise WrongName(name=name, rule=_("含有路径或保留字符"))
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem.strip() or not ending or name.startswith("."):
        raise WrongName(name=name, rule=_("应有名称和扩展名"))
    if stem.split(".")[0].strip().lower() in _DEVICES:
        raise WrongName(name=name, rule=_("是系统保留名称"))
    return name
