"""Benchmarks: each measures afresh and writes ratios against a named reference. `make bench ONLY=<name>` runs one."""
