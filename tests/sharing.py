"""How two processes share the tests (分工): by whole files, so that what a file's tests share is made once; the longest first,
so that both end at about the same time. Files that share something are one group (`xdist_group`).
"""

from xdist.scheduler import LoadGroupScheduling

# What takes longer than its number of tests says, in seconds on two cores; only the order hangs on it.
LONG = {
    "killed": 400,  # first of all: it needs no migrated database, which meanwhile the other process makes
    "pilot": 350,  # the journeys in a browser
    "play": 110,  # what looks at a tiny play
    "matrix": 70,
    "mypy": 60,
    "server": 40,
    "tests/pilot/test_play.py": 40,
    "tests/pilot/test_supervised.py": 40,
    "tests/pilot/test_misdeeds.py": 40,
    "tests/pilot/test_fraud.py": 30,
    "tests/pilot/test_province.py": 25,
    "tests/ledger/test_state_machine.py": 50,
    "tests/browser/test_bookings.py": 45,
    "tests/browser/test_carriers.py": 30,
    "tests/browser/test_instruments.py": 30,
    "tests/claims/test_browser.py": 45,
    "tests/usage/test_browser.py": 35,
    "tests/verify/test_witness.py": 40,
    "tests/catalog/test_push.py": 30,
    "tests/registers/test_states.py": 25,
    "tests/journeys/test_turned_back.py": 25,
}
USUAL = 0.3  # of one test


class LongestFirst(LoadGroupScheduling):
    """A group, or else a file, goes to one process; the longest of those that wait goes next."""

    def _split_scope(self, nodeid: str) -> str:
        return str(super()._split_scope(nodeid)).split("::")[0]

    def _assign_work_unit(self, node: object) -> None:
        longest = max(self.workqueue, key=self._seconds)
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)

    def _seconds(self, scope: str) -> float:
        return LONG.get(scope, USUAL * len(self.workqueue[scope]))
