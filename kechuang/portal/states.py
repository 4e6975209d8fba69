"""How much the portal's pages show at once; technical values, none of them a regulation's."""

SHOWN_NOTICES = 5  # on the home
FIGURES_KEPT_SECONDS = 60  # figures on the home are at most this old
SEARCH_PAGE_ROWS = 20
SEARCH_SIDE_ROWS = 5

COUNTED = "waiting_counted"  # session: for whom, when, how many wait
COUNT_KEPT_SECONDS = 60  # so long other people's acts may go unseen in the frame; one's own never do
