"""How much the portal's pages show at once; technical values, none of them a regulation's."""

SHOWN_NOTICES = 5  # on the home
FIGURES_KEPT_SECONDS = 60  # figures on the home are at most this old
SEARCH_PAGE_ROWS = 20
SEARCH_SIDE_ROWS = 5
