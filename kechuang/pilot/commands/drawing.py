"""What a generated year draws besides whole numbers: amounts about a middle, measured figures."""

from random import Random

_PER_MILLE = 1000


class Draws(Random):
    """One random source; everything follows from its seed."""

    def chance(self, per_mille: int) -> bool:
        return self.randrange(_PER_MILLE) < per_mille

    def about(self, middle: int, per_mille: int) -> int:
        """A whole number about a middle, as prices and quantities lie: seldom far off, never below one."""
        return max(round(middle * self.lognormvariate(0, per_mille / _PER_MILLE)), 1)

    def figure(self, most: int, places: int) -> str:
        """A measured value, as a report writes it."""
        return f"{self.uniform(0.1, most):.{places}f}"
