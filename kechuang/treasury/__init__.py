"""资金: budgets by county and year, releases, payment batches and what the bank answered."""
