"""Large volumes for measuring."""


def generate() -> None:
    """Filled in below."""
