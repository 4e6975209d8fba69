"""The way of an entry of the synonyms (同义词), and the technical sizes of the search."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class SynonymState(StrEnum):
    IN_USE = "in_use"
    RETIRED = "retired"


class SynonymKind(StrEnum):
    """What an entry explains: a type of instrument, a maker, or what somebody wants to find out."""

    TYPE = "type"
    BRAND = "brand"
    NEED = "need"


class Facet(StrEnum):
    """What results can be counted by (分类计数)."""

    KIND = "kind"
    CLASS = "class"
    REGION = "region"
    CARRIER = "carrier"
    CARRIER_KIND = "carrier_kind"
    SHARE_MODE = "share_mode"
    OPEN_MODE = "open_mode"


class WordKind(StrEnum):
    """What a word of the correction dictionary was read from."""

    NAME = "name"
    MAKER = "maker"
    MODEL = "model"


SYNONYM_KIND_LABELS: dict[SynonymKind, str] = {
    SynonymKind.TYPE: _("仪器类型"),
    SynonymKind.BRAND: _("品牌"),
    SynonymKind.NEED: _("检测需求"),
}
WORD_KIND_LABELS: dict[WordKind, str] = {
    WordKind.NAME: _("仪器名称"),
    WordKind.MAKER: _("厂商"),
    WordKind.MODEL: _("型号"),
}

_S, _EDITORS = SynonymState, frozenset({Role.SHARING_OFFICE})
MACHINE = Machine(
    "synonym",
    SynonymState,
    SynonymState.IN_USE,
    [
        Move("edit", {_S.IN_USE}, None, _EDITORS | {Role.CLOCK}, _("修改同义词"), data=True),
        Move("retire", {_S.IN_USE}, _S.RETIRED, _EDITORS, _("停用同义词")),
        Move("restore", {_S.RETIRED}, _S.IN_USE, _EDITORS, _("恢复同义词")),
    ],
    labels={_S.IN_USE: _("使用中"), _S.RETIRED: _("已停用")},
    waits={},
)

# Sizes of the index
GRAM = 2  # characters that are indexed together
HEAD_ATOMS_MAX = 8  # how much of a name's end is kept as "what it is"
CUT_MAX = 3  # how often a general word is cut off the end of a name
PREFIX_MIN = 3  # a part of a model number from this length on finds those that begin with it
LEXEME_MAX = 60
TEXT_MAX = 4_000  # characters of one weight that are read

# Sizes of an answer
CANDIDATES = 240  # documents that are compared with each other; what lies beyond is found by filters
COUNT_MAX = 1_000  # counted exactly up to here, then "1000+"
QUERY_MAX = 80  # characters of a query that are read
PARTS_MAX = 6
PIECES_MAX = 10
ALTERNATIVES_MAX = 120
UNLESS_MAX = 12  # longer names that a name must not be the end of
PIECE_MAX = 6  # characters of a piece of a known name
PIECE_TYPES_MAX = 3  # a piece that more types share says too little
EXPLAINED_MAX = 3  # reasons shown beside a result
FACET_VALUES_MAX = 100
TREE_PREFIX = 2  # digits of a class code that are counted first

# Sizes of the correction
WORDS_MAX = 400  # rows of the dictionary that one query looks at
SWAP_MIN = 4  # a latin word from this length on is corrected
FUZZY_MIN = 2  # Chinese words from this length on
EDITS_LONG = 8  # from this length on a latin word may be two letters off
EDITS_MAX = 2
PINYIN_MIN = 4
INITIALS_MIN = 3
INITIALS_MAX = 12
SUGGESTIONS = 8
WORD_MAX = 80

PROVINCE = "330000"  # whose sharing office maintains the synonyms, where nothing else is said

# Technical
MEMORY = 16_384  # folded texts and words that a process remembers
MEMORY_TEXTS = 65_536
HAN_PLANES = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))

# Sizes of upkeep
DICTIONARY_HOUR = 3
BATCH = 500
SETTLED_MINUTES = 5  # what is written may be seen this much later; a saved search looks no closer to now
SAVED_MAX = 50  # searches that one person keeps
NEW_SHOWN = 1_000
SAMPLES_MAX = 12
PREVIEW_SHOWN = 5
IMPORT_ROWS_MAX = 5_000
ALIASES_MAX = 60
NAME_MAX = 60
SAVED_TEXT_MAX = 120
EARTH_METRES = 6_371_000
MICRO = 1_000_000
METRES_PER_DEGREE = 111_195

# Ranking: what a match is worth, from the strongest down
POINTS_MODEL = 900
POINTS_NAME_IS = 700
POINTS_ALIAS_IS = 660
POINTS_NAME_ENDS = 600
POINTS_ALIAS_ENDS = 560
POINTS_NAME_CUT = 530
POINTS_ALIAS_CUT = 480
POINTS_BROAD = 420
POINTS_MODEL_BEGINS = 400
POINTS_MODEL_PART = 380
POINTS_NEED = 360
POINTS_NEED_STEP = 30
POINTS_BRAND = 350
POINTS_NAME_BEGINS = 300
POINTS_NAME_HAS = 240
POINTS_ALIAS_HAS = 200
POINTS_MAKER = 180
POINTS_METHOD = 140
POINTS_REST = 60
POINTS_SCATTERED = 20
POINTS_BOOKABLE = 3
POINTS_LENGTH_MAX = 12
