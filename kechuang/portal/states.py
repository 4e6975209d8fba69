"""How much the portal's pages show at once; technical values, none of them a regulation's."""

SHOWN_NOTICES = 5  # on the home
FIGURES_KEPT_SECONDS = 60  # figures on the home are at most this old
SEARCH_PAGE_ROWS = 20
SEARCH_SIDE_ROWS = 5

COUNTED = "waiting_counted"  # session: for whom, when, how many wait
COUNT_KEPT_SECONDS = 60  # so long other people's acts may go unseen in the frame; one's own never do

POOL = 400  # best results that are compared by price after the voucher or free time
FREE_DAYS, FREE_MINUTES = 7, 60  # 本周有空: an hour within the coming seven days
SIMILAR_SHOWN = 6  # instruments of the same class beside one
COMPARED_MAX = 4
WITHIN_KM = (10, 30, 50, 100, 200)
FACET_ROWS = 8
FREE_AHEAD_DAYS = 30
FREE_SHOWN = 5  # next free times on the page of an instrument
CLASS_DIGITS, CLASS_LENGTH = 2, 6  # of the first level of the class codes, and of a whole one

METRES_IN_KM, METRES_PER_DEGREE, MICRO = 1_000, 111_320, 1_000_000
# City governments' seats to a hundredth of a degree: latitude and longitude in millionths (distances are to a kilometre).
PLACES: dict[str, tuple[int, int]] = {
    "330100": (30_250_000, 120_210_000),
    "330200": (29_870_000, 121_550_000),
    "330300": (27_990_000, 120_700_000),
    "330400": (30_750_000, 120_760_000),
    "330500": (30_890_000, 120_090_000),
    "330600": (30_030_000, 120_580_000),
    "330700": (29_080_000, 119_650_000),
    "330800": (28_970_000, 118_860_000),
    "330900": (29_990_000, 122_210_000),
    "331000": (28_660_000, 121_420_000),
    "331100": (28_470_000, 119_920_000),
}
EFFECT_YEARS = 10  # of the yearly report for the national network, back from this year
LIST_SHOWN = 50  # rows of a table whose whole is in the file
