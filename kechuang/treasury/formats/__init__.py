"""Outside formats of the treasury, pure: bytes to frozen values and back."""
