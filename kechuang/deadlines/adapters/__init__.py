"""The State Council calendar as it comes from outside."""
