"""创新券：申领、核发、占用、抵扣、到期；the money itself stands in the ledger."""
