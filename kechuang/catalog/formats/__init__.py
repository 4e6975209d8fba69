"""Outside formats of the catalogue: bytes to frozen values and back, without a database."""
